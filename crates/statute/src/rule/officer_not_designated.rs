//! The agreement designates the officer as a recipient.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md check 15: recipients are registered
//! beforehand; a file on one employee's computer was found impermissible in 2026.
//!
//! Left to others: keys and devices (authority note).

use model::{
    column::Column,
    finding::{FindingClass, RuleId},
};

use super::{Examine, Example, Needs, Rule, RuleDescription, text};
use crate::{
    officer::id_problem,
    terms::Setting,
    view::{RowReport, RowView},
};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("officer.not_designated"),
        class: FindingClass::Deficient,
        citation: "26 U.S.C. 6103(i)(2)(A)",
        title: "the officer is designated in the agreement",
        remedy: "name an officer whom the agreement designates, or have the agreement amended first",
        checks: &[15],
        needs: Needs::Agreement,
    },
    examine: Examine::Row(examine),
    failing: &[Example::row(
        "nobody it designates",
        &[&[text(Column::OfficerId, "OFF-9999")]],
    )],
    passing: &[
        Example::row("designated", &[&[text(Column::OfficerId, "OFF-1002")]]),
        Example::row(
            "a placeholder, which another rule says",
            &[&[text(Column::OfficerId, "TBD")]],
        ),
    ],
};

fn examine(view: &RowView<'_>, setting: &Setting<'_>, report: &mut RowReport<'_>) {
    let id = view.text(Column::OfficerId);
    if !id.is_empty() && id_problem(id).is_none() && !setting.is_designated(id) {
        report.at(
            Column::OfficerId,
            "the agreement does not designate an officer with this id",
        );
    }
}
