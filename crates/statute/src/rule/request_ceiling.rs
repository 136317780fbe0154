//! A request holds no more admissible rows than its ceiling.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md check 18. The ceiling is compiled in
//! (model::ceiling) and agreements can only lower it; an oversized file is examined, then refused
//! whole.
//!
//! Left to others: budgets over time (keepers).

use model::{
    column::Column,
    finding::{FindingClass, RuleId},
};

use super::{Examine, Example, Needs, Rule, RuleDescription, TermsChange, text};
use crate::{
    terms::Setting,
    view::{RequestReport, RequestView},
};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("request.ceiling"),
        class: FindingClass::Deficient,
        citation: "agreement, budgets; 26 U.S.C. 6103(p)(4)",
        title: "no more admissible rows than the ceiling",
        remedy: "send fewer rows, those that matter most first; a larger file is refused whole",
        checks: &[18],
        needs: Needs::Nothing,
    },
    examine: Examine::Request(examine),
    failing: &[
        Example::row("three rows where two are allowed", &[&[], &[], &[]])
            .under(&[TermsChange::RowCeiling(2)]),
    ],
    passing: &[
        Example::row("as many as allowed", &[&[], &[]]).under(&[TermsChange::RowCeiling(2)]),
        Example::row(
            "deficient rows do not count",
            &[&[], &[], &[text(Column::Surnames, "")]],
        )
        .under(&[TermsChange::RowCeiling(2)]),
    ],
};

fn examine(view: &RequestView<'_>, setting: &Setting<'_>, report: &mut RequestReport<'_>) {
    let (admissible, ceiling) = (view.counts.admissible, setting.row_ceiling());
    if admissible > u64::from(ceiling) {
        report.whole(format!(
            "{admissible} rows are admissible, and one request may hold {ceiling}"
        ));
    }
}
