//! The order is final on a basis of 8 CFR 1241.1.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md check 10: dismissal by the Board, waiver,
//! expiry of the time to appeal, decision certified, entry in absentia, overstay of voluntary
//! departure; by code, by paragraph (8 CFR 241.1 is the same rule), or by one of a closed list of
//! phrases. An appeal withdrawn leaves the decision as if none had been taken (8 CFR 1003.4).
//!
//! Left to others: the order itself (the exhibit), administrative orders (`order_administrative`).

use model::{
    column::Column,
    finding::{FindingClass, RuleId},
};

use super::{Examine, Example, Needs, Rule, RuleDescription, text};
use crate::{
    book::ElementTest,
    filler::is_filler,
    phrase::{self, Phrase, Vocabulary},
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
        remedy: "write one of: board-dismissal, appeal-waived, appeal-time-expired, decision-certified, in-absentia, voluntary-departure-overstay; administrative-order for an order under 8 CFR 238.1",
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
        Example::row(
            "the appeal goes on",
            &[&[text(Column::FinalityBasis, "appeal not yet dismissed")]],
        ),
        Example::row(
            "the order was taken back",
            &[&[text(Column::FinalityBasis, "in absentia order rescinded")]],
        ),
        Example::row(
            "another kind of waiver",
            &[&[text(Column::FinalityBasis, "Form I-601 waiver pending")]],
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
    if finality(text) == Finality::Unlisted {
        report.at(
            Column::FinalityBasis,
            "the basis stated is not one on which 8 CFR 1241.1 makes an order final",
        );
    }
}

/// What a finality basis is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Finality {
    /// One of 8 CFR 1241.1.
    Listed,
    /// An order of the Department itself, 8 CFR 238.1.
    Administrative,
    /// Nothing that is listed.
    Unlisted,
}

/// What the template offers.
const CODES: [&str; 6] = [
    "board-dismissal",
    "appeal-waived",
    "appeal-time-expired",
    "decision-certified",
    "in-absentia",
    "voluntary-departure-overstay",
];

/// Reads a finality basis: a code, a phrase, a paragraph, or several of them.
pub(super) fn finality(text: &str) -> Finality {
    if CODES.iter().any(|code| code.eq_ignore_ascii_case(text)) {
        return Finality::Listed;
    }
    let whole = basis(&phrase::read(text, &WORDS));
    if let Some(found) = whole {
        return found;
    }
    let mut found = Finality::Unlisted;
    for part in phrase::parts(text) {
        let phrase = phrase::read(part, &WORDS);
        match basis(&phrase) {
            Some(Finality::Listed) => found = Finality::Listed,
            Some(Finality::Administrative) if found == Finality::Unlisted => {
                found = Finality::Administrative;
            }
            Some(_) => {}
            None if phrase.is_in(&["order", "ij order", "removal order", "order removal"]) => {}
            None => return Finality::Unlisted,
        }
    }
    found
}

/// The basis of one phrase; `None` where it is not listed.
fn basis(phrase: &Phrase) -> Option<Finality> {
    if phrase.is_in(ADMINISTRATIVE) {
        return Some(Finality::Administrative);
    }
    if phrase.is_in(LISTED) {
        return Some(Finality::Listed);
    }
    let rest = without_paragraph(&phrase.words)?;
    let known = rest.is_empty() || LISTED.contains(&rest);
    known.then_some(Finality::Listed)
}

/// What stands before or after a paragraph (a) to (f) of 8 CFR 1241.1 or 241.1.
fn without_paragraph(words: &str) -> Option<&str> {
    for section in ["8 cfr 1241 1 ", "8 cfr 241 1 ", "1241 1 ", "241 1 "] {
        let Some((before, after)) = words.split_once(section) else {
            continue;
        };
        let (letter, after) = after.split_once(' ').unwrap_or((after, ""));
        let listed = matches!(letter, "a" | "b" | "c" | "d" | "e" | "f");
        let before = before.trim_end();
        return match (before.is_empty(), after.is_empty()) {
            (true, _) if listed => Some(after),
            (_, true) if listed => Some(before),
            _ => None,
        };
    }
    None
}

