//! Personal names in standard form.
//!
//! Place in the flow: statute checks that a row states a name; identity and the register compare
//! [`StandardName`]s and [`canonical_given`].
//!
//! Left to others: weights and phonetics (identity).

mod check;
mod given;

use std::fmt;

pub use check::{NameProblem, check_name, is_one_letter_surname};
pub use given::{canonical_given, nickname_group};

use crate::fold::{Script, fold, folded};

/// The longest text of a name that is read, in bytes; more is cut off ([`check_name`] refuses it).
const LONGEST: usize = 800;

/// The most words of a name that are kept, given names and surnames each.
const MOST_WORDS: usize = 16;

/// Generational suffix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Suffix {
    /// Jr.
    Junior,
    /// Sr.
    Senior,
    /// II.
    Second,
    /// III.
    Third,
    /// IV.
    Fourth,
    /// V.
    Fifth,
}

impl Suffix {
    /// The usual abbreviation, `JR` to `V`.
    #[must_use]
    pub const fn abbreviation(self) -> &'static str {
        match self {
            Self::Junior => "JR",
            Self::Senior => "SR",
            Self::Second => "II",
            Self::Third => "III",
            Self::Fourth => "IV",
            Self::Fifth => "V",
        }
    }

    /// Reads a folded word where a suffix is expected: `JR`, `2ND`, `III`, `2`.
    #[must_use]
    pub fn read(word: &str) -> Option<Self> {
        Some(match word {
            "JR" | "JUNIOR" | "JNR" | "HIJO" => Self::Junior,
            "SR" | "SENIOR" | "SNR" | "PADRE" => Self::Senior,
            "II" | "2ND" | "2" | "SECOND" => Self::Second,
            "III" | "3RD" | "3" | "THIRD" => Self::Third,
            "IV" | "4TH" | "4" | "FOURTH" => Self::Fourth,
            "V" | "5TH" | "5" | "FIFTH" => Self::Fifth,
            _ => return None,
        })
    }
}

/// A name in standard form: folded tokens. `Debug` hides them.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct StandardName {
    /// Given names in their order, `MARIA`, `ELENA`; a single letter is an initial. Empty for a person
    /// of one name.
    pub given: Vec<String>,
    /// Surnames in their order, particles joined: `DELACRUZ`, `GARCIA`.
    pub surnames: Vec<String>,
    /// Generational suffix.
    pub suffix: Option<Suffix>,
}

impl fmt::Debug for StandardName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("StandardName(personal)")
    }
}

/// Titles before a name and degrees after it; they are left out.
const TITLES: &[&str] = &[
    "MR", "MRS", "MS", "MISS", "MX", "DR", "PROF", "REV", "FR", "HON", "SIR", "MADAM", "MME",
    "SRA", "SRTA", "DON", "DONA", "CAPT", "LT", "SGT", "COL", "MAJ", "GEN", "CPT", "CPL", "PVT",
    "ING", "LIC",
];
const DEGREES: &[&str] = &[
    "MD", "PHD", "ESQ", "DDS", "CPA", "RN", "DO", "DVM", "JD", "MBA", "USN", "USMC", "USAF", "RET",
];

/// Words that stand for a name nobody knows.
const NO_NAMES: &[&str] = &["FNU", "LNU", "MNU", "NFN", "NLN", "NMN", "NMI", "NONAME"];

/// Particles joined to the word after them in surnames (`DE LA CRUZ` is `DELACRUZ`).
const PARTICLES: &[&str] = &[
    "DE", "DEL", "DELA", "DELLA", "DELLE", "DELLO", "DELOS", "DI", "DA", "DAS", "DOS", "DO", "DU",
    "DES", "LA", "LE", "LAS", "LOS", "LO", "VAN", "VON", "VANDER", "VANDE", "DER", "DEN", "TER",
    "TEN", "ZU", "ZUM", "ZUR", "AL", "EL", "ABU", "ABD", "BIN", "IBN", "BINT", "MC", "MAC", "ST",
    "SAINT", "SAN", "SANTA", "SANTO", "FITZ", "O", "D", "L", "UL",
];

/// Particles in given names (`MARIA DE LOS ANGELES` is `MARIA`, `DELOSANGELES`).
const GIVEN_PARTICLES: &[&str] = &[
    "DE", "DEL", "LA", "LAS", "LOS", "DA", "DOS", "ABDUL", "ABDEL", "ABD",
];

