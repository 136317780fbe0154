//! The cells that name the officer of a row: one person, or a list, a team, a duty.
//!
//! Place in the flow: the rules on officers ask here; [`crate::trace`] keeps the key of the name.
//!
//! Left to others: whether the officer is designated (the agreement), what a finding says (rules).

use std::sync::OnceLock;

use crate::{filler::is_filler, key::text_key};

/// What is wrong with a cell that should name one officer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfficerProblem {
    /// `TBD`, `12345 67` as a name.
    Placeholder,
    /// `Dana Ortiz and Lee Park`, `OFF-1001, OFF-1002`.
    Several,
    /// `Fugitive Operations Team`, `Case agent`, `ERO`.
    NoPerson,
}

/// Ranks and words before a name, and the short names of agencies: they are part of no name.
const TITLES: &str = "AGENT ACTING AO ASAC ATF CBP CIS DEA DEPORTATION DEPUTY DET DETECTIVE DHS DO \
    DUSM ERO FBI HSI ICE INS INSPECTOR INVESTIGATOR IRS MARSHAL MR MRS MS OFFICER OFC OIG RAC SA \
    SAC SDDO SENIOR SERGEANT SGT SPECIAL SSA SUPERVISORY TFO USAO USBP USCIS USMS";

/// Words that with titles alone make no person.
const DUTIES: &str = "A ALL AND ANY ASSIGNED AT BY CASE CHARGE DESIGNATED DESIGNEE DIRECTOR DUTY FIELD \
    FOR FUGITIVE IN LEAD LOCAL MANAGER NAME NO OF ON OR OTHER PENDING RESPONSIBLE STAFF SUPERVISOR \
    TBA TBD THE TO UNASSIGNED UNIT UNKNOWN VARIOUS";

/// Words that stand in no person's name.
const COLLECTIVE: &str = "AGENTS BUREAU DEPARTMENT DIVISION EMPLOYEES HEADQUARTERS OFFICE OFFICERS OFFICES \
    OPERATIONS PERSONNEL SQUAD TEAM";

/// Suffixes that a comma may part from a name.
const SUFFIXES: &str = "JR SR II III IV ESQ";

/// The keys of one of the lists above.
struct Keys(OnceLock<Vec<u64>>, &'static str);

impl Keys {
    fn has(&self, word: &str) -> bool {
        let keys = self.0.get_or_init(|| {
            let mut keys: Vec<u64> = self.1.split_whitespace().map(text_key).collect();
            keys.sort_unstable();
            keys
        });
        keys.binary_search(&text_key(word)).is_ok()
    }
}

static TITLE: Keys = Keys(OnceLock::new(), TITLES);
static DUTY: Keys = Keys(OnceLock::new(), DUTIES);
static GROUP: Keys = Keys(OnceLock::new(), COLLECTIVE);
static SUFFIX: Keys = Keys(OnceLock::new(), SUFFIXES);

/// What is wrong with an officer's name; `None` for one person's.
pub fn name_problem(text: &str) -> Option<OfficerProblem> {
    if is_filler(text) || !text.chars().any(char::is_alphabetic) {
        return Some(OfficerProblem::Placeholder);
    }
    if names_several(text) {
        return Some(OfficerProblem::Several);
    }
    let before = text.split([',', '(']).next().unwrap_or_default();
    let group = words(before).any(|word| GROUP.has(word));
    (group || is_generic(text)).then_some(OfficerProblem::NoPerson)
}

/// Whether a comma may part two names: two words of a name on either side (`Dana Ortiz, Lee Park`,
/// but also `Ortiz Hale, Dana Lee`).
pub fn may_name_two(text: &str) -> bool {
    let mut parts = text.split(',').map(|part| {
        let personal = |word: &&str| !TITLE.has(word) && !DUTY.has(word) && !SUFFIX.has(word);
        let group = words(part).any(|word| GROUP.has(word));
        if group {
            0
        } else {
            words(part).filter(personal).count()
        }
    });
    parts.next().is_some_and(|count| count >= 2) && parts.any(|count| count >= 2)
}

/// What is wrong with an officer's id. Digits alone may be a badge's number, unless they are zeros
/// or count from 1 up to 5 and beyond.
pub fn id_problem(text: &str) -> Option<OfficerProblem> {
    let badge = text.bytes().all(|byte| byte.is_ascii_digit())
        && text.bytes().any(|byte| byte != b'0')
        && text.len() < 5;
    if is_filler(text) && !badge {
        return Some(OfficerProblem::Placeholder);
    }
    if ids_several(text) {
        return Some(OfficerProblem::Several);
    }
    let no_digit = !text.bytes().any(|byte| byte.is_ascii_digit());
    (no_digit && is_generic(text)).then_some(OfficerProblem::NoPerson)
}

/// Key of a name whatever the order of its words, its titles and its dress; 0 for an empty one.
pub fn name_key(text: &str) -> u64 {
    let sum = |titles: bool| {
        words(text)
            .filter(|word| titles || !TITLE.has(word))
            .fold(0_u64, |sum, word| sum.wrapping_add(text_key(word)))
    };
    match sum(false) {
        0 => sum(true),
        key => key,
    }
}

/// The words of a text, apostrophes inside them.
fn words(text: &str) -> impl Iterator<Item = &str> + Clone {
    text.split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '’')
        .filter(|word| !word.is_empty())
}

