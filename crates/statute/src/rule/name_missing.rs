//! A row states a given name and a surname.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md check 3.
//!
//! Left to others: what the name is (`name_placeholder`), matching (identity).

use model::{
    column::Column,
    finding::{FindingClass, RuleId},
};

use super::{Examine, Example, Needs, Rule, RuleDescription, empty, text};
use crate::{
    terms::Setting,
    view::{RowReport, RowView},
};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("name.missing"),
        class: FindingClass::Deficient,
        citation: "26 U.S.C. 6103(i)(2)(B)(i)",
        title: "given name and surname are stated",
        remedy: "give the person's given name and surname in full",
        checks: &[3],
        needs: Needs::Nothing,
    },
    examine: Examine::Row(examine),
    failing: &[
        Example::row("no surname", &[&[empty(Column::Surnames)]]),
        Example::row(
            "given name holds an error",
            &[&[super::kind(
                Column::GivenNames,
                model::row::CellKind::Error,
                "#N/A",
            )]],
        ),
    ],
    passing: &[Example::row(
        "one letter names exist",
        &[&[text(Column::Surnames, "Oh")]],
    )],
};

fn examine(view: &RowView<'_>, _: &Setting<'_>, report: &mut RowReport<'_>) {
    for (column, words) in [
        (Column::GivenNames, "the given name"),
        (Column::Surnames, "the surname"),
    ] {
        if view.text(column).is_empty() {
            report.at(column, format!("{words} {}", view.absence(column)));
        }
    }
}
