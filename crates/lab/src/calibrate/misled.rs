//! What a wrong answer was: who was named for whom, and which evidence misled.
//!
//! Place in the flow: kept for each wrong answer of a trial, told as counts.
//!
//! Left to others: the matcher, which may learn from it (identity).

use std::{collections::BTreeMap, fmt::Write as _};

use identity::decide::Decision;

use crate::{
    nation::person::Profile,
    request::{Kind, Subject},
};

/// Who was named in place of the person meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Likeness {
    /// Born in one birth with the person meant.
    Twin,
    /// A relative of the same first given name and first surname: father and son, mother and daughter.
    Namesake,
    /// Another member of the family, or of the dwelling.
    Family,
    /// Nobody of the family, with the same first given name and first surname.
    SameName,
    /// Anybody else.
    Stranger,
}

impl Likeness {
    /// The words in a report.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Twin => "the twin",
            Self::Namesake => "a relative of the same name",
            Self::Family => "another of the family or dwelling",
            Self::SameName => "a stranger of the same name",
            Self::Stranger => "another stranger",
        }
    }

    fn between(meant: &Profile, named: &Profile) -> Self {
        let same_name = meant.given == named.given && meant.surname == named.surname;
        if meant.family != named.family {
            return if same_name {
                Self::SameName
            } else {
                Self::Stranger
            };
        }
        if meant.twin && named.twin && meant.date_of_birth == named.date_of_birth {
            Self::Twin
        } else if same_name {
            Self::Namesake
        } else {
            Self::Family
        }
    }
}

/// One wrong answer. Nothing in it is about a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misled {
    /// Who was named.
    pub likeness: Likeness,
    /// What the row was: its person absent, on file under another address, and so on.
    pub kind: Kind,
    /// Levels of agreement of the one named, as `field level` pairs.
    pub evidence: String,
}

impl Misled {
    pub(super) fn of(subject: &Subject, named: Option<&Profile>, decision: &Decision) -> Self {
        let likeness = named.map_or(Likeness::Stranger, |named| {
            Likeness::between(&subject.profile, named)
        });
        let mut evidence = String::new();
        for line in &decision.evidence {
            if !line.level.is_empty() && !matches!(line.level, "straight" | "missing" | "neither") {
                let gap = if evidence.is_empty() { "" } else { ", " };
                let _ = write!(evidence, "{gap}{} {}", line.field, line.level);
            }
        }
        Self {
            likeness,
            kind: subject.kind,
            evidence,
        }
    }

    /// Counts of equal ones, in words, the most frequent first.
    #[must_use]
    pub fn counted<'a>(all: impl IntoIterator<Item = &'a Self>) -> Vec<(u64, String)> {
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        for misled in all {
            let Self {
                likeness,
                kind,
                evidence,
            } = misled;
            let words = format!(
                "{} for a row {}: {evidence}",
                likeness.label(),
                kind.label()
            );
            *counts.entry(words).or_default() += 1;
        }
        let mut counts: Vec<(u64, String)> = counts.into_iter().map(|(w, n)| (n, w)).collect();
        counts.sort_by(|left, right| right.0.cmp(&left.0).then(left.1.cmp(&right.1)));
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{nation::person::FamilyNumber, tables::Group};
    use model::time::Date;

    #[test]
    fn who_was_named_for_whom() {
        let meant = Profile {
            family: FamilyNumber(1),
            group: Group::White,
            date_of_birth: Date::constant(1980, 2, 3),
            twin: true,
            given: 1,
            surname: 1,
        };
        let check = |change: fn(&mut Profile), expected: Likeness| {
            let mut named = meant;
            change(&mut named);
            assert_eq!(Likeness::between(&meant, &named), expected);
        };
        check(|p| p.given = 2, Likeness::Twin);
        check(
            |p| p.date_of_birth = Date::constant(1950, 2, 3),
            Likeness::Namesake,
        );
        check(
            |p| {
                p.given = 2;
                p.twin = false;
            },
            Likeness::Family,
        );
        check(|p| p.family = FamilyNumber(2), Likeness::SameName);
        check(
            |p| {
                p.family = FamilyNumber(2);
                p.surname = 2;
            },
            Likeness::Stranger,
        );
    }
}
