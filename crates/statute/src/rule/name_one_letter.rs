//! A surname of one letter is asked about.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md check 3. A question: `O` and `E` are Korean
//! surnames; far more often a single letter is an initial.
//!
//! Left to others: initials in both fields, and as the only given name (`name_placeholder`).

use model::{
    column::Column,
    finding::{FindingClass, RuleId},
};
use standard::name::is_one_letter_surname;

use super::{Examine, Example, Needs, Rule, RuleDescription, text};
use crate::{
    terms::Setting,
    view::{RowReport, RowView},
};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("name.one_letter"),
        class: FindingClass::Question,
        citation: "26 U.S.C. 6103(i)(2)(B)(i)",
        title: "the surname is no initial",
        remedy: "give the surname in full; if it is one letter long, say so",
        checks: &[3],
        needs: Needs::Nothing,
    },
    examine: Examine::Row(examine),
    failing: &[Example::row(
        "one letter",
        &[&[text(Column::GivenNames, "Thi"), text(Column::Surnames, "O")]],
    )],
    passing: &[
        Example::row("two letters", &[&[text(Column::Surnames, "Oh")]]),
        Example::row(
            "initials alone, which another rule says",
            &[&[
                text(Column::GivenNames, "J. R."),
                text(Column::Surnames, "S"),
            ]],
        ),
    ],
};

fn examine(view: &RowView<'_>, _: &Setting<'_>, report: &mut RowReport<'_>) {
    let (given, surnames) = (view.text(Column::GivenNames), view.text(Column::Surnames));
    if is_one_letter_surname(given, surnames) {
        report.at(Column::Surnames, "the surname is one letter");
    }
}
