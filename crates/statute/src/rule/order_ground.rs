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
    book::{ElementTest, StatuteBook},
    citation::{Act, Citation, parse_in_title},
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
            "a charge that was not sustained",
            &[&[text(
                Column::OrderGround,
                "1227(a)(1)(B) charge not sustained",
            )]],
        ),
        Example::row(
            "no class of that number",
            &[&[text(Column::OrderGround, "1227(a)(9)(Z)")]],
        ),
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
            "by the Act's own section, without its name",
            &[&[text(Column::OrderGround, "§ 237(a)(1)(B)")]],
        ),
        Example::row(
            "two grounds, one of the class",
            &[&[text(Column::OrderGround, "1182(a)(6); 1227(a)(1)(B)")]],
        ),
        Example::row(
            "described",
            &[&[text(Column::OrderGround, "1227(a)(1)(B) (overstay)")]],
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
    let book = setting.terms.book;
    let (grounds, description) = grounds(text, book);
    let Some(first) = grounds.first() else {
        return report.at(
            Column::OrderGround,
            "the ground of the order is not a citation that reads",
        );
    };
    if takes_back(description) {
        return report.at(
            Column::OrderGround,
            "the words beside the ground say that it may not stand",
        );
    }
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

/// The grounds of a cell in the Code's numbering, and the words beside them; none where one does not
/// read.
fn grounds<'a>(text: &'a str, book: &StatuteBook) -> (Vec<Citation>, &'a str) {
    let Some(cited) = parse_in_title(text.trim_end_matches([';', ',', '.']), 8) else {
        return (Vec::new(), "");
    };
    let coded = |citation| Some(book.untitled(book.codified(citation)?));
    let grounds: Option<Vec<Citation>> = cited.citations.into_iter().map(coded).collect();
    (grounds.unwrap_or_default(), cited.description)
}

/// Whether words beside a ground say that it was not found, or stands no longer.
fn takes_back(description: &str) -> bool {
    const WORDS: [&str; 16] = [
        "not",
        "no",
        "never",
        "withdrawn",
        "withdrew",
        "dismissed",
        "denied",
        "vacated",
        "reversed",
        "rescinded",
        "terminated",
        "dropped",
        "stricken",
        "unsustained",
        "pending",
        "waived",
    ];
    let mut words = description.split(|c: char| !c.is_alphanumeric());
    words.any(|word| WORDS.iter().any(|back| word.eq_ignore_ascii_case(back)))
}

/// Whether a ground lies within 8 U.S.C. 1227(a), whose classes are (1) to (6).
fn is_deportable(ground: &Citation) -> bool {
    let parts = ground.subsections();
    let first = parts.first();
    let class = parts
        .get(1)
        .is_none_or(|part| ["1", "2", "3", "4", "5", "6"].contains(&part.as_str()));
    ground.act() == Act::Title(8)
        && ground.section() == "1227"
        && first.is_some_and(|part| part.eq_ignore_ascii_case("a"))
        && class
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statute_book;

    fn check(text: &str, expected: &str) {
        let (grounds, description) = grounds(text, statute_book());
        let outcome = match grounds.as_slice() {
            [] => "unread",
            _ if takes_back(description) => "taken back",
            all if all.iter().any(is_deportable) => "deportable",
            _ => "other",
        };
        assert_eq!(outcome, expected, "{text}");
    }

    #[test]
    fn grounds_as_offices_write_them() {
        for text in [
            "1227(a)(1)(B)",
            "1227(a)(1)(B), overstay",
            "1227(a)(1)(B) (overstay)",
            "1227(a)(1)(B) and 1227(a)(2)(A)(iii)",
            "1227(a)(1)(B); 1227(a)(1)(C);",
            "8 U.S.C. § 1227(a)(1)(B), (a)(2)(A)(iii)",
            "8 USC 1227(a)(6) - unlawful voters",
            "237(a)(1)(B)",
            "§ 237(a)(1)(B)",
            "Section 237(a)(1)(B) of the INA",
            "section 237(a)(1)(B) of the Immigration and Nationality Act",
            "INA § 237(a)(1)(B); INA § 237(a)(1)(C)(i)",
            "INA 237(a)(2)(B)(i) / 8 U.S.C. 1227(a)(2)(B)(i)",
            "1182(a)(6)(A)(i), 1227(a)(1)(B)",
            "1227(a)",
        ] {
            check(text, "deportable");
        }
        for text in [
            "1227(a)(9)(Z)",
            "1227(a)(7)",
            "1227(b)",
            "1227",
            "18 U.S.C. 1227(a)(1)",
            "1182(a)(9)",
            "212(a)(6)",
            "1251(a)(1)(B)",
        ] {
            check(text, "other");
        }
        for text in [
            "1227(a)(1)(B) charge not sustained",
            "1182(a)(6)(A)(i); 1227(a)(1)(B) withdrawn",
            "1227(a)(1)(B) (Dismissed)",
        ] {
            check(text, "taken back");
        }
        for text in [
            "not 1227(a)(1)(B)",
            "overstay",
            "INA 101(a)",
            "1227(a)(1) or (2)",
            ";",
        ] {
            check(text, "unread");
        }
    }
}
