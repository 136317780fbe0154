//! The cover's purpose is a criminal investigation or proceeding, and no civil matter beside it.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md check 17: sole use in a criminal matter. A
//! purpose that names none (`official business`) does not say so much.
//!
//! Left to others: each row's own reason (`reason_civil_purpose`).

use model::finding::{FindingClass, RuleId};

use super::{
    Examine, Example, Needs, Rule, RuleDescription,
    reason_civil_purpose::{is_civil_purpose, is_turned},
};
use crate::{
    filler::is_filler,
    reason::Words,
    terms::Setting,
    view::{RequestReport, RequestView},
};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("cover.civil_purpose"),
        class: FindingClass::Deficient,
        citation: "26 U.S.C. 6103(i)(2)(A)",
        title: "the purpose is criminal enforcement alone",
        remedy: "withdraw the request if its purpose is civil; otherwise name the criminal investigations or proceedings, and these alone",
        checks: &[17],
        needs: Needs::Nothing,
    },
    examine: Examine::Request(examine),
    failing: &[
        Example::cover(
            "removal",
            &[("purpose", "Locate and remove persons with final orders")],
        ),
        Example::cover(
            "removal beside a criminal matter",
            &[(
                "purpose",
                "Criminal investigations; removal of aliens with final orders",
            )],
        ),
        Example::cover(
            "civil and criminal",
            &[("purpose", "Civil and criminal enforcement")],
        ),
        Example::cover("no criminal matter", &[("purpose", "Official business")]),
    ],
    passing: &[
        Example::cover(
            "denied in words",
            &[(
                "purpose",
                "Criminal investigations only, not for civil removal",
            )],
        ),
        Example::cover(
            "an offence",
            &[(
                "purpose",
                "Investigation of offences under 8 U.S.C. 1253 (failure to depart after final orders of removal)",
            )],
        ),
        Example::cover("left open, which another rule says", &[("purpose", "TBD")]),
    ],
};

fn examine(view: &RequestView<'_>, _: &Setting<'_>, report: &mut RequestReport<'_>) {
    let text = view.text("purpose");
    if text.is_empty() || is_filler(text) {
        return;
    }
    let words = Words::of(text);
    if is_civil_purpose(&words) || removes_people(&words) {
        report.at(
            "purpose",
            "the purpose stated is civil removal, for which nothing may be disclosed",
        );
    } else if !names_criminal_matter(&words) {
        report.at(
            "purpose",
            "the purpose stated names no criminal investigation or proceeding",
        );
    } else if names_civil_matter(&words) {
        report.at(
            "purpose",
            "the purpose stated is civil as well as criminal, and only a criminal one allows disclosure",
        );
    }
}

const PEOPLE: &[&str] = &[
    "alien",
    "aliens",
    "person",
    "persons",
    "people",
    "individuals",
    "subjects",
    "noncitizens",
    "immigrants",
    "migrants",
];

/// `Removal of aliens` at the beginning of a clause, or after `and` or `for`.
fn removes_people(words: &Words) -> bool {
    words.iter().enumerate().any(|(place, word)| {
        let article = place
            .checked_sub(1)
            .filter(|before| words.at(*before) == "the");
        let first = article.unwrap_or(place);
        let before = first.checked_sub(1).map_or("", |before| words.at(before));
        let begins = words.begins_clause(first) || matches!(before, "and" | "for");
        let people = (2..=4).any(|step| PEOPLE.contains(&words.at(place + step)));
        matches!(word, "removal" | "deportation")
            && begins
            && words.at(place + 1) == "of"
            && people
            && !is_turned(words, place)
    })
}

/// `civil`, not denied and not before `rights` or `forfeiture`, which (i)(4) allows beside.
fn names_civil_matter(words: &Words) -> bool {
    words.iter().enumerate().any(|(place, word)| {
        let other = matches!(words.at(place + 1), "rights" | "forfeiture" | "forfeitures");
        word == "civil" && !other && !is_turned(words, place)
    })
}

/// Words that name a criminal matter by themselves.
const CRIMINAL: &[&str] = &[
    "prosecute",
    "prosecuting",
    "prosecution",
    "prosecutions",
    "indictment",
    "indictments",
    "indicted",
    "jury",
    "crime",
    "crimes",
    "offence",
    "offences",
    "offense",
    "offenses",
    "felony",
    "felonies",
    "misdemeanor",
    "misdemeanors",
];

/// Whether a criminal matter is named: `criminal` counts unless it is denied or says what people are.
fn names_criminal_matter(words: &Words) -> bool {
    words.iter().enumerate().any(|(place, word)| {
        let before = place.checked_sub(1).map_or("", |place| words.at(place));
        let of_people = PEOPLE.contains(&words.at(place + 1)) || words.at(place + 1) == "illegal";
        let criminal = word == "criminal" && before != "non" && !of_people;
        (criminal || CRIMINAL.contains(&word)) && !is_turned(words, place)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> bool {
        let words = Words::of(text);
        is_civil_purpose(&words)
            || removes_people(&words)
            || names_civil_matter(&words)
            || !names_criminal_matter(&words)
    }

    #[test]
    fn civil_and_unnamed_purposes() {
        for text in [
            "Removal of aliens with final orders",
            "Locate aliens with final orders of removal",
            "Enforcement of final orders of removal",
            "Immigration enforcement",
            "Civil immigration matters",
            "Deportation of aliens",
            "Deportation of the criminal aliens listed",
            "Mass deportation",
            "Identify and remove illegal aliens",
            "Removal operations",
            "Enforcement and removal operations",
            "Non-criminal enforcement",
            "Administrative purposes",
            "Official business",
            "Law enforcement",
            "To enforce the immigration laws, including removal",
            "Civil and criminal enforcement",
            "Criminal investigations and the removal of persons",
            "Criminal aliens",
            "Criminal illegal aliens",
            "Not a criminal matter",
            "No prosecution is meant",
        ] {
            assert!(refused(text), "{text}");
        }
    }

    #[test]
    fn criminal_purposes() {
        for text in [
            "Criminal investigations only",
            "Criminal investigation of persons in withholding of removal fraud",
            "Investigation of offences under 8 U.S.C. 1253 (failure to depart after final orders of removal)",
            "Criminal enforcement of removal orders under 8 U.S.C. 1253(a)(1)",
            "To locate and prosecute persons who evade removal",
            "Grand jury proceedings",
            "Enforcement of the Federal criminal statutes named in the rows",
            "Criminal prosecution; related civil forfeiture",
            "Criminal civil rights cases",
            "Felony cases of illegal re-entry after the removal of persons",
        ] {
            let words = Words::of(text);
            let found = [
                is_civil_purpose(&words),
                removes_people(&words),
                names_civil_matter(&words),
                !names_criminal_matter(&words),
            ];
            assert_eq!(found, [false; 4], "{text}");
        }
    }
}
