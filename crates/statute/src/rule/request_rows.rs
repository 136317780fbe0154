//! The request has at least one row.
//!
//! Place in the flow: one of [`super::RULES`]. 26 U.S.C. 6103(i)(2)(B)(i): a request is about a
//! taxpayer.
//!
//! Left to others: which rows are admissible (all other rules).

use model::finding::{FindingClass, RuleId};

use super::{Examine, Example, Needs, Rule, RuleDescription};
use crate::{
    terms::Setting,
    view::{RequestReport, RequestView},
};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("request.empty"),
        class: FindingClass::Deficient,
        citation: "26 U.S.C. 6103(i)(2)(B)(i)",
        title: "the request has rows",
        remedy: "fill in the sheet `Subjects`, one person a row",
        checks: &[3],
        needs: Needs::Nothing,
    },
    examine: Examine::Request(examine),
    failing: &[Example {
        what: "no rows",
        rows: &[],
        cover: &[],
        terms: &[],
    }],
    passing: &[Example::cover("one row", &[])],
};

fn examine(view: &RequestView<'_>, _: &Setting<'_>, report: &mut RequestReport<'_>) {
    if view.counts.rows == 0 {
        report.whole("the request has no rows");
    }
}
