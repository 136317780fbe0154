//! The agreement designates the provision.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md check 9: "a specifically designated Federal
//! criminal statute".
//!
//! Left to others: the statute book's own list (`statute_unlisted`).

use model::{
    column::Column,
    finding::{FindingClass, RuleId},
};

use super::{Examine, Example, Needs, Rule, RuleDescription, text};
use crate::{
    book::Listing,
    terms::Setting,
    view::{RowReport, RowView},
};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("statute.not_agreed"),
        class: FindingClass::Deficient,
        citation: "agreement, statutes; 26 U.S.C. 6103(i)(2)(A)(i)",
        title: "the agreement designates the provision",
        remedy: "name a provision that the agreement designates, or have it amended",
        checks: &[9],
        needs: Needs::Agreement,
    },
    examine: Examine::Row(examine),
    failing: &[Example::row(
        "listed, not designated",
        &[&[
            text(Column::Statute, "8 U.S.C. 1304(e)"),
            text(Column::ActDate, "2025-02-03"),
        ]],
    )],
    passing: &[Example::row(
        "deeper than designated",
        &[&[
            text(Column::Statute, "8 U.S.C. 1326(b)(2)"),
            text(Column::ActDate, "2025-02-03"),
        ]],
    )],
};

fn examine(view: &RowView<'_>, setting: &Setting<'_>, report: &mut RowReport<'_>) {
    for (citation, listing) in view.listed() {
        let listed = matches!(listing, Listing::Criminal(_));
        if listed
            && !setting
                .statutes
                .iter()
                .any(|agreed| citation.is_within(agreed))
        {
            report.at(
                Column::Statute,
                format!("the agreement does not designate `{citation}`"),
            );
        }
    }
}