fn is_generic(text: &str) -> bool {
    words(text).all(|word| TITLE.has(word) || DUTY.has(word) || GROUP.has(word))
}

/// `and`, `or` between two words, `;`, `&`, a line end; `/` unless it parts a name from an agency.
fn names_several(text: &str) -> bool {
    let parts = |mark: char| {
        text.split(mark)
            .map(str::trim)
            .filter(|part| !part.is_empty())
    };
    let slash = parts('/').filter(|part| !is_generic(part)).count() > 1;
    slash || text.contains([';', '&', '\n']) || has_joint(text)
}

/// Whether `and` or `or` stands between two words.
pub fn has_joint(text: &str) -> bool {
    let mut before = false;
    let mut joint = false;
    for word in text.split_whitespace() {
        let joins = ["and", "or", "et", "&"]
            .iter()
            .any(|joint| word.eq_ignore_ascii_case(joint));
        if joint && !joins {
            return true;
        }
        joint = joins && before;
        before = before || !joins;
    }
    false
}

/// Ids parted by `,`, `;`, `&`, a line end, `and` or `or`; by `/` or a blank where both parts are
/// whole ids (`OFF/1001` and `HSI 2291` are one).
fn ids_several(text: &str) -> bool {
    let numbered = |part: &str| part.bytes().any(|byte| byte.is_ascii_digit());
    let listed = text
        .split([',', ';', '&', '\n'])
        .filter(|part| numbered(part))
        .count();
    let joined = has_joint(text)
        && text
            .split_whitespace()
            .filter(|part| numbered(part))
            .count()
            > 1;
    let slashed = text.split('/').filter(|part| numbered(part)).count() > 1;
    listed > 1 || joined || slashed || are_alike(text)
}

