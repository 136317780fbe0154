//! The order is final on a basis of 8 CFR 1241.1.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md check 10: dismissal by the Board, waiver,
//! expiry of the time to appeal, decision certified, entry in absentia, overstay of voluntary
//! departure.
//!
//! Left to others: the order itself (the exhibit).

use model::{
    column::Column,
    finding::{FindingClass, RuleId},
};

use super::{Examine, Example, Needs, Rule, RuleDescription, text};
use crate::{
    book::ElementTest,
    filler::is_filler,
    terms::Setting,
    view::{RowReport, RowView},
};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("order.finality"),
        class: FindingClass::Deficient,
        citation: "8 CFR 1241.1",
        title: "the order is final on a listed basis",
        remedy: "write one of: board-dismissal, appeal-waived, appeal-time-expired, decision-certified, in-absentia, voluntary-departure-overstay",
        checks: &[10],
        needs: Needs::Nothing,
    },
    examine: Examine::Row(examine),
    failing: &[
        Example::row(
            "no listed basis",
            &[&[text(Column::FinalityBasis, "final")]],
        ),
        Example::row(
            "charged, not ordered",
            &[&[text(Column::FinalityBasis, "notice to appear served")]],
        ),
    ],
    passing: &[
        Example::row(
            "left open, which another rule says",
            &[&[text(Column::FinalityBasis, "unknown")]],
        ),
        Example::row(
            "an offence without this test",
            &[&[
                text(Column::Statute, "8 U.S.C. 1326(a)"),
                text(Column::ActDate, "2025-02-03"),
                text(Column::FinalOrderDate, "2019-03-04"),
                text(Column::FinalityBasis, "final"),
            ]],
        ),
        Example::row(
            "appeal waived",
            &[&[text(Column::FinalityBasis, "respondent waived appeal")]],
        ),
        Example::row(
            "time to appeal over",
            &[&[text(Column::FinalityBasis, "time to appeal has expired")]],
        ),
        Example::row(
            "decision certified",
            &[&[text(
                Column::FinalityBasis,
                "decision certified to the Attorney General",
            )]],
        ),
        Example::row(
            "in absentia",
            &[&[text(Column::FinalityBasis, "ordered in absentia")]],
        ),
        Example::row(
            "voluntary departure overstayed",
            &[&[text(Column::FinalityBasis, "voluntary-departure-overstay")]],
        ),
        Example::row(
            "in words",
            &[&[text(Column::FinalityBasis, "Appeal dismissed by the BIA")]],
        ),
        Example::row(
            "by paragraph",
            &[&[text(Column::FinalityBasis, "8 CFR 1241.1(e)")]],
        ),
    ],
};

fn examine(view: &RowView<'_>, _: &Setting<'_>, report: &mut RowReport<'_>) {
    let text = view.text(Column::FinalityBasis);
    if view.tested(ElementTest::OrderFinal).is_none() || text.is_empty() || is_filler(text) {
        return;
    }
    if !is_final(text) {
        report.at(
            Column::FinalityBasis,
            "the basis stated is not one on which 8 CFR 1241.1 makes an order final",
        );
    }
}

/// Whether a text names a basis, in the words of the rule or by its paragraph, (a) to (f).
fn is_final(text: &str) -> bool {
    let text = text.to_lowercase();
    let has = |words: &[&str]| words.iter().all(|word| text.contains(word));
    let paragraph = text.split_once("1241.1").is_some_and(|(_, rest)| {
        let letter = rest.trim_start_matches([' ', '(']).bytes().next();
        letter.is_some_and(|letter| (b'a'..=b'f').contains(&letter))
    });
    let appeal_over = ["expir", "lapse", "not appealed", "no appeal", "passed"]
        .iter()
        .any(|word| text.contains(word));
    paragraph
        || has(&["dismiss"])
        || has(&["waive"])
        || has(&["appeal"]) && appeal_over
        || has(&["certif"])
        || has(&["absentia"])
        || has(&["voluntary", "overst"])
}
