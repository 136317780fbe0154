//! An administrative order of removal is put to counsel.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md check 10. An order under 8 U.S.C. 1228(b)
//! (8 CFR 238.1) is entered by the Department, not by a judge, and 8 CFR 1241.1 does not list it; a
//! question, since 1253(a)(1) speaks of any final order.
//!
//! Left to others: the answer (counsel), other bases (`order_finality`).

use model::{
    column::Column,
    finding::{FindingClass, RuleId},
};

use super::{
    Examine, Example, Needs, Rule, RuleDescription,
    order_finality::{Finality, finality},
    text,
};
use crate::{
    book::ElementTest,
    terms::Setting,
    view::{RowReport, RowView},
};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("order.administrative"),
        class: FindingClass::Question,
        citation: "8 U.S.C. 1228(b); 8 CFR 238.1",
        title: "an administrative order is explained",
        remedy: "say when the administrative order was served and that the time for review has passed",
        checks: &[10],
        needs: Needs::Nothing,
    },
    examine: Examine::Row(examine),
    failing: &[
        Example::row(
            "by its code",
            &[&[text(Column::FinalityBasis, "administrative-order")]],
        ),
        Example::row(
            "in words",
            &[&[text(
                Column::FinalityBasis,
                "final administrative removal order under INA 238(b)",
            )]],
        ),
        Example::row(
            "by its section alone",
            &[&[text(Column::FinalityBasis, "INA 238(b)")]],
        ),
        Example::row(
            "in full-width letters",
            &[&[text(
                Column::FinalityBasis,
                "\u{ff21}\u{ff24}\u{ff2d}\u{ff29}\u{ff2e}\u{ff29}\u{ff33}\u{ff34}\u{ff32}\u{ff21}\u{ff34}\u{ff29}\u{ff36}\u{ff25} order",
            )]],
        ),
    ],
    passing: &[
        Example::row(
            "a basis of 8 CFR 1241.1",
            &[&[text(Column::FinalityBasis, "appeal-waived")]],
        ),
        Example::row(
            "an offence without this test",
            &[&[
                text(Column::Statute, "8 U.S.C. 1326(a)"),
                text(Column::ActDate, "2025-02-03"),
                text(Column::FinalOrderDate, "2019-03-04"),
                text(Column::FinalityBasis, "administrative-order"),
            ]],
        ),
    ],
};

fn examine(view: &RowView<'_>, _: &Setting<'_>, report: &mut RowReport<'_>) {
    let text = view.text(Column::FinalityBasis);
    if view.tested(ElementTest::OrderFinal).is_some()
        && may_be(text)
        && finality(text) == Finality::Administrative
    {
        report.at(
            Column::FinalityBasis,
            "the order is an administrative one, which 8 CFR 1241.1 does not list",
        );
    }
}

/// A quick look that spares most rows the reading: every listed phrase has one of these.
fn may_be(text: &str) -> bool {
    let long = b"administrative";
    let word = |window: &[u8]| window.eq_ignore_ascii_case(long);
    !text.is_ascii() || text.contains("238") || text.as_bytes().windows(long.len()).any(word)
}
