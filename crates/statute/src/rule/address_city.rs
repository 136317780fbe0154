//! The city is one that the ZIP code is known to serve.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md check 4. A question: the tables know one
//! name for each ZIP code, and the Postal Service accepts many.
//!
//! Left to others: the tables (standard).

use model::{
    column::Column,
    finding::{FindingClass, RuleId},
};

use super::{
    Examine, Example, Needs, Rule, RuleDescription,
    address_incomplete::{Area, report_area},
    text,
};
use crate::{
    terms::Setting,
    view::{RowReport, RowView},
};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("address.city"),
        class: FindingClass::Question,
        citation: "26 U.S.C. 6103(i)(2)(B)(i)",
        title: "city and ZIP code agree",
        remedy: "check city and ZIP code; if both are right, say so: the Postal Service accepts more names than our table",
        checks: &[4],
        needs: Needs::Nothing,
    },
    examine: Examine::Row(examine),
    failing: &[Example::row(
        "a city of another region",
        &[&[text(Column::City, "Elko")]],
    )],
    passing: &[Example::row(
        "in capitals",
        &[&[text(Column::City, "RENO")]],
    )],
};

fn examine(view: &RowView<'_>, _: &Setting<'_>, report: &mut RowReport<'_>) {
    report_area(Area::City, view, report);
}
