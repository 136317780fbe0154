//! The signatory's office is one of those the statute lists.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md check 2: head or Inspector General of a
//! Federal agency; for the Department of Justice also its listed officers. (i)(2) has no delegate
//! wording, whereas (i)(7)(A) says "or his delegate"; so an assistant or deputy does not suffice
//! unless named.
//!
//! Left to others: whether a component is itself the agency (counsel), the agreement's own list
//! (`cover_signatory`).

use model::finding::{FindingClass, RuleId};
use standard::fold::fold;

use super::{Examine, Example, Needs, Rule, RuleDescription, TermsChange};
use crate::{
    terms::Setting,
    view::{RequestReport, RequestView},
};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("cover.title"),
        class: FindingClass::Deficient,
        citation: "26 U.S.C. 6103(i)(2)(A)",
        title: "the office is one that 6103(i)(2)(A) lists",
        remedy: "have the head of the agency, its Inspector General or an officer of the statute's list sign",
        checks: &[2],
        needs: Needs::Nothing,
    },
    examine: Examine::Request(examine),
    failing: &[
        Example::cover("an assistant", &[("signatory_title", "Assistant Director")])
            .under(&[TermsChange::NoAgreement]),
        Example::cover(
            "a field office",
            &[("signatory_title", "Field Office Director")],
        )
        .under(&[TermsChange::NoAgreement]),
        Example::cover("a delegate", &[("signatory_title", "for the Director")])
            .under(&[TermsChange::NoAgreement]),
    ],
    passing: &[
        Example::cover(
            "the head of an agency",
            &[("signatory_title", "Secretary of Homeland Security")],
        )
        .under(&[TermsChange::NoAgreement]),
        Example::cover(
            "listed by name",
            &[(
                "signatory_title",
                "Assistant Attorney General, Criminal Division",
            )],
        )
        .under(&[TermsChange::NoAgreement]),
        Example::cover(
            "a prosecutor",
            &[(
                "signatory_title",
                "U.S. Attorney for the District of Nevada",
            )],
        )
        .under(&[TermsChange::NoAgreement]),
    ],
};

fn examine(view: &RequestView<'_>, _: &Setting<'_>, report: &mut RequestReport<'_>) {
    let title = view.text("signatory_title");
    if !title.is_empty() && !is_listed(title) {
        report.at(
            "signatory_title",
            "the signatory's office is not one that 26 U.S.C. 6103(i)(2)(A) lists",
        );
    }
}

/// Offices as their titles begin. A head of an agency has one of the titles of heads.
const OFFICES: &[&str] = &[
    "SECRETARY",
    "DIRECTOR",
    "ADMINISTRATOR",
    "COMMISSIONER",
    "CHAIR",
    "CHAIRMAN",
    "CHAIRWOMAN",
    "CHAIRPERSON",
    "POSTMASTER GENERAL",
    "HEAD OF AGENCY",
    "HEAD OF THE AGENCY",
    "INSPECTOR GENERAL",
    "ATTORNEY GENERAL",
    "DEPUTY ATTORNEY GENERAL",
    "ASSOCIATE ATTORNEY GENERAL",
    "ASSISTANT ATTORNEY GENERAL",
    "UNITED STATES ATTORNEY",
    "U S ATTORNEY",
    "US ATTORNEY",
    "SPECIAL PROSECUTOR",
    "ATTORNEY IN CHARGE OF A CRIMINAL DIVISION ORGANIZED CRIME STRIKE FORCE",
    "STRIKE FORCE CHIEF",
];

/// Whether a title begins as one of the offices, after `the` and `acting`.
fn is_listed(title: &str) -> bool {
    let folded = fold(title);
    let plain = folded.strip_prefix("THE ").unwrap_or(&folded);
    let plain = plain.strip_prefix("ACTING ").unwrap_or(plain);
    OFFICES.iter().any(|office| {
        plain
            .strip_prefix(office)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    })
}
