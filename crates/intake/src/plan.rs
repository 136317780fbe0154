//! Which sheets of a workbook are the cover and the subjects, by their names.
//!
//! Place in the flow: the readers of xlsx and ods list their sheets; the plan says which are read
//! and in what order, and tells of the others.
//!
//! Left to others: the sheets' content.

use crate::{
    IntakeError,
    event::{Event, Outlet, sheet_name},
    notice::{Notice, Tally},
};

/// What a sheet's name makes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SheetJob {
    /// The cover.
    Cover,
    /// Sheet of subjects with its number from 1.
    Subjects(u16),
    /// For people: never read, and nothing is said about it.
    Guide,
    /// Anything else.
    Other,
}

impl SheetJob {
    /// Names are taken whatever their case and the spaces around them.
    pub(crate) fn of_name(name: &str) -> Self {
        let name = name.trim().to_lowercase();
        match &*name {
            "cover" => return Self::Cover,
            "guide" | "column guide" | "lists" | "examples" | "findings" => return Self::Guide,
            _ => {}
        }
        let Some(number) = name.strip_prefix("subjects").map(str::trim) else {
            return Self::Other;
        };
        if number.is_empty() {
            return Self::Subjects(1);
        }
        let plain = number.len() <= 3 && number.bytes().all(|byte| byte.is_ascii_digit());
        match number.parse() {
            Ok(number @ 1..) if plain => Self::Subjects(number),
            _ => Self::Other,
        }
    }
}

/// Sheets of a workbook by their jobs; shared with ods.
#[derive(Debug, Default)]
pub(crate) struct SheetPlan {
    pub(crate) cover: Option<usize>,
    /// Number and index of each sheet of subjects, ordered by number.
    pub(crate) subjects: Vec<(u16, usize)>,
    other: Tally,
    hidden: Tally,
}

impl SheetPlan {
    /// Plans from the names and whether each is hidden, in the order of the workbook.
    pub(crate) fn new<'n>(
        sheets: impl Iterator<Item = (&'n str, bool)>,
    ) -> Result<Self, IntakeError> {
        let mut plan = Self::default();
        let mut count = 0_u64;
        for (index, (name, hidden)) in sheets.enumerate() {
            count = count.saturating_add(1);
            // Other names are the sender's own words and may name a person: said by position.
            let ordinal = || format!("sheet {} of the workbook", index.saturating_add(1));
            let job = SheetJob::of_name(name);
            match job {
                SheetJob::Cover if plan.cover.is_some() => return Err(twice("Cover")),
                SheetJob::Cover => plan.cover = Some(index),
                SheetJob::Subjects(number) => plan.subjects.push((number, index)),
                SheetJob::Other => plan.other.add(ordinal),
                SheetJob::Guide => {}
            }
            if hidden && job != SheetJob::Guide {
                plan.hidden.add(ordinal);
            }
        }
        plan.subjects.sort_unstable();
        let pairs = plan.subjects.iter().zip(plan.subjects.iter().skip(1));
        for ((number, _), (next, _)) in pairs {
            if number == next {
                return Err(twice(&sheet_name(*number)));
            }
        }
        if plan.subjects.is_empty() {
            return Err(IntakeError::NoSubjects { sheets: count });
        }
        Ok(plan)
    }

    /// Tells hidden sheets, sheets that are not read and gaps in the numbers.
    pub(crate) fn tell(&self, outlet: &mut Outlet<'_>) -> Result<(), IntakeError> {
        for (notice, tally, what) in [
            (Notice::HiddenSheet, &self.hidden, "hidden sheets"),
            (
                Notice::UnreadSheet,
                &self.other,
                "sheets that are neither cover nor subjects",
            ),
        ] {
            tell_tally(outlet, notice, what, tally)?;
        }
        let mut gaps = Tally::default();
        for (expected, (number, _)) in (1_u16..).zip(&self.subjects) {
            if *number != expected {
                gaps.add(|| sheet_name(expected));
                break;
            }
        }
        tell_tally(
            outlet,
            Notice::SheetGap,
            "missing sheets of subjects",
            &gaps,
        )
    }
}

fn twice(name: &str) -> IntakeError {
    IntakeError::SheetTwice {
        name: name.to_owned(),
    }
}

/// Tells a tally about the workbook, if it counted anything.
pub(crate) fn tell_tally(
    outlet: &mut Outlet<'_>,
    notice: Notice,
    what: &str,
    tally: &Tally,
) -> Result<(), IntakeError> {
    if tally.count() == 0 {
        return Ok(());
    }
    let message = format!(
        "the workbook has {what}: {} ({})",
        tally.count(),
        tally.places()
    );
    outlet.send(Event::Finding(notice.finding(message, None)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_give_jobs() {
        for (name, job) in [
            ("Cover", SheetJob::Cover),
            (" COVER ", SheetJob::Cover),
            ("Subjects", SheetJob::Subjects(1)),
            ("subjects 2", SheetJob::Subjects(2)),
            ("Subjects12", SheetJob::Subjects(12)),
            ("Subjects 0", SheetJob::Other),
            ("Subjects 9999", SheetJob::Other),
            ("Subjects +2", SheetJob::Other),
            ("Subjects old", SheetJob::Other),
            ("Sheet1", SheetJob::Other),
            ("Guide", SheetJob::Guide),
            ("Findings", SheetJob::Guide),
        ] {
            assert_eq!(SheetJob::of_name(name), job, "{name}");
        }
    }

    #[test]
    fn a_plan_refuses_what_is_ambiguous() {
        let plan = |names: &[&str]| SheetPlan::new(names.iter().map(|name| (*name, false)));
        let subjects = plan(&["Subjects 2", "Cover", "Subjects"]).unwrap().subjects;
        assert_eq!(subjects, [(1, 2), (2, 0)]);
        assert_eq!(
            plan(&["x"]).unwrap_err(),
            IntakeError::NoSubjects { sheets: 1 }
        );
        assert_eq!(
            plan(&["Subjects", "Subjects 1"]).unwrap_err(),
            twice("Subjects")
        );
        assert_eq!(plan(&["cover", "Cover "]).unwrap_err(), twice("Cover"));
    }
}
