//! The columns are filled that the agreement requires beyond the law.
//!
//! Place in the flow: one of [`super::RULES`]. DESIGN.md section 6: an agreement can require
//! more.
//!
//! Left to others: columns required always or by the offence (their own rules).

use model::column::Need;
use model::{
    column::Column,
    finding::{FindingClass, RuleId},
};

use super::{Examine, Example, Needs, Rule, RuleDescription, TermsChange, empty, text};
use crate::{
    filler::is_filler,
    terms::Setting,
    view::{RowReport, RowView},
};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("agreement.column"),
        class: FindingClass::Deficient,
        citation: "agreement, required columns",
        title: "what the agreement requires is filled in",
        remedy: "fill in the column, which the agreement requires in every row",
        checks: &[10],
        needs: Needs::Agreement,
    },
    examine: Examine::Row(examine),
    failing: &[
        Example::row("a birth date is required", &[&[empty(Column::DateOfBirth)]])
            .under(&[TermsChange::Requires(Column::DateOfBirth)]),
        Example::row(
            "the order's number is required, and left open",
            &[&[
                text(Column::Statute, "8 U.S.C. 1325(a)"),
                text(Column::ActDate, "2025-02-03"),
                text(Column::FinalOrderCaseNumber, "see file"),
            ]],
        )
        .under(&[TermsChange::Requires(Column::FinalOrderCaseNumber)]),
        Example::row(
            "a suffix is required, and left open",
            &[&[text(Column::Suffix, "TBD")]],
        )
        .under(&[TermsChange::Requires(Column::Suffix)]),
        Example::row(
            "the order's number is required, and none is no answer",
            &[&[
                text(Column::Statute, "8 U.S.C. 1325(a)"),
                text(Column::ActDate, "2025-02-03"),
                text(Column::FinalOrderCaseNumber, "none"),
            ]],
        )
        .under(&[TermsChange::Requires(Column::FinalOrderCaseNumber)]),
    ],
    passing: &[
        Example::row("filled in", &[&[]]).under(&[TermsChange::Requires(Column::DateOfBirth)]),
        Example::row(
            "that there is none is an answer",
            &[&[text(Column::MoreAddresses, "none")]],
        )
        .under(&[TermsChange::Requires(Column::MoreAddresses)]),
        Example::row(
            "the offence needs it, which another rule says",
            &[&[empty(Column::FinalOrderCaseNumber)]],
        )
        .under(&[TermsChange::Requires(Column::FinalOrderCaseNumber)]),
    ],
};

fn examine(view: &RowView<'_>, setting: &Setting<'_>, report: &mut RowReport<'_>) {
    let required = setting
        .terms
        .agreement
        .map_or(&[][..], |agreement| &agreement.required_columns);
    for column in required
        .iter()
        .copied()
        .filter(|column| column.need() != Need::Always)
    {
        let text = view.text(column);
        let states = if text.is_empty() {
            "is empty"
        } else if is_filler(text) && !says_none(column, text) {
            "states nothing"
        } else {
            continue;
        };
        if !view.needs(column) {
            let header = column.header();
            report.at(
                column,
                format!("`{header}` {states}, and the agreement requires it"),
            );
        }
    }
}

/// Whether a column may be answered with none, and is.
fn says_none(column: Column, text: &str) -> bool {
    let answered = matches!(
        column,
        Column::Suffix
            | Column::AddressLine2
            | Column::MoreAddresses
            | Column::ReviewStatus
            | Column::StayOrRelief
    );
    answered
        && ["none", "n/a", "na"]
            .iter()
            .any(|none| text.eq_ignore_ascii_case(none))
}