/// `a` stays: it is a paragraph.
const WORDS: Vocabulary = Vocabulary {
    dropped: &[
        "the",
        "an",
        "has",
        "have",
        "had",
        "been",
        "was",
        "were",
        "is",
        "by",
        "of",
        "to",
        "for",
        "on",
        "upon",
        "in",
        "under",
        "respondent",
        "respondents",
        "alien",
        "s",
        "his",
        "her",
        "their",
        "right",
        "rights",
        "both",
        "parties",
        "allotted",
        "section",
        "sec",
    ],
    same: &[
        ("bia", "board"),
        ("dismissal", "dismissed"),
        ("affirmance", "affirmed"),
        ("waiver", "waived"),
        ("withdrew", "withdrawn"),
        ("withdrawal", "withdrawn"),
        ("expiration", "expired"),
        ("expiry", "expired"),
        ("lapsed", "expired"),
        ("passed", "expired"),
        ("elapsed", "expired"),
        ("ran", "expired"),
        ("over", "expired"),
        ("ended", "expired"),
        ("period", "time"),
        ("deadline", "time"),
        ("overstay", "overstayed"),
        ("failure", "failed"),
        ("abstentia", "absentia"),
        ("absence", "absentia"),
        ("issued", "entered"),
        ("certification", "certified"),
        ("taken", "filed"),
        ("ordered", "order"),
        ("removed", "removal"),
        ("vd", "voluntary departure"),
    ],
    joined: &[
        ("board immigration appeals", "board"),
        ("immigration judge", "ij"),
        ("attorney general", "ag"),
        ("voluntary departure", "vd"),
        ("c f r", "cfr"),
    ],
};

/// Phrases that state a basis, as the vocabulary leaves them.
const LISTED: &[&str] = &[
    // (a), dismissal of the appeal by the Board
    "board dismissed",
    "board dismissed appeal",
    "dismissed board",
    "dismissed appeal",
    "dismissed appeal board",
    "appeal dismissed",
    "appeal dismissed board",
    "appeal board dismissed",
    "board appeal dismissed",
    "board summarily dismissed",
    "board summarily dismissed appeal",
    "appeal summarily dismissed",
    "appeal summarily dismissed board",
    "summarily dismissed board",
    "board affirmed",
    "board affirmed ij",
    "board affirmed ij decision",
    "board affirmed ij order",
    "board affirmed order",
    "board affirmed decision",
    "board affirmed without opinion",
    "affirmed board",
    "ij affirmed board",
    "ij decision affirmed board",
    "ij order affirmed board",
    "order affirmed board",
    "decision affirmed board",
    "board denied appeal",
    "appeal denied board",
    // (b), waiver; an appeal withdrawn
    "appeal waived",
    "waived appeal",
    "appeal withdrawn",
    "withdrawn appeal",
    // (c), expiry of the time to appeal
    "appeal time expired",
    "time appeal expired",
    "expired time appeal",
    "expired appeal time",
    "no appeal",
    "no appeal filed",
    "no timely appeal",
    "no timely appeal filed",
    "not appealed",
    "appeal not filed",
    "time appeal expired no appeal filed",
    "appeal time expired no appeal filed",
    "time appeal expired without appeal",
    "appeal time expired without appeal",
    // (d), certified to the Board or the Attorney General
    "decision certified",
    "certified decision",
    "case certified",
    "certified board",
    "certified ag",
    "decision certified board",
    "decision certified ag",
    "case certified board",
    "case certified ag",
    // (e), entry in absentia
    "absentia",
    "absentia order",
    "absentia removal",
    "absentia removal order",
    "absentia order removal",
    "order absentia",
    "order entered absentia",
    "order removal absentia",
    "order removal entered absentia",
    "removal absentia",
    "removal order absentia",
    "removal order entered absentia",
    "entered absentia",
    "ij order absentia",
    // (f), overstay of voluntary departure, or no bond posted for it
    "vd overstayed",
    "overstayed vd",
    "vd time overstayed",
    "overstayed vd time",
    "failed depart vd",
    "failed depart voluntarily",
    "vd failed depart",
    "vd bond not posted",
    "failed post vd bond",
];