/// `OFF-1001 OFF-1002`: parts that begin with the same letters and have digits.
fn are_alike(text: &str) -> bool {
    let head = |part: &str| part.bytes().take_while(u8::is_ascii_alphabetic).count();
    let mut parts = text.split_whitespace();
    let Some(first) = parts.next() else {
        return false;
    };
    let letters = first.get(..head(first)).unwrap_or_default();
    let alike = |part: &str| {
        let own = part.get(..head(part)).unwrap_or_default();
        own.eq_ignore_ascii_case(letters) && part.bytes().any(|byte| byte.is_ascii_digit())
    };
    !letters.is_empty() && alike(first) && parts.any(alike)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_one_officer() {
        for name in [
            "Dana Ortiz",
            "D. Ortiz-Hale",
            "SA Dana Ortiz",
            "Dana Ortiz (HSI)",
            "Ng",
            "Agent Na",
            "Ortiz, Dana",
            "Or Cohen",
            "Dana Ortiz/HSI",
            "Dana Ortiz, Seattle Field Office",
            "Case, John",
            "Dana Ortiz, Special Agent",
            "Dana Ortiz, Jr.",
            "Ortiz Hale, Dana Lee",
            "Andrea Orr",
            "Dana O'Neill",
            "Special Agent Case Staff Lee",
            "Иван Петров",
        ] {
            assert_eq!(name_problem(name), None, "{name}");
        }
    }

    #[test]
    fn what_names_no_one_officer() {
        use OfficerProblem::{NoPerson, Placeholder, Several};
        for (name, problem) in [
            ("TBD", Placeholder),
            ("various", Placeholder),
            ("12345 67", Placeholder),
            ("Dana Ortiz and Lee Park", Several),
            ("Dana Ortiz AND Lee Park", Several),
            ("Dana Ortiz or designee", Several),
            ("Dana Ortiz; Lee Park", Several),
            ("Dana Ortiz & Lee Park", Several),
            ("Dana Ortiz / Lee Park", Several),
            ("Dana Ortiz\nLee Park", Several),
            ("ICE officers and employees", Several),
            ("ERO Seattle Field Office", NoPerson),
            ("New York Field Office, ERO", NoPerson),
            ("Fugitive Operations Team", NoPerson),
            ("All agents", NoPerson),
            ("Case agent", NoPerson),
            ("Unknown officer", NoPerson),
            ("TBD agent", NoPerson),
            ("Special Agent", NoPerson),
            ("Supervisor on duty", NoPerson),
            ("HSI", NoPerson),
        ] {
            assert_eq!(name_problem(name), Some(problem), "{name}");
        }
    }

    #[test]
    fn two_names_at_a_comma() {
        let check = |text, expected| assert_eq!(may_name_two(text), expected, "{text}");
        check("Dana Ortiz, Lee Park", true);
        check("Ortiz, Dana, Lee Park", false);
        check("Dana Ortiz, SA Lee Park", true);
        check("Dana Ortiz, Sparks, Lee Park", true);
        for one in [
            "Ortiz, Dana",
            "Dana Ortiz, Jr.",
            "Dana Ortiz, Special Agent",
            "Dana Ortiz, Special Agent in Charge",
            "Dana Ortiz, Seattle Field Office",
            "Dana Ortiz",
            "",
        ] {
            check(one, false);
        }
    }

    #[test]
    fn ids() {
        use OfficerProblem::{NoPerson, Placeholder, Several};
        for id in [
            "OFF-1001",
            "4567",
            "1234",
            "5",
            "7777",
            "OFF/1001",
            "12",
            "HSI/SA-204",
            "HSI 2291",
            "A 1",
            "22-222",
            "Reno, 1001",
            "ORTIZ",
            "OFF 1001 B2",
            "1 2",
        ] {
            assert_eq!(id_problem(id), None, "{id}");
        }
        for (id, problem) in [
            ("TBD", Placeholder),
            ("0000", Placeholder),
            ("0", Placeholder),
            ("12345", Placeholder),
            ("77777", Placeholder),
            ("multiple", Placeholder),
            ("OFF-1001, OFF-1002", Several),
            ("OFF-1001 and OFF-1002", Several),
            ("OFF-1001; OFF-1002", Several),
            ("OFF-1001 OFF-1002", Several),
            ("OFF-1001/OFF-1002", Several),
            ("1001/1002", Several),
            ("OFF-1001\nOFF-1002", Several),
            ("1001 or 1002", Several),
            ("ERO", NoPerson),
            ("Special Agent", NoPerson),
        ] {
            assert_eq!(id_problem(id), Some(problem), "{id}");
        }
    }

    #[test]
    fn keys_of_names() {
        let key = name_key("Dana Ortiz");
        for same in [
            "Ortiz, Dana",
            "SA DANA ORTIZ",
            "Special Agent Dana Ortiz (HSI)",
        ] {
            assert_eq!(name_key(same), key, "{same}");
        }
        assert_ne!(name_key("Lee Park"), key);
        assert_ne!(name_key("Dana B. Ortiz"), key);
        assert_ne!(name_key("Special Agent"), 0);
        assert_eq!(name_key(""), 0);
    }

    #[test]
    fn joints() {
        let check = |text, expected| assert_eq!(has_joint(text), expected, "{text}");
        check("Maria and Jose", true);
        check("Maria & Jose", true);
        check("Maria or", false);
        check("Or", false);
        check("or Cohen", false);
        check("Maria et al", true);
        check("and and Jose", false);
        check("Andor Ortega", false);
    }
}
