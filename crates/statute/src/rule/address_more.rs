//! Older addresses are whole addresses too.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md check 4. A question: they help, and the row
//! stands without them.
//!
//! Left to others: the address itself (the other address rules).

use model::{
    column::Column,
    finding::{FindingClass, RuleId},
};

use super::{Examine, Example, Needs, Rule, RuleDescription, text};
use crate::{
    reading::more_addresses,
    terms::Setting,
    view::{RowReport, RowView},
};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("address.more"),
        class: FindingClass::Question,
        citation: "26 U.S.C. 6103(i)(2)(B)(i)",
        title: "older addresses are complete",
        remedy: "write each older address on one line, `12 Marlin St Apt 4, Reno, NV 89501`, or leave it out",
        checks: &[4],
        needs: Needs::Nothing,
    },
    examine: Examine::Row(examine),
    failing: &[Example::row(
        "no number",
        &[&[text(Column::MoreAddresses, "Marlin Street, Reno, NV 89501")]],
    )],
    passing: &[Example::row(
        "two whole ones",
        &[&[text(
            Column::MoreAddresses,
            "12 Marlin St, Reno, NV 89501\nPO Box 9, Sparks, NV 89431",
        )]],
    )],
};

fn examine(view: &RowView<'_>, _: &Setting<'_>, report: &mut RowReport<'_>) {
    for (line, reading) in (1..).zip(more_addresses(view.row)) {
        let problem = reading
            .problems
            .iter()
            .find(|problem| !problem.is_question());
        if let Some(problem) = problem {
            report.at(
                Column::MoreAddresses,
                format!("older address {line} is not complete: {problem}"),
            );
        }
    }
}
