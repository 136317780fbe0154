//! One address given for persons of several surnames is asked about.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md check 7: shared surnames and buildings
//! swept people in in 2025. From three different surnames on; the unit counts.
//!
//! Left to others: households in the register (identity).

use model::{
    column::Column,
    finding::{FindingClass, RuleId},
};

use super::{
    Examine, Example, Group, Needs, Rule, RuleDescription, distinct, empty, grouped, text,
};
use crate::{terms::Setting, trace::Trace, view::RequestView};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("address.reused"),
        class: FindingClass::Question,
        citation: "26 U.S.C. 6103(i)(2)(B)(i)",
        title: "an address is not reused for unrelated persons",
        remedy: "say how these persons come to share the address, or give each their own",
        checks: &[7],
        needs: Needs::Nothing,
    },
    examine: Examine::Across {
        column: Column::AddressLine1,
        find,
    },
    failing: &[Example::row(
        "three surnames",
        &[
            &[
                text(Column::AddressLine1, "40 Ryland St"),
                empty(Column::AddressLine2),
            ],
            &[
                text(Column::AddressLine1, "40 Ryland Street"),
                empty(Column::AddressLine2),
            ],
            &[
                text(Column::AddressLine1, "40 RYLAND ST."),
                empty(Column::AddressLine2),
            ],
        ],
    )],
    passing: &[Example::row(
        "two surnames",
        &[
            &[
                text(Column::AddressLine1, "40 Ryland St"),
                empty(Column::AddressLine2),
            ],
            &[
                text(Column::AddressLine1, "40 Ryland St"),
                empty(Column::AddressLine2),
            ],
        ],
    )],
};

/// Different surnames from which an address is asked about.
const SURNAMES: usize = 3;

fn find(traces: &[Trace], _: &Setting<'_>, _: &RequestView<'_>) -> Vec<Group> {
    grouped(traces, |trace| trace.address)
        .into_iter()
        .map(|rows| (distinct(traces, &rows, |trace| trace.surname), rows))
        .filter(|(surnames, _)| *surnames >= SURNAMES)
        .map(|(surnames, rows)| Group {
            message: format!(
                "one address is given for {} rows of {surnames} different surnames",
                rows.len()
            ),
            rows,
        })
        .collect()
}