/// Puts a name into standard form: folded, hyphens split, particles joined, titles and degrees left out,
/// the suffix found wherever it stands, `Surname, Given` in either field turned round. Never fails; what
/// cannot be a name comes out as few or no tokens.
#[must_use]
pub fn standard_name(given: &str, surnames: &str, suffix: &str) -> StandardName {
    let (given, surnames, extra) = turned_round(shortened(given), shortened(surnames));
    let mut given = words(given);
    let mut surnames = words(surnames);
    let mut found = words(shortened(suffix))
        .iter()
        .find_map(|word| Suffix::read(word));
    let extra = words(extra);
    found = found.or_else(|| extra.iter().find_map(|word| Suffix::read(word)));
    found = found.or(take_suffix(&mut surnames, Field::Surnames));
    found = found.or(take_suffix(&mut given, Field::Given));
    clean(&mut given);
    clean(&mut surnames);
    StandardName {
        given: joined(given, GIVEN_PARTICLES, Field::Given),
        surnames: joined(surnames, PARTICLES, Field::Surnames),
        suffix: found,
    }
}

fn shortened(text: &str) -> &str {
    let mut end = LONGEST.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

fn words(text: &str) -> Vec<String> {
    folded(text, Script::Context)
        .split(' ')
        .filter(|word| !word.is_empty())
        .take(MOST_WORDS)
        .map(str::to_owned)
        .collect()
}

/// Reads `Surname, Given` in a field whose other is empty or repeats the surname; gives given names,
/// surnames and what stood after a further comma (a suffix).
fn turned_round<'a>(given: &'a str, surnames: &'a str) -> (&'a str, &'a str, &'a str) {
    let (whole, other) = if given.contains(',') {
        (given, surnames)
    } else {
        (surnames, given)
    };
    let Some((before, after)) = whole.split_once(',') else {
        return (given, surnames, "");
    };
    let is_suffix = |text: &str| {
        let words = words(text);
        !words.is_empty()
            && words
                .iter()
                .all(|word| Suffix::read(word).is_some() || DEGREES.contains(&word.as_str()))
    };
    let other_is = |text: &str| other.trim().is_empty() || fold(other) == fold(text);
    if is_suffix(after) {
        return if given.contains(',') {
            (before, surnames, after)
        } else {
            (given, before, after)
        };
    }
    let (after, extra) = after.split_once(',').unwrap_or((after, ""));
    let (before, extra) = match before.rsplit_once(' ') {
        Some((name, last)) if extra.is_empty() && is_suffix(last) => (name, last),
        _ => (before, extra),
    };
    if other_is(before) || other_is(after) {
        (after, before, extra)
    } else {
        (given, surnames, "")
    }
}

/// Which of the two fields words stand in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Given,
    Surnames,
}

/// Takes a suffix off the end. A digit or a lone `V` counts among surnames only, where a name is left.
fn take_suffix(words: &mut Vec<String>, field: Field) -> Option<Suffix> {
    while words.len() > 1
        && words
            .last()
            .is_some_and(|word| DEGREES.contains(&word.as_str()) && word != "DO")
    {
        words.pop();
    }
    let last = words.last()?;
    let short = last.len() == 1;
    let doubtful = matches!(
        last.as_str(),
        "SECOND" | "THIRD" | "FOURTH" | "FIFTH" | "HIJO" | "PADRE"
    );
    if words.len() < 2 || doubtful || (short && field == Field::Given) {
        return None;
    }
    let suffix = Suffix::read(last)?;
    words.pop();
    Some(suffix)
}

/// Leaves out titles at the start, degrees at the end, and words for names nobody knows.
fn clean(words: &mut Vec<String>) {
    words.retain(|word| !NO_NAMES.contains(&word.as_str()));
    while words.len() > 1
        && words
            .first()
            .is_some_and(|word| TITLES.contains(&word.as_str()))
    {
        words.remove(0);
    }
    while words.len() > 1
        && words
            .last()
            .is_some_and(|word| DEGREES.contains(&word.as_str()) && word != "DO")
    {
        words.pop();
    }
}

/// Joins particles to the word after them; one at the end stands alone. `Y` between surnames goes.
fn joined(words: Vec<String>, particles: &[&str], field: Field) -> Vec<String> {
    let mut names = Vec::with_capacity(words.len());
    let mut held = String::new();
    let count = words.len();
    for (place, word) in words.into_iter().enumerate() {
        let last = place + 1 == count;
        let conjunction = field == Field::Surnames
            && place > 0
            && !last
            && matches!(word.as_str(), "Y" | "E" | "I");
        if conjunction && held.is_empty() {
            continue;
        }
        if !last && particles.contains(&word.as_str()) {
            held.push_str(spelled(&word));
        } else if held.is_empty() {
            names.push(word);
        } else {
            held.push_str(&word);
            names.push(std::mem::take(&mut held));
        }
    }
    names
}

