//! The columns are filled that the named offence needs.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md check 10: what the statute book requires
//! for each provision.
//!
//! Left to others: whether what they say contradicts the offence (the order rules), dates
//! (`element_date`).

use model::{
    column::Column,
    finding::{FindingClass, RuleId},
};

use super::{
    Examine, Example, Needs, Rule, RuleDescription, case_number_missing::is_scientific, empty, text,
};
use crate::{
    filler::is_filler,
    terms::Setting,
    view::{RowReport, RowView},
};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("element.missing"),
        class: FindingClass::Deficient,
        citation: "26 U.S.C. 6103(i)(2)(B)(iii)",
        title: "the facts the offence needs are stated",
        remedy: "fill in the column; the statute book lists what each provision needs",
        checks: &[10],
        needs: Needs::Nothing,
    },
    examine: Examine::Row(examine),
    failing: &[
        Example::row("no final order date", &[&[empty(Column::FinalOrderDate)]]),
        Example::row(
            "no case number of the order",
            &[&[empty(Column::FinalOrderCaseNumber)]],
        ),
        Example::row(
            "a number of the order without a number",
            &[&[text(Column::FinalOrderCaseNumber, "case")]],
        ),
        Example::row(
            "a number of the order that a spreadsheet has rounded",
            &[&[text(Column::FinalOrderCaseNumber, "2.09E+8")]],
        ),
        Example::row(
            "finality left open",
            &[&[text(Column::FinalityBasis, "unknown")]],
        ),
        Example::row(
            "no day of entry",
            &[&[text(Column::Statute, "8 U.S.C. 1325(a)")]],
        ),
    ],
    passing: &[Example::row(
        "re-entry needs its day, not 1253's columns",
        &[&[
            text(Column::Statute, "8 U.S.C. 1326(a)"),
            text(Column::ActDate, "2025-02-03"),
            empty(Column::FinalityBasis),
            empty(Column::OrderGround),
            empty(Column::ReviewStatus),
            empty(Column::StayOrRelief),
        ]],
    )],
};

fn examine(view: &RowView<'_>, _: &Setting<'_>, report: &mut RowReport<'_>) {
    let mut seen: Vec<Column> = Vec::new();
    for offence in &view.offences {
        for column in offence
            .required
            .iter()
            .filter(|column| is_open(view, **column))
        {
            if seen.contains(column) {
                continue;
            }
            seen.push(*column);
            let (citation, header) = (&offence.citation, column.header());
            let state = if is_rounded(view, *column) {
                "it is in scientific notation: a spreadsheet has rounded it"
            } else {
                "none is stated"
            };
            report.at(
                *column,
                format!("`{citation}` needs `{header}`, and {state}"),
            );
        }
    }
}

/// Whether a column states nothing that could be its value. `None` is an answer to whether there is a
/// stay or a review; the number of an order has a digit.
fn is_open(view: &RowView<'_>, column: Column) -> bool {
    let text = view.text(column);
    let none_answers = matches!(column, Column::StayOrRelief | Column::ReviewStatus);
    text.is_empty()
        || !none_answers && is_filler(text)
        || is_rounded(view, column)
        || column == Column::FinalOrderCaseNumber && !text.bytes().any(|byte| byte.is_ascii_digit())
}

fn is_rounded(view: &RowView<'_>, column: Column) -> bool {
    column == Column::FinalOrderCaseNumber && is_scientific(view.text(column))
}
