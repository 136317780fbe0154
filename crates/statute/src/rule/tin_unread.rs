//! A taxpayer number, where given, is nine digits.
//!
//! Place in the flow: one of [`super::RULES`]. The number is optional evidence (DESIGN.md section
//! 1); one that does not read counts as not given.
//!
//! Left to others: which ranges are accepted (`tin_range`).

use model::{
    column::Column,
    finding::{FindingClass, RuleId},
    row::CellKind,
};

use super::{Examine, Example, Needs, Rule, RuleDescription, empty, kind, text};
use crate::{
    reading::TinReading,
    terms::Setting,
    view::{RowReport, RowView},
};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("tin.unread"),
        class: FindingClass::Question,
        citation: "26 U.S.C. 6103(i)(2)(B)(i)",
        title: "the taxpayer number reads",
        remedy: "write nine digits, as 000-00-0000, in a cell formatted as text, or leave the cell empty",
        checks: &[],
        needs: Needs::Nothing,
    },
    examine: Examine::Row(examine),
    failing: &[
        Example::row("too short", &[&[text(Column::Tin, "666-12-345")]]),
        Example::row(
            "zeros lost in a number cell",
            &[&[kind(Column::Tin, CellKind::Number, "12345671")]],
        ),
        Example::row("a placeholder", &[&[text(Column::Tin, "000-00-0000")]]),
    ],
    passing: &[Example::row("none", &[&[empty(Column::Tin)]])],
};

fn examine(view: &RowView<'_>, _: &Setting<'_>, report: &mut RowReport<'_>) {
    let words = match view.reading.tin {
        TinReading::Missing | TinReading::Tin(_) => return,
        TinReading::Placeholder => "is a placeholder",
        TinReading::LostZeros => {
            "has fewer than nine digits: a spreadsheet has dropped zeros at its front"
        }
        TinReading::Unreadable => "is not nine digits",
    };
    report.at(
        Column::Tin,
        format!("the taxpayer number {words}, and counts as not given"),
    );
}
