//! No row states civil removal as its purpose.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md check 17: 6103(i)(2)(A) allows criminal
//! proceedings and investigations alone. Clear phrases only: a reason may tell of a past removal
//! or of a failure to present for removal.
//!
//! Left to others: the cover's purpose (`cover_purpose`, which uses the same phrases), doubt
//! (officer and counsel).

use model::{
    column::Column,
    finding::{FindingClass, RuleId},
};

use super::{Examine, Example, Needs, Rule, RuleDescription, text};
use crate::{
    reason::Words,
    terms::Setting,
    view::{RowReport, RowView},
};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("reason.civil_purpose"),
        class: FindingClass::Deficient,
        citation: "26 U.S.C. 6103(i)(2)(A)",
        title: "the reason states a criminal purpose alone",
        remedy: "withdraw the row if its purpose is civil removal; otherwise state the criminal matter alone",
        checks: &[17],
        needs: Needs::Nothing,
    },
    examine: Examine::Row(examine),
    failing: &[
        Example::row(
            "locate and remove",
            &[&[text(
                Column::Reason,
                "ERO wishes to locate and remove the subject, who was last seen near the rail yard",
            )]],
        ),
        Example::row(
            "execute the order",
            &[&[text(
                Column::Reason,
                "Address needed to execute the removal order entered after the hearing in Reno last spring",
            )]],
        ),
        Example::row(
            "for deportation",
            &[&[text(
                Column::Reason,
                "Subject has to be found and arrested for deportation as soon as a flight is available",
            )]],
        ),
    ],
    passing: &[
        Example::row(
            "failure to present for removal",
            &[&[text(
                Column::Reason,
                "Failed to present for removal at the airport on the day set and is now under investigation by a grand jury",
            )]],
        ),
        Example::row(
            "removed in the past",
            &[&[text(
                Column::Reason,
                "Was removed from the United States twice and was found again at the border crossing with a false visa",
            )]],
        ),
        Example::row(
            "denied in words",
            &[&[text(
                Column::Reason,
                "The address is sought for service of a grand jury subpoena and not for civil removal of anybody",
            )]],
        ),
    ],
};

fn examine(view: &RowView<'_>, _: &Setting<'_>, report: &mut RowReport<'_>) {
    if is_civil_purpose(&view.reason) {
        report.at(
            Column::Reason,
            "the reason states a purpose of civil removal, for which nothing may be disclosed",
        );
    }
}

/// Words for removing a person.
const REMOVAL: &[&str] = &[
    "removal",
    "remove",
    "removing",
    "deportation",
    "deport",
    "deporting",
];

/// What one does to a person in order to remove them.
const SEEKING: &[&str] = &[
    "locate",
    "locating",
    "find",
    "found",
    "arrest",
    "arrested",
    "arresting",
    "apprehend",
    "apprehended",
    "apprehension",
    "detain",
    "detained",
    "detention",
    "seize",
    "pick",
    "round",
    "track",
    "custody",
];

/// What one does to an order.
const CARRYING_OUT: &[&str] = &[
    "execute",
    "executing",
    "execution",
    "effect",
    "effecting",
    "effectuate",
    "effectuating",
    "enforce",
    "enforcing",
    "carry",
    "carrying",
    "initiate",
    "initiating",
    "commence",
    "institute",
    "expedite",
    "facilitate",
    "support",
];

/// Words that turn a phrase round, or tell of the person's own failure.
const TURNING: &[&str] = &[
    "not",
    "no",
    "never",
    "nor",
    "neither",
    "without",
    "than",
    "prevent",
    "prevented",
    "hamper",
    "hampered",
    "avoid",
    "avoided",
    "evade",
    "evaded",
    "failed",
    "failing",
    "failure",
    "refused",
    "refusal",
];

/// Whether a text clearly states civil removal as a purpose.
pub(super) fn states_civil_purpose(text: &str) -> bool {
    is_civil_purpose(&Words::of(text))
}

fn is_civil_purpose(words: &Words) -> bool {
    (words.iter().enumerate())
        .any(|(place, word)| is_civil(words, place, word) && !is_turned(words, place))
}

/// Whether the word at `place` is the last of a phrase of civil purpose.
fn is_civil(words: &Words, place: usize, word: &str) -> bool {
    let removal = REMOVAL.contains(&word);
    if !removal && !matches!(word, "enforcement" | "deportations") {
        return false;
    }
    let back = |steps: usize| place.checked_sub(steps).map_or("", |place| words.at(place));
    let near = |list: &[&str], steps: usize| (1..=steps).any(|step| list.contains(&back(step)));
    let civil = back(1) == "civil" || back(1) == "immigration" && back(2) == "civil";
    if civil || word == "deportations" && back(1) == "mass" {
        return true;
    }
    let ordered = matches!(back(2), "order" | "orders" | "ordered");
    let joined = matches!(back(1), "and" | "for" | "to") && !ordered;
    removal && (joined && near(SEEKING, 6) || near(CARRYING_OUT, 5))
        || word == "deport" && back(1) == "to"
}

/// Whether one of the eight words before turns the phrase round.
fn is_turned(words: &Words, place: usize) -> bool {
    (1..=8).any(|steps| {
        let before = place.checked_sub(steps).map_or("", |place| words.at(place));
        TURNING.contains(&before)
    })
}

#[cfg(test)]
mod tests {
    use super::states_civil_purpose;

    fn check(text: &str, expected: bool) {
        assert_eq!(states_civil_purpose(text), expected, "{text}");
    }

    #[test]
    fn clear_phrases_of_civil_purpose() {
        for text in [
            "To locate and remove the subject",
            "Locate, arrest and deport",
            "needed for civil removal",
            "for civil immigration enforcement",
            "The address will be used to execute the final order of removal",
            "to effectuate removal from the United States",
            "in order to deport him",
            "Subject will be arrested for removal",
            "to initiate removal proceedings",
            "mass deportations",
        ] {
            check(text, true);
        }
    }

    #[test]
    fn reasons_of_a_criminal_case() {
        for text in [
            "Ordered removed in 2019, did not depart within 90 days of the final order of removal",
            "Failed to appear for removal on the date set",
            "was deported in 2015 and found in Reno in 2026",
            "re-entered after deportation; indictment returned",
            "refused to apply for travel documents needed for removal",
            "not for civil removal",
            "Enforcement and Removal Operations referred the matter to the US attorney",
            "took steps to prevent removal by giving false names",
            "arrested in 2020 after an order for removal was entered",
            "referred by immigration enforcement officers",
            "two earlier deportations are on record",
            "travel papers for removal were issued and then sold",
            "agents must locate two witnesses of his removal in 2019",
            "a civil suit about wages is pending; the fraud case is 25-CR-9",
            "removal order of 2021 stands, prosecution for wilful failure to depart",
        ] {
            check(text, false);
        }
    }
}