/// Phrases of an order that no judge entered, 8 CFR 238.1.
const ADMINISTRATIVE: &[&str] = &[
    "administrative order",
    "administrative order removal",
    "administrative removal",
    "administrative removal order",
    "administrative removal order ina 238 b",
    "final administrative order",
    "final administrative order removal",
    "final administrative removal order",
    "final administrative removal order ina 238 b",
    "final administrative removal order 8 cfr 238 1",
    "administrative removal order 8 cfr 238 1",
    "8 cfr 238 1",
    "ina 238 b",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn check(expected: Finality, texts: &[&str]) {
        for text in texts {
            assert_eq!(finality(text), expected, "{text}");
        }
    }

    #[test]
    fn codes_and_phrases_that_make_an_order_final() {
        check(Finality::Listed, &CODES);
        check(
            Finality::Listed,
            &[
                "In-Absentia",
                "BIA affirmed",
                "Board of Immigration Appeals affirmed the IJ",
                "The Board of Immigration Appeals affirmed the Immigration Judge's decision",
                "Appeal dismissed by the BIA on March 4, 2025",
                "appeal withdrawn",
                "appeal waived.",
                "appeal period expired",
                "appeal deadline ran",
                "no appeal was filed",
                "IJ order; respondent waived appeal",
                "ordered removed in absentia, not appealed",
                "in abstentia",
                "order entered in the respondent's absence",
                "8 CFR 1241.1(c)",
                "8 C.F.R. § 1241.1(c)",
                "8 CFR 241.1(c)",
                "1241.1(a)",
                "appeal waived (8 CFR 1241.1(b))",
                "8 CFR 1241.1(e), in absentia",
                "8 CFR 1241.1(e) in absentia",
                "in absentia; removal order",
                "failed to depart under voluntary departure",
                "VD overstay",
                "voluntary departure bond not posted",
                "summarily dismissed by BIA",
            ],
        );
    }

    #[test]
    fn administrative_orders_are_told_apart() {
        check(
            Finality::Administrative,
            &[
                "administrative-order",
                "final administrative removal order under INA 238(b)",
                "8 CFR 238.1",
                "administrative order; removal order",
            ],
        );
        check(Finality::Listed, &["administrative order; appeal waived"]);
        check(Finality::Listed, &["appeal waived; administrative order"]);
    }

    #[test]
    fn negated_and_unrelated_texts_make_none() {
        check(
            Finality::Unlisted,
            &[
                "appeal not yet dismissed",
                "appeal not dismissed",
                "appeal not waived",
                "respondent did not waive appeal",
                "time to appeal has not expired",
                "appeal pending, not dismissed",
                "appeal reserved; time not yet passed",
                "appeal dismissed; motion to reopen granted",
                "NTA dismissed",
                "case dismissed by immigration judge",
                "proceedings dismissed",
                "charges dismissed",
                "not in absentia",
                "in absentia order rescinded",
                "voluntary departure granted, not overstayed",
                "certified mail",
                "hearing transcript certified",
                "inadmissibility waiver denied",
                "Form I-601 waiver pending",
                "expedited",
                "removal order",
                "8 CFR 1241.1",
                "8 CFR 1241.1(g)",
                "not 8 CFR 1241.1(a) vacated",
                "not 8 CFR 1241.1(a)",
                "8 CFR 1241.1(a) vacated",
                ";",
            ],
        );
    }
}
