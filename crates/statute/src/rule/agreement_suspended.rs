//! No stay, injunction or suspension stands against the channel.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md check 19: the authority note carries
//! suspensions, and any keeper's operator can suspend alone.
//!
//! Left to others: who suspended and why (authority note).

use model::finding::{FindingClass, RuleId};

use super::{Examine, Example, Needs, Rule, RuleDescription, TermsChange};
use crate::{
    terms::{Channel, Setting},
    view::{RequestReport, RequestView},
};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("agreement.suspended"),
        class: FindingClass::Deficient,
        citation: "26 U.S.C. 6103(p)(4)",
        title: "the channel is not suspended",
        remedy: "wait until the suspension is lifted; nothing is answered before",
        checks: &[19],
        needs: Needs::Nothing,
    },
    examine: Examine::Request(examine),
    failing: &[Example::terms(
        "a suspension stands",
        &[TermsChange::Suspended],
    )],
    passing: &[Example::terms("no suspension", &[])],
};

fn examine(_: &RequestView<'_>, setting: &Setting<'_>, report: &mut RequestReport<'_>) {
    if setting.terms.channel == Channel::Suspended {
        report.whole("answers under this agreement are suspended");
    }
}
