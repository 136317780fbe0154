//! The recipient's safeguards certification is current and no finding is open.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md check 16, after the open findings of 2023
//! that TIGTA reported in 2026 (LAW.md section 3).
//!
//! Left to others: the certification itself (Publication 1075 reviews).

use model::finding::{FindingClass, RuleId};

use super::{Examine, Example, Needs, Rule, RuleDescription, TermsChange};
use crate::{
    terms::Setting,
    view::{RequestReport, RequestView},
};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("agreement.safeguards"),
        class: FindingClass::Deficient,
        citation: "26 U.S.C. 6103(p)(4)",
        title: "the safeguards certification is current, with no open finding",
        remedy: "have the safeguards reviewed and the findings closed, then send the request again",
        checks: &[16],
        needs: Needs::Agreement,
    },
    examine: Examine::Request(examine),
    failing: &[
        Example::terms(
            "certification ended",
            &[TermsChange::SafeguardsUntil("2026-11-19")],
        ),
        Example::terms("a finding is open", &[TermsChange::SafeguardFindings(2)]),
    ],
    passing: &[Example::terms(
        "last day of the certification",
        &[TermsChange::SafeguardsUntil("2026-11-20")],
    )],
};

fn examine(_: &RequestView<'_>, setting: &Setting<'_>, report: &mut RequestReport<'_>) {
    let Some(agreement) = setting.terms.agreement else {
        return;
    };
    if agreement.safeguards_until < setting.terms.as_of {
        let until = agreement.safeguards_until;
        report.whole(format!(
            "the recipient's safeguards certification ended on {until}"
        ));
    }
    if agreement.safeguard_findings_open > 0 {
        let open = agreement.safeguard_findings_open;
        report.whole(format!(
            "{open} findings on the recipient's safeguards are open"
        ));
    }
}
