//! The cover is signed by an official the agreement lists, under the office it lists.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md check 2.
//!
//! Left to others: whether the office is one of the statute's (`cover_title`), the signature
//! (instrument).

use model::finding::{FindingClass, RuleId};

use super::{Examine, Example, Needs, Rule, RuleDescription};
use crate::{
    key::text_key,
    terms::Setting,
    view::{RequestReport, RequestView},
};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("cover.signatory"),
        class: FindingClass::Deficient,
        citation: "26 U.S.C. 6103(i)(2)(A)",
        title: "the signatory is listed in the agreement, with this office",
        remedy: "have an official sign whom the agreement lists, and state the office as the agreement does",
        checks: &[2],
        needs: Needs::Agreement,
    },
    examine: Examine::Request(examine),
    failing: &[
        Example::cover(
            "nobody the agreement lists",
            &[("signatory", "someone-else")],
        ),
        Example::cover(
            "another office than agreed",
            &[("signatory_title", "Attorney General")],
        ),
    ],
    passing: &[Example::cover("the listed signatory", &[])],
};

fn examine(view: &RequestView<'_>, setting: &Setting<'_>, report: &mut RequestReport<'_>) {
    let (id, title) = (view.text("signatory"), view.text("signatory_title"));
    let Some(agreement) = setting.terms.agreement.filter(|_| !id.is_empty()) else {
        return;
    };
    let listed = agreement
        .signatories
        .iter()
        .find(|signatory| signatory.id.as_str() == id);
    match listed {
        None => report.at("signatory", "the signatory is not one the agreement lists"),
        Some(signatory) if !title.is_empty() && text_key(&signatory.title) != text_key(title) => {
            let agreed = &signatory.title;
            report.at(
                "signatory_title",
                format!("the agreement lists this signatory as `{agreed}`"),
            );
        }
        Some(_) => {}
    }
}
