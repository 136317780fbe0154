//! No judicial review of the order is pending.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md check 10: where review is had, the 90 days
//! run from the court's final order, so while it is pending they have not begun. The cell is read by
//! closed lists of phrases, so that `not yet concluded` is not `concluded`.
//!
//! Left to others: the court's docket (the exhibit), a conclusion without a day
//! (`order_review_day`).

use model::{
    column::Column,
    finding::{FindingClass, RuleId},
    time::Date,
};

use super::{Examine, Example, Needs, Rule, RuleDescription, text};
use crate::{
    book::ElementTest,
    phrase::{self, Phrase, Vocabulary},
    terms::Setting,
    view::{RowReport, RowView},
};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("order.review"),
        class: FindingClass::Deficient,
        citation: "8 U.S.C. 1253(a)(1)",
        title: "no judicial review is pending",
        remedy: "write `none`, `concluded` with the day, or `pending`, as the court's docket shows; while review is pending the row cannot be sent, and after it final_order_date is the day of the court's final order",
        checks: &[10],
        needs: Needs::Nothing,
    },
    examine: Examine::Row(examine),
    failing: &[
        Example::row(
            "pending",
            &[&[text(Column::ReviewStatus, "petition for review pending")]],
        ),
        Example::row("not known", &[&[text(Column::ReviewStatus, "unknown")]]),
        Example::row(
            "not yet over",
            &[&[text(Column::ReviewStatus, "not yet concluded")]],
        ),
        Example::row(
            "only the stay was denied",
            &[&[text(
                Column::ReviewStatus,
                "petition for review before the 9th Cir., stay denied",
            )]],
        ),
        Example::row(
            "over later than the order stated",
            &[&[text(Column::ReviewStatus, "concluded 2026-10-15")]],
        ),
    ],
    passing: &[
        Example::row("concluded", &[&[text(Column::ReviewStatus, "Concluded")]]),
        Example::row("never sought", &[&[text(Column::ReviewStatus, "none")]]),
        Example::row(
            "in words",
            &[&[text(
                Column::ReviewStatus,
                "No petition for review was filed.",
            )]],
        ),
        Example::row(
            "over on the day of the order stated",
            &[&[text(
                Column::ReviewStatus,
                "petition denied; opinion filed 2025-03-04",
            )]],
        ),
        Example::row(
            "an offence whose days do not run from the court's order",
            &[&[
                text(Column::Statute, "8 U.S.C. 1253(a)(1)(C)"),
                text(Column::ActDate, "2026-01-05"),
                text(Column::ReviewStatus, "concluded 2026-02-15"),
            ]],
        ),
    ],
};

fn examine(view: &RowView<'_>, _: &Setting<'_>, report: &mut RowReport<'_>) {
    let text = view.text(Column::ReviewStatus);
    let Some(offence) = view
        .tested(ElementTest::ReviewEnded)
        .filter(|_| !text.is_empty())
    else {
        return;
    };
    let citation = &offence.citation;
    match review(text) {
        Review::None => {}
        Review::Over(day) => {
            let order = view.reading.final_order_date.date();
            let runs = view.tested(ElementTest::NinetyDays);
            if let Some((day, order)) = runs.and(day.zip(order)).filter(|(day, order)| day > order)
            {
                report.at(
                    Column::ReviewStatus,
                    format!("the court's order of {day} is later than the final_order_date of {order}, and the 90 days run from the court's final order"),
                );
            }
        }
        Review::Pending => report.at(
            Column::ReviewStatus,
            format!("judicial review is pending, so the order does not yet support `{citation}`"),
        ),
        Review::Unclear => report.at(
            Column::ReviewStatus,
            "the cell says in no listed words whether judicial review was sought and is over",
        ),
    }
}

/// What a review status says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Review {
    /// None was sought.
    None,
    /// It is over, with the latest day the cell gives for that.
    Over(Option<Date>),
    /// It goes on.
    Pending,
    /// Nothing that is listed.
    Unclear,
}

