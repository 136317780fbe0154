//! The cover was signed not in the future and at most 30 days before.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md check 1. The limit of 30 days is this
//! gate's, so that reasons are current.
//!
//! Left to others: the signature's own date (instrument).

use model::{
    finding::{FindingClass, RuleId},
    row::CellKind,
};

use super::{Examine, Example, Needs, Rule, RuleDescription};
use crate::{
    date::{days_between, read_date},
    filler::is_filler,
    terms::Setting,
    view::{RequestReport, RequestView},
};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("cover.signed_on"),
        class: FindingClass::Deficient,
        citation: "26 U.S.C. 6103(i)(2)(B)",
        title: "the cover was signed within the last 30 days",
        remedy: "sign the cover again and write the day as year, month and day, 2026-05-04",
        checks: &[1],
        needs: Needs::Nothing,
    },
    examine: Examine::Request(examine),
    failing: &[
        Example::cover("in the future", &[("signed_on", "2026-11-21")]),
        Example::cover("31 days before", &[("signed_on", "2026-10-20")]),
        Example::cover("ambiguous", &[("signed_on", "11/10/2026")]),
    ],
    passing: &[
        Example::cover(
            "left open, which another rule says",
            &[("signed_on", "TBD")],
        ),
        Example::cover("today", &[("signed_on", "2026-11-20")]),
        Example::cover("30 days before", &[("signed_on", "2026-10-21")]),
    ],
};

fn examine(view: &RequestView<'_>, setting: &Setting<'_>, report: &mut RequestReport<'_>) {
    let text = view.text("signed_on");
    if text.is_empty() || is_filler(text) {
        return;
    }
    let as_of = setting.terms.as_of;
    let reading = read_date(CellKind::Text, text);
    if let Some(problem) = reading.problem() {
        report.at("signed_on", format!("the day of signature {problem}"));
    }
    match reading.date().map(|day| (day, days_between(day, as_of))) {
        Some((day, ..0)) => report.at_with(
            "signed_on",
            format!("the cover is signed on {day}, after {as_of}"),
            "correct the day, or send the request on that day",
        ),
        Some((day, 31..)) => {
            report.at(
                "signed_on",
                format!("the cover was signed on {day}, more than 30 days before {as_of}"),
            );
        }
        _ => {}
    }
}
