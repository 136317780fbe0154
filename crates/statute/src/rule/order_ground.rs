//! The final order rests on a class of 8 U.S.C. 1227(a).
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md check 10 and section 5: 1253(a)(1) names
//! those classes; orders on grounds of inadmissibility (1182) lie outside its text (an inference
//! for counsel).
//!
//! Left to others: the order itself (the exhibit).

use model::{
    column::Column,
    finding::{FindingClass, RuleId},
};

use super::{Examine, Example, Needs, Rule, RuleDescription, text};
use crate::{
    book::ElementTest,
    citation::{Act, Citation},
    filler::is_filler,
    terms::Setting,
    view::{RowReport, RowView},
};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("order.ground"),
        class: FindingClass::Deficient,
        citation: "8 U.S.C. 1253(a)(1)",
        title: "the order rests on a class of 1227(a)",
        remedy: "write the ground as 8 U.S.C. 1227(a)(1)(B); without one of 1227(a) name another provision",
        checks: &[10],
        needs: Needs::Nothing,
    },
    examine: Examine::Row(examine),
    failing: &[
        Example::row(
            "inadmissibility",
            &[&[text(Column::OrderGround, "8 U.S.C. 1182(a)(6)(A)(i)")]],
        ),
        Example::row(
            "by the Act's own section",
            &[&[text(Column::OrderGround, "INA 212(a)(6)(A)(i)")]],
        ),
        Example::row("words", &[&[text(Column::OrderGround, "overstay")]]),
        Example::row(
            "another section",
            &[&[text(Column::OrderGround, "8 U.S.C. 1229a")]],
        ),
    ],
    passing: &[
        Example::row(
            "left open, which another rule says",
            &[&[text(Column::OrderGround, "unknown")]],
        ),
        Example::row(
            "without the title",
            &[&[text(Column::OrderGround, "1227(a)(2)(A)(iii)")]],
        ),
        Example::row(
            "by the Act's own section",
            &[&[text(Column::OrderGround, "INA § 237(a)(1)(B)")]],
        ),
        Example::row(
            "two grounds, one of the class",
            &[&[text(Column::OrderGround, "1182(a)(6); 1227(a)(1)(B)")]],
        ),
    ],
};

fn examine(view: &RowView<'_>, setting: &Setting<'_>, report: &mut RowReport<'_>) {
    let text = view.text(Column::OrderGround);
    let Some(offence) = view
        .tested(ElementTest::OrderGround)
        .filter(|_| !text.is_empty() && !is_filler(text))
    else {
        return;
    };
    let grounds: Option<Vec<Citation>> = text
        .split([';', ',', '\n'])
        .filter(|part| !part.trim().is_empty())
        .map(|part| {
            setting
                .terms
                .book
                .codified(Citation::parse_in_title(part, 8)?)
        })
        .collect();
    let grounds = grounds.unwrap_or_default();
    let Some(first) = grounds.first() else {
        return report.at(
            Column::OrderGround,
            "the ground of the order is not a citation that reads",
        );
    };
    if grounds.iter().any(is_deportable) {
        return;
    }
    let citation = &offence.citation;
    let words = if first.section() == "1182" {
        "a ground of inadmissibility"
    } else {
        "no class of 8 U.S.C. 1227(a)"
    };
    report.at(
        Column::OrderGround,
        format!("`{first}` is {words}: `{citation}` needs an order on a class of 8 U.S.C. 1227(a)"),
    );
}

/// Whether a ground lies within 8 U.S.C. 1227(a).
fn is_deportable(ground: &Citation) -> bool {
    let first = ground.subsections().first();
    ground.act() == Act::Title(8)
        && ground.section() == "1227"
        && first.is_some_and(|part| part.eq_ignore_ascii_case("a"))
}
