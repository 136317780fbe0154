//! A row says what it asks: to verify the address, or for the address.
//!
//! Place in the flow: one of [`super::RULES`]. DESIGN.md section 3: the question limits the
//! answer.
//!
//! Left to others: which answers reviewers allow (casework).

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
        id: RuleId("asks_for.unread"),
        class: FindingClass::Deficient,
        citation: "agreement, form of requests; 26 U.S.C. 6103(i)(2)(B)",
        title: "the row asks `verify` or `address`",
        remedy: "write `verify` to have the address confirmed, or `address` to ask for the latest",
        checks: &[4],
        needs: Needs::Nothing,
    },
    examine: Examine::Row(examine),
    failing: &[
        Example::row("missing", &[&[empty(Column::AsksFor)]]),
        Example::row("everything", &[&[text(Column::AsksFor, "all information")]]),
    ],
    passing: &[Example::row(
        "in capitals",
        &[&[text(Column::AsksFor, "VERIFY")]],
    )],
};

fn examine(view: &RowView<'_>, _: &Setting<'_>, report: &mut RowReport<'_>) {
    if view.text(Column::AsksFor).is_empty() {
        report.at(
            Column::AsksFor,
            format!("what the row asks for {}", view.absence(Column::AsksFor)),
        );
    } else if view.reading.question.is_none() {
        report.at(
            Column::AsksFor,
            "the row asks for something other than `verify` or `address`",
        );
    }
}
