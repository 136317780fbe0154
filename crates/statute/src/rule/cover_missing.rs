//! The request has a cover that states every field.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md check 1: a request in writing, by a named
//! official.
//!
//! Left to others: signatures over the cover (instrument), the fields' content (other rules).

use model::finding::{FindingClass, RuleId};

use super::{Examine, Example, Needs, Rule, RuleDescription, TermsChange};
use crate::{
    cover::COVER_KEYS,
    filler::is_filler,
    terms::Setting,
    view::{RequestReport, RequestView},
};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("cover.missing"),
        class: FindingClass::Deficient,
        citation: "26 U.S.C. 6103(i)(2)(B)",
        title: "the cover states every field",
        remedy: "fill in the sheet `Cover`: request_id, agency, agreement, signatory, signatory_title, signed_on, purpose",
        checks: &[1],
        needs: Needs::Nothing,
    },
    examine: Examine::Request(examine),
    failing: &[
        Example::terms("no cover", &[TermsChange::NoCover]),
        Example::cover("no signatory", &[("signatory", "")]),
        Example::cover("purpose left open", &[("purpose", "TBD")]),
    ],
    passing: &[Example::cover("every field", &[])],
};

fn examine(view: &RequestView<'_>, _: &Setting<'_>, report: &mut RequestReport<'_>) {
    if view.cover.is_none() {
        return report.whole("the request has no cover");
    }
    for key in COVER_KEYS {
        let text = view.text(key);
        if text.is_empty() || is_filler(text) {
            report.at(key, format!("the cover does not state `{key}`"));
        }
    }
}
