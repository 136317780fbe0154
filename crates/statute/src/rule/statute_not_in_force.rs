//! The provision is in force.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md check 9; the statute book gives first and
//! last days.
//!
//! Left to others: the law on the day of the act (counsel).

use model::{
    column::Column,
    finding::{FindingClass, RuleId},
};

use super::{Examine, Example, Needs, Rule, RuleDescription, TermsChange};
use crate::{
    terms::Setting,
    view::{RowReport, RowView},
};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("statute.not_in_force"),
        class: FindingClass::Deficient,
        citation: "26 U.S.C. 6103(i)(2)(B)(iii)",
        title: "the provision is in force",
        remedy: "name a provision in force, or ask for the statute book to be corrected",
        checks: &[9],
        needs: Needs::Nothing,
    },
    examine: Examine::Row(examine),
    failing: &[Example::row("examined as of a day before it", &[&[]])
        .under(&[TermsChange::AsOf("1996-01-01")])],
    passing: &[
        Example::row("on the first day", &[&[]]).under(&[TermsChange::AsOf("1997-04-01")]),
        Example::row("in force", &[&[]]),
    ],
};

fn examine(view: &RowView<'_>, setting: &Setting<'_>, report: &mut RowReport<'_>) {
    let as_of = setting.terms.as_of;
    for offence in view
        .offences
        .iter()
        .filter(|offence| !offence.is_in_force(as_of))
    {
        report.at(
            Column::Statute,
            format!("`{}` is not in force on {as_of}", offence.citation),
        );
    }
}
