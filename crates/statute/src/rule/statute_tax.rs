//! A tax statute is not one this route serves.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md check 9: "not involving tax
//! administration".
//!
//! Left to others: other kinds of listing (the other statute rules), the line itself
//! ([`crate::book`]).

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
        id: RuleId("statute.tax"),
        class: FindingClass::Deficient,
        citation: "26 U.S.C. 6103(i)(2)(A)(i)",
        title: "the statute does not involve tax administration",
        remedy: "name a criminal statute outside title 26; tax crimes have routes of their own",
        checks: &[9],
        needs: Needs::Nothing,
    },
    examine: Examine::Row(examine),
    failing: &[Example::row(
        "tax evasion",
        &[&[text(Column::Statute, "26 U.S.C. 7201")]],
    )],
    passing: &[Example::row("a criminal one", &[&[]])],
};

fn examine(view: &RowView<'_>, _: &Setting<'_>, report: &mut RowReport<'_>) {
    for (citation, listing) in view.listed() {
        if listing == Listing::Tax {
            report.at(
                Column::Statute,
                format!("`{citation}` involves tax administration, which this route excludes"),
            );
        }
    }
}
