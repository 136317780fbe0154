//! The state is one of the United States and the ZIP code lies in it.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md check 4: city, state and ZIP code are
//! consistent.
//!
//! Left to others: the city (`address_city`).

use model::{
    column::Column,
    finding::{FindingClass, RuleId},
};

use super::{
    Examine, Example, Needs, Rule, RuleDescription,
    address_incomplete::{Area, report_area},
    empty, text,
};
use crate::{
    terms::Setting,
    view::{RowReport, RowView},
};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("address.state"),
        class: FindingClass::Deficient,
        citation: "26 U.S.C. 6103(i)(2)(B)(i)",
        title: "state and ZIP code agree",
        remedy: "give the state, two letters or its name, and the ZIP code of the same address",
        checks: &[4],
        needs: Needs::Nothing,
    },
    examine: Examine::Row(examine),
    failing: &[
        Example::row("missing", &[&[empty(Column::State)]]),
        Example::row("no state", &[&[text(Column::State, "Jalisco")]]),
        Example::row("another state's ZIP code", &[&[text(Column::State, "OH")]]),
    ],
    passing: &[Example::row(
        "a state by name",
        &[&[text(Column::State, "Nevada")]],
    )],
};

fn examine(view: &RowView<'_>, _: &Setting<'_>, report: &mut RowReport<'_>) {
    report_area(Area::State, view, report);
}