/// Reads a review status.
pub(super) fn review(text: &str) -> Review {
    if text.eq_ignore_ascii_case("none") {
        return Review::None;
    }
    let (mut none, mut over, mut day) = (false, false, None);
    for part in phrase::parts(text) {
        let phrase = phrase::read(part, &WORDS);
        match part_of(&phrase) {
            Part::None => none = true,
            Part::Over => (over, day) = (true, day.max(phrase.latest)),
            Part::Ruling => day = day.max(phrase.latest),
            Part::Aside => {}
            Part::Pending => return Review::Pending,
            Part::Unclear => return Review::Unclear,
        }
    }
    match (none, over) {
        (true, false) => Review::None,
        (false, true) => Review::Over(day),
        _ => Review::Unclear,
    }
}

enum Part {
    None,
    Over,
    /// A day of the court that says nothing alone.
    Ruling,
    /// Something beside the point.
    Aside,
    Pending,
    Unclear,
}

fn part_of(phrase: &Phrase) -> Part {
    let negated = || phrase.has_word(&["no", "not", "none", "never", "nor", "without"]);
    match () {
        () if phrase.is_in(NONE) => Part::None,
        () if phrase.is_in(OVER) => Part::Over,
        () if phrase.is_in(RULING) => Part::Ruling,
        () if phrase.is_in(ASIDE) => Part::Aside,
        () if phrase.is_in(PENDING) => Part::Pending,
        () if phrase.has_word(&["pending"]) && !negated() => Part::Pending,
        () => Part::Unclear,
    }
}

const WORDS: Vocabulary = Vocabulary {
    dropped: &[
        "the",
        "a",
        "an",
        "has",
        "have",
        "had",
        "been",
        "was",
        "were",
        "is",
        "are",
        "by",
        "of",
        "to",
        "for",
        "in",
        "on",
        "with",
        "at",
        "as",
        "ever",
        "en",
        "u",
        "s",
        "us",
        "respondent",
        "1st",
        "2nd",
        "3rd",
        "4th",
        "5th",
        "6th",
        "7th",
        "8th",
        "9th",
        "10th",
        "11th",
        "first",
        "second",
        "third",
        "fourth",
        "fifth",
        "sixth",
        "seventh",
        "eighth",
        "ninth",
        "tenth",
        "eleventh",
    ],
    same: &[
        ("pfr", "petition"),
        ("complete", "concluded"),
        ("completed", "concluded"),
        ("ended", "concluded"),
        ("over", "concluded"),
        ("closed", "concluded"),
        ("exhausted", "concluded"),
        ("denial", "denied"),
        ("dismissal", "dismissed"),
        ("withdrew", "withdrawn"),
        ("lapsed", "expired"),
        ("passed", "expired"),
        ("deadline", "time"),
        ("period", "time"),
        ("requested", "sought"),
        ("certiorari", "cert"),
        ("circuit", "court"),
        ("cir", "court"),
    ],
    joined: &[
        ("judicial review", "review"),
        ("petition review", "petition"),
        ("petition cert", "cert"),
        ("cert petition", "cert"),
        ("court appeals", "court"),
        ("court court", "court"),
    ],
};

/// Phrases that no review was sought, as the vocabulary leaves them.
const NONE: &[&str] = &[
    "none",
    "no",
    "none sought",
    "none filed",
    "none pending",
    "none file",
    "not sought",
    "never sought",
    "not filed",
    "never filed",
    "not reviewed",
    "no review",
    "no review sought",
    "no review filed",
    "no review pending",
    "no petition",
    "no petition sought",
    "no petition filed",
    "no petition pending",
    "review not sought",
    "review never sought",
    "petition not filed",
    "petition never filed",
    "time petition expired",
    "petition time expired",
    "time petition expired no petition filed",
];

