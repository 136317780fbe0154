//! The person was old enough for the offence to be complete.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md check 10 and section 5: registration from
//! 14, carrying the document from 18.
//!
//! Left to others: birth dates that do not read (`birth_date_unread`).

use model::{
    column::Column,
    finding::{FindingClass, RuleId},
};

use super::{Examine, Example, Needs, Rule, RuleDescription, text};
use crate::{
    date::years_after,
    terms::Setting,
    view::{RowReport, RowView},
};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("age.below"),
        class: FindingClass::Deficient,
        citation: "26 U.S.C. 6103(i)(2)(B)(iii)",
        title: "the person was old enough",
        remedy: "check the birth date and the provision",
        checks: &[10],
        needs: Needs::Nothing,
    },
    examine: Examine::Row(examine),
    failing: &[Example::row(
        "twelve on the day",
        &[&[
            text(Column::Statute, "8 U.S.C. 1306(a)"),
            text(Column::DateOfBirth, "2012-04-17"),
            text(Column::ActDate, "2025-02-03"),
        ]],
    )],
    passing: &[
        Example::row(
            "fourteen on the day",
            &[&[
                text(Column::Statute, "8 U.S.C. 1306(a)"),
                text(Column::DateOfBirth, "2011-02-03"),
                text(Column::ActDate, "2025-02-03"),
            ]],
        ),
        Example::row(
            "grown up",
            &[&[
                text(Column::Statute, "8 U.S.C. 1306(a)"),
                text(Column::ActDate, "2025-02-03"),
            ]],
        ),
    ],
};

fn examine(view: &RowView<'_>, setting: &Setting<'_>, report: &mut RowReport<'_>) {
    let Some(birth) = view.reading.date_of_birth.date() else {
        return;
    };
    let day = view.reading.act_date.date().unwrap_or(setting.terms.as_of);
    for offence in &view.offences {
        if let Some(age) = offence
            .minimum_age
            .filter(|age| years_after(birth, *age) > day)
        {
            let citation = &offence.citation;
            report.at(
                Column::DateOfBirth,
                format!(
                    "`{citation}` needs an age of {age} years, which the birth date contradicts"
                ),
            );
        }
    }
}
