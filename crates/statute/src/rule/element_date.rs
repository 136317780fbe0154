//! The dates the offence needs read and lie in the past.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md check 10.
//!
//! Left to others: missing dates (`element_missing`), what they contradict (the order rules).

use model::{
    column::Column,
    finding::{FindingClass, RuleId},
    row::CellKind,
};

use super::{Examine, Example, Needs, Rule, RuleDescription, kind, text};
use crate::{
    date::DateReading,
    terms::Setting,
    view::{RowReport, RowView},
};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("element.date"),
        class: FindingClass::Deficient,
        citation: "26 U.S.C. 6103(i)(2)(B)(iii)",
        title: "the dates of the offence read",
        remedy: "write the date as 2026-05-04",
        checks: &[10],
        needs: Needs::Nothing,
    },
    examine: Examine::Row(examine),
    failing: &[
        Example::row(
            "ambiguous",
            &[&[text(Column::FinalOrderDate, "03/04/2025")]],
        ),
        Example::row(
            "a serial number",
            &[&[kind(Column::FinalOrderDate, CellKind::Number, "45720")]],
        ),
        Example::row(
            "in the future",
            &[&[
                text(Column::Statute, "8 U.S.C. 1325(a)"),
                text(Column::ActDate, "2027-02-03"),
            ]],
        ),
    ],
    passing: &[
        Example::row(
            "an act of today",
            &[&[
                text(Column::Statute, "8 U.S.C. 1325(a)"),
                text(Column::ActDate, "2026-11-20"),
            ]],
        ),
        Example::row(
            "a date cell with a time of day",
            &[&[kind(
                Column::FinalOrderDate,
                CellKind::Date,
                "2025-03-04T09:12:30",
            )]],
        ),
        Example::row(
            "a date cell",
            &[&[kind(Column::FinalOrderDate, CellKind::Date, "2025-03-04")]],
        ),
    ],
};

fn examine(view: &RowView<'_>, setting: &Setting<'_>, report: &mut RowReport<'_>) {
    let reading = &view.reading;
    let dates = [
        (
            Column::FinalOrderDate,
            reading.final_order_date,
            "the day of the final order",
        ),
        (Column::ActDate, reading.act_date, "the day of the act"),
    ];
    for (column, reading, words) in dates {
        match reading {
            DateReading::Missing => {}
            DateReading::Date(day) if day > setting.terms.as_of => {
                report.at(column, format!("{words}, {day}, lies in the future"));
            }
            DateReading::Date(_) => {}
            other => report.at(
                column,
                format!("{words} {}", other.problem().unwrap_or_default()),
            ),
        }
    }
}