fn spelled(particle: &str) -> &str {
    if particle == "ST" { "SAINT" } else { particle }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(fields: [&str; 3], expected: &str) {
        let name = standard_name(fields[0], fields[1], fields[2]);
        let suffix = name.suffix.map_or("", Suffix::abbreviation);
        let shown = format!(
            "{}|{}|{suffix}",
            name.given.join(" "),
            name.surnames.join(" ")
        );
        assert_eq!(shown, expected, "{fields:?}");
    }

    #[test]
    fn names_come_to_one_form() {
        check(
            ["María Elena", "García-López", ""],
            "MARIA ELENA|GARCIA LOPEZ|",
        );
        check(["Juan", "de la Cruz", ""], "JUAN|DELACRUZ|");
        check(["Juan", "De La Cruz y Gómez", ""], "JUAN|DELACRUZ GOMEZ|");
        check(["Jan", "van der Berg", ""], "JAN|VANDERBERG|");
        check(["Omar", "Al-Hassan", ""], "OMAR|ALHASSAN|");
        check(["Sean", "O'Brien", ""], "SEAN|OBRIEN|");
        check(["Sean", "O Brien", ""], "SEAN|OBRIEN|");
        check(["Ann", "St. John", ""], "ANN|SAINTJOHN|");
        check(["Minh", "Do", ""], "MINH|DO|");
        check(["Thi", "Le", ""], "THI|LE|");
        check(
            ["María de los Ángeles", "Ruiz", ""],
            "MARIA DELOSANGELES|RUIZ|",
        );
        check(["Jean-Pierre", "Roy", ""], "JEAN PIERRE|ROY|");
        check(["Иван", "Иванов", ""], "IVAN|IVANOV|");
    }

    #[test]
    fn suffixes_are_found_wherever_they_stand() {
        check(["John", "Smith", "Jr."], "JOHN|SMITH|JR");
        check(["John", "Smith Jr", ""], "JOHN|SMITH|JR");
        check(["John", "Smith, Jr.", ""], "JOHN|SMITH|JR");
        check(["John III", "Smith", ""], "JOHN|SMITH|III");
        check(["John", "Smith", "3rd"], "JOHN|SMITH|III");
        check(["John", "Smith V", ""], "JOHN|SMITH|V");
        check(["John V", "Smith", ""], "JOHN V|SMITH|");
        check(["John", "Smith, Sr., MD", ""], "JOHN|SMITH|SR");
        check(["Smith Jr, John", "", ""], "JOHN|SMITH|JR");
        check(["Sr", "Lee", ""], "SR|LEE|");
        check(["Park", "II", ""], "PARK|II|");
    }

    #[test]
    fn titles_and_turned_names() {
        check(["Dr. John", "Smith PhD", ""], "JOHN|SMITH|");
        check(["Mrs. Ana", "Diaz", ""], "ANA|DIAZ|");
        check(["", "Smith, John Q", ""], "JOHN Q|SMITH|");
        check(["Smith, John", "", ""], "JOHN|SMITH|");
        check(["Smith, John", "Smith", ""], "JOHN|SMITH|");
        check(["FNU", "Ahmadi", ""], "|AHMADI|");
        check(["", "Suharto", ""], "|SUHARTO|");
        check(["", "", ""], "||");
    }

    proptest! {
        #[test]
        fn any_text_gives_bounded_folded_tokens(given in "\\PC{0,200}", surnames in "\\PC{0,200}") {
            let name = standard_name(&given, &surnames, "");
            prop_assert!(name.given.len() <= MOST_WORDS && name.surnames.len() <= MOST_WORDS);
            for token in name.given.iter().chain(&name.surnames) {
                prop_assert!(!token.is_empty());
                prop_assert!(token.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()));
            }
        }

        #[test]
        fn case_and_spaces_never_matter(given in "[A-Za-z]{2,8} [A-Za-z]{2,8}", surname in "[A-Za-z]{2,9}") {
            let plain = standard_name(&given, &surname, "");
            let odd = standard_name(&format!("  {} ", given.to_uppercase().replace(' ', "  ")), &surname.to_lowercase(), "");
            prop_assert!(plain == odd);
        }
    }
}
