//! The cover's purpose states no civil removal.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md check 17: sole use in a criminal matter.
//!
//! Left to others: each row's own reason (`reason_civil_purpose`).

use model::finding::{FindingClass, RuleId};

use super::{
    Examine, Example, Needs, Rule, RuleDescription, reason_civil_purpose::states_civil_purpose,
};
use crate::{
    terms::Setting,
    view::{RequestReport, RequestView},
};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("cover.civil_purpose"),
        class: FindingClass::Deficient,
        citation: "26 U.S.C. 6103(i)(2)(A)",
        title: "the purpose is criminal enforcement alone",
        remedy: "withdraw the request if its purpose is civil removal; otherwise state the criminal purpose alone",
        checks: &[17],
        needs: Needs::Nothing,
    },
    examine: Examine::Request(examine),
    failing: &[Example::cover(
        "removal",
        &[("purpose", "Locate and remove persons with final orders")],
    )],
    passing: &[Example::cover(
        "denied in words",
        &[(
            "purpose",
            "Criminal investigations only, not for civil removal",
        )],
    )],
};

fn examine(view: &RequestView<'_>, _: &Setting<'_>, report: &mut RequestReport<'_>) {
    if states_civil_purpose(view.text("purpose")) {
        report.at(
            "purpose",
            "the purpose stated is civil removal, for which nothing may be disclosed",
        );
    }
}