/// Phrases that review is over.
const OVER: &[&str] = &[
    "concluded",
    "review concluded",
    "petition concluded",
    "denied",
    "dismissed",
    "withdrawn",
    "affirmed",
    "petition denied",
    "petition dismissed",
    "petition voluntarily dismissed",
    "petition withdrawn",
    "review denied",
    "review dismissed",
    "review withdrawn",
    "petition denied court",
    "petition dismissed court",
    "court denied petition",
    "court dismissed petition",
    "court affirmed",
    "court affirmed order",
    "affirmed court",
    "order affirmed court",
    "mandate issued",
    "court mandate issued",
    "petition denied mandate issued",
    "petition dismissed mandate issued",
    "cert denied",
];

const RULING: &[&str] = &[
    "opinion",
    "opinion filed",
    "opinion issued",
    "decision",
    "decision filed",
    "decision issued",
    "court order",
    "court final order",
    "rehearing denied",
    "rehearing banc denied",
];

const ASIDE: &[&str] = &[
    "stay denied",
    "motion stay denied",
    "motion reopen denied",
    "motion reconsider denied",
];

const PENDING: &[&str] = &[
    "pending",
    "appeal",
    "open",
    "filed",
    "ongoing",
    "progress",
    "remanded",
    "under review",
    "review open",
    "review ongoing",
    "review progress",
    "petition open",
    "petition filed",
    "petition docketed",
    "petition remanded",
    "cert docketed",
    "cert filed",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn check(expected: Review, texts: &[&str]) {
        for text in texts {
            assert_eq!(review(text), expected, "{text}");
        }
    }

    fn day(text: &str) -> Review {
        Review::Over(Some(text.parse().unwrap()))
    }

    #[test]
    fn none_was_sought() {
        check(
            Review::None,
            &[
                "none",
                "None.",
                "none filed",
                "none pending",
                "none on file",
                "none as of 2026-11-01",
                "No judicial review pending",
                "No petition for review filed",
                "No petition for review was ever filed.",
                "never filed",
                "no PFR",
                "not sought",
                "none; motion to reopen denied",
                "no petition; time to petition expired",
                "not reviewed",
            ],
        );
    }

    #[test]
    fn it_is_over() {
        check(
            Review::Over(None),
            &[
                "Concluded",
                "complete",
                "mandate issued",
                "affirmed by 9th Cir.",
                "affirmed by the U.S. Court of Appeals for the Ninth Circuit",
                "petition withdrawn",
                "petition for review dismissed",
                "review exhausted",
                "concluded 03/04/2025",
                "petition denied; cert. denied",
                "stay denied, petition denied",
            ],
        );
        check(
            day("2025-01-05"),
            &["petition for review denied 2025-01-05"],
        );
        check(
            day("2025-01-10"),
            &[
                "petition denied; opinion filed 2025-01-10",
                "petition denied 2024-12-01, mandate issued January 10, 2025",
                "mandate issued January 10, 2025; petition denied 2024-12-01",
                "concluded 2025-01-10; motion to reopen denied 2026-01-01",
            ],
        );
    }

    #[test]
    fn it_goes_on() {
        check(
            Review::Pending,
            &[
                "pending",
                "on appeal",
                "open",
                "petition for review filed",
                "stay denied; petition for review pending in the 9th Cir.",
                "cert. petition docketed",
                "in progress",
                "remanded",
                "under review",
            ],
        );
    }

    #[test]
    fn what_is_not_clear() {
        check(
            Review::Unclear,
            &[
                "not concluded",
                "not yet concluded",
                "not ended",
                "review not completed",
                "not denied",
                "not dismissed",
                "petition for review before the 9th Cir., stay denied",
                "stay denied, argument set for January",
                "awaiting decision; stay denied",
                "motion to dismiss filed by government",
                "motion to dismiss under advisement",
                "rehearing en banc sought after panel denied petition",
                "no decision pending mandate",
                "opinion filed 2025-01-10",
                "stay denied",
                "unknown",
                "N/A",
                "none; concluded",
                ";",
            ],
        );
    }
}
