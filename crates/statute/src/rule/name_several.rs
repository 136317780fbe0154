//! A row is about one person.
//!
//! Place in the flow: one of [`super::RULES`]. 26 U.S.C. 6103(i)(2)(B)(i) speaks of the taxpayer;
//! a request asks about one person at a time.
//!
//! Left to others: several rows about one person (`subject_repeated`).

use model::{
    column::Column,
    finding::{FindingClass, RuleId},
};

use super::{Examine, Example, Needs, Rule, RuleDescription, text};
use crate::{
    officer::has_joint,
    terms::Setting,
    view::{RowReport, RowView},
};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("name.several"),
        class: FindingClass::Question,
        citation: "26 U.S.C. 6103(i)(2)(B)(i)",
        title: "the row names one person",
        remedy: "give each person a row of their own; if this is one person's name, say so",
        checks: &[3],
        needs: Needs::Nothing,
    },
    examine: Examine::Row(examine),
    failing: &[
        Example::row(
            "two given names joined",
            &[&[text(Column::GivenNames, "Maria and Jose")]],
        ),
        Example::row("a list", &[&[text(Column::GivenNames, "Maria; Jose")]]),
        Example::row("a slash", &[&[text(Column::GivenNames, "Juan/Pedro")]]),
    ],
    passing: &[
        Example::row(
            "a name and whose son",
            &[&[text(Column::GivenNames, "Gurpreet S/O")]],
        ),
        Example::row(
            "two surnames",
            &[&[text(Column::Surnames, "Ramos y Cajal")]],
        ),
        Example::row(
            "a given name that is a joint elsewhere",
            &[&[
                text(Column::GivenNames, "Or"),
                text(Column::Surnames, "Cohen"),
            ]],
        ),
    ],
};

fn examine(view: &RowView<'_>, _: &Setting<'_>, report: &mut RowReport<'_>) {
    for column in [Column::GivenNames, Column::Surnames] {
        let text = view.text(column);
        let slashed = text.split('/').filter(|part| part.trim().len() > 1).count() > 1;
        if slashed || text.contains([';', '&', '\n']) || has_joint(text) {
            report.at(column, "the cell appears to name more than one person");
        }
    }
}
