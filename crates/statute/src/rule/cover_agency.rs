//! The cover names the agreement it stands under and the agency that made it.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md checks 1 and 2.
//!
//! Left to others: the agreement's digest (the signed cover).

use model::finding::{FindingClass, RuleId};

use super::{Examine, Example, Needs, Rule, RuleDescription};
use crate::{
    terms::Setting,
    view::{RequestReport, RequestView},
};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("cover.agreement"),
        class: FindingClass::Deficient,
        citation: "26 U.S.C. 6103(i)(2)(A)",
        title: "the cover names this agreement and its agency",
        remedy: "write agency and agreement as the agreement itself does",
        checks: &[2],
        needs: Needs::Agreement,
    },
    examine: Examine::Request(examine),
    failing: &[
        Example::cover("another agreement", &[("agreement", "AGR-2019-9")]),
        Example::cover("another agency", &[("agency", "other-agency")]),
    ],
    passing: &[Example::cover("both as agreed", &[])],
};

fn examine(view: &RequestView<'_>, setting: &Setting<'_>, report: &mut RequestReport<'_>) {
    let Some(agreement) = setting.terms.agreement else {
        return;
    };
    let named = view.text("agreement");
    if !named.is_empty() && named != agreement.id.as_str() {
        report.at(
            "agreement",
            format!("the cover names another agreement than `{}`", agreement.id),
        );
    }
    let agency = view.text("agency");
    if !agency.is_empty() && agency != agreement.requesting_agency.as_str() {
        let agreed = &agreement.requesting_agency;
        report.at(
            "agency",
            format!("the cover names another agency than `{agreed}`, which made the agreement"),
        );
    }
}
