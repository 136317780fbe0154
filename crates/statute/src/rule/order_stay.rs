//! No stay of removal and no relief stands against the order.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md check 10; persons with deferred action were
//! swept in in 2025 (LAW.md section 3). The cell is read by a closed list of phrases that say none.
//!
//! Left to others: what relief there may be that the row does not state (counsel), provisions
//! without this test (`order_relief`).

use model::{
    column::Column,
    finding::{FindingClass, RuleId},
};

use super::{Examine, Example, Needs, Rule, RuleDescription, text};
use crate::{
    book::ElementTest,
    filler::is_filler,
    phrase::{self, Vocabulary},
    terms::Setting,
    view::{RowReport, RowView},
};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("order.stay"),
        class: FindingClass::Deficient,
        citation: "8 U.S.C. 1253(a)(1)",
        title: "no stay or relief is in force",
        remedy: "write `none` only where no stay or relief is in force; while one is, the row cannot be sent under this provision",
        checks: &[10],
        needs: Needs::Nothing,
    },
    examine: Examine::Row(examine),
    failing: &[
        Example::row(
            "a stay",
            &[&[text(
                Column::StayOrRelief,
                "stay of removal granted 2025-06-01",
            )]],
        ),
        Example::row("deferred action", &[&[text(Column::StayOrRelief, "DACA")]]),
        Example::row("not known", &[&[text(Column::StayOrRelief, "unknown")]]),
        Example::row(
            "one of several denied",
            &[&[text(Column::StayOrRelief, "asylum denied")]],
        ),
    ],
    passing: &[
        Example::row("none", &[&[text(Column::StayOrRelief, "None")]]),
        Example::row(
            "none, with a day",
            &[&[text(Column::StayOrRelief, "none as of 2026-11-01")]],
        ),
        Example::row(
            "in words",
            &[&[text(Column::StayOrRelief, "no stay or relief in force")]],
        ),
    ],
};

fn examine(view: &RowView<'_>, _: &Setting<'_>, report: &mut RowReport<'_>) {
    let text = view.text(Column::StayOrRelief);
    let Some(offence) = view
        .tested(ElementTest::NoStay)
        .filter(|_| !text.is_empty() && !is_none(text))
    else {
        return;
    };
    let citation = &offence.citation;
    if is_filler(text) {
        report.at(
            Column::StayOrRelief,
            "the cell does not say whether a stay or relief is in force",
        );
    } else {
        report.at(
            Column::StayOrRelief,
            format!("the cell says more than `none`, and `{citation}` needs an order against which no stay or relief is in force"),
        );
    }
}

/// Whether a cell says that neither stay nor relief is in force. What was denied may stand beside it,
/// but does not say so alone.
pub(super) fn is_none(text: &str) -> bool {
    if text.eq_ignore_ascii_case("none") {
        return true;
    }
    let mut none = false;
    for part in phrase::parts(text) {
        let phrase = phrase::read(part, &WORDS);
        if phrase.is_in(NONE) {
            none = true;
        } else if !phrase.is_in(DENIED) {
            return false;
        }
    }
    none
}

const WORDS: Vocabulary = Vocabulary {
    dropped: &[
        "a", "an", "the", "of", "in", "on", "is", "are", "was", "has", "been", "as", "or", "and",
        "removal",
    ],
    same: &[("nil", "none"), ("effect", "force"), ("stays", "stay")],
    joined: &[],
};

/// Phrases that say none, as the vocabulary leaves them.
const NONE: &[&str] = &[
    "none",
    "no",
    "none force",
    "none granted",
    "none file",
    "none checked",
    "no stay",
    "no relief",
    "no stay relief",
    "no stay no relief",
    "no stay force",
    "no relief force",
    "no stay relief force",
    "no stay granted",
    "no relief granted",
    "not stayed",
];

const DENIED: &[&str] = &[
    "stay denied",
    "motion stay denied",
    "asylum denied",
    "withholding denied",
    "relief denied",
    "all relief denied",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn none_and_more_than_none() {
        for none in [
            "none",
            "None.",
            "nil",
            "No stay; no relief",
            "no stay, no relief",
            "no stay and no relief",
            "none as of 2026-11-01",
            "None - checked 2026-11-01",
            "None on file",
            "None in effect",
            "none granted",
            "no stay or relief in force",
            "no stay of removal",
            "stay denied; none in force",
            "none; asylum denied",
            "not stayed",
        ] {
            assert!(is_none(none), "{none}");
        }
        for more in [
            "stay denied",
            "asylum denied",
            "withholding denied; asylum denied",
            "none known to this office",
            "no stay; DACA",
            "DACA; none",
            "not none",
            "TPS",
            "stay of removal",
            "",
        ] {
            assert!(!is_none(more), "{more}");
        }
    }
}
