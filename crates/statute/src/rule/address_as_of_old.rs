//! An address known long ago may no longer be the person's.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md section 4: 35.4 per cent of people moved
//! within five years (Census P20-567). A question from five years on.
//!
//! Left to others: whether it is on file (identity).

use model::{
    column::Column,
    finding::{FindingClass, RuleId},
};

use super::{Examine, Example, Needs, Rule, RuleDescription, text};
use crate::{
    date::years_after,
    terms::Setting,
    view::{RowReport, RowView},
};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("address.as_of_old"),
        class: FindingClass::Question,
        citation: "26 U.S.C. 6103(i)(2)(B)(i)",
        title: "the address was known within five years",
        remedy: "say why the older address still serves, or give a later one",
        checks: &[4],
        needs: Needs::Nothing,
    },
    examine: Examine::Row(examine),
    failing: &[Example::row(
        "seven years",
        &[&[text(Column::AddressAsOf, "2019-05-06")]],
    )],
    passing: &[Example::row(
        "five years to the day",
        &[&[text(Column::AddressAsOf, "2021-11-20")]],
    )],
};

fn examine(view: &RowView<'_>, setting: &Setting<'_>, report: &mut RowReport<'_>) {
    let day = view.reading.address_as_of.date();
    if let Some(day) = day.filter(|day| years_after(*day, 5) < setting.terms.as_of) {
        report.at(
            Column::AddressAsOf,
            format!("the address was last known on {day}, more than five years ago"),
        );
    }
}
