//! The agreement is in force on the day of the examination.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md check 19.
//!
//! Left to others: suspension (`agreement_suspended`).

use model::finding::{FindingClass, RuleId};

use super::{Examine, Example, Needs, Rule, RuleDescription, TermsChange};
use crate::{
    terms::Setting,
    view::{RequestReport, RequestView},
};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("agreement.not_in_force"),
        class: FindingClass::Deficient,
        citation: "26 U.S.C. 6103(p)(4)",
        title: "the agreement is in force",
        remedy: "send the request while an agreement is in force, or have it renewed",
        checks: &[19],
        needs: Needs::Agreement,
    },
    examine: Examine::Request(examine),
    failing: &[
        Example::terms("after its last day", &[TermsChange::AsOf("2028-01-02")]),
        Example::terms("before its first day", &[TermsChange::AsOf("2025-12-31")]),
    ],
    passing: &[Example::terms(
        "on its last day",
        &[TermsChange::AsOf("2027-06-30")],
    )],
};

fn examine(_: &RequestView<'_>, setting: &Setting<'_>, report: &mut RequestReport<'_>) {
    let as_of = setting.terms.as_of;
    if let Some(agreement) = setting
        .terms
        .agreement
        .filter(|agreement| !agreement.is_in_force(as_of))
    {
        let (from, until) = (agreement.from, agreement.until);
        report.whole(format!(
            "the agreement is in force from {from} to {until}, not on {as_of}"
        ));
    }
}
