//! A civil provision is no criminal statute.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md check 9 and section 5: 1253's civil twins,
//! and grounds of removal.
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
        id: RuleId("statute.civil"),
        class: FindingClass::Deficient,
        citation: "26 U.S.C. 6103(i)(2)(B)(iii)",
        title: "the statute is criminal",
        remedy: "name the criminal provision under investigation; without one the row cannot be sent",
        checks: &[9],
        needs: Needs::Nothing,
    },
    examine: Examine::Row(examine),
    failing: &[
        Example::row(
            "the civil twin of 1253",
            &[&[text(Column::Statute, "8 U.S.C. 1324d")]],
        ),
        Example::row(
            "removal proceedings",
            &[&[text(Column::Statute, "8 U.S.C. 1229a")]],
        ),
        Example::row(
            "beside a criminal one",
            &[&[text(
                Column::Statute,
                "8 U.S.C. 1253(a)(1)(A); 8 U.S.C. 1231",
            )]],
        ),
    ],
    passing: &[Example::row("a criminal one", &[&[]])],
};

fn examine(view: &RowView<'_>, _: &Setting<'_>, report: &mut RowReport<'_>) {
    for (citation, listing) in view.listed() {
        if let Listing::Civil(provision) = listing {
            let title = &provision.title;
            report.at(
                Column::Statute,
                format!("`{citation}` is civil ({title}), not a criminal statute"),
            );
        }
    }
}
