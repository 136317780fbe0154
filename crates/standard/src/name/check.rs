//! Whether a given name and a surname are really stated (LAW.md check 3).
//!
//! Place in the flow: called by statute for each row.
//!
//! Left to others: the finding. The lists stand in `policies/placeholders.toml`, section `name`.

use model::{
    column::Column,
    fault::{Explain, Fault},
};

use super::{LONGEST, Suffix, words};
use crate::lists::{Lists, lists};

/// What is wrong with a name. All are the writer's to mend. No variant holds what was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum NameProblem {
    /// No given name. Input.
    #[error("the given name is missing")]
    GivenMissing,
    /// No surname. Input.
    #[error("the surname is missing")]
    SurnameMissing,
    /// `Unknown`, `N/A`, `Test`, `John Doe`. Input.
    #[error("the name is a placeholder")]
    Placeholder {
        /// The column it stands in.
        column: Column,
    },
    /// Digits in a name. Input.
    #[error("the name contains digits")]
    Digits {
        /// The column it stands in.
        column: Column,
    },
    /// Single letters only. Input.
    #[error("the name is initials only")]
    InitialsOnly {
        /// The column it stands in.
        column: Column,
    },
    /// `Mrs.`: a title and no name. Input.
    #[error("the given name is a title alone")]
    TitleOnly {
        /// The column it stands in.
        column: Column,
    },
    /// One character or word over and over, or keys struck at random. Input.
    #[error("the name is filler")]
    Filler {
        /// The column it stands in.
        column: Column,
    },
    /// Longer than any name: 200 characters. Input.
    #[error("the text is longer than a name can be")]
    TooLong {
        /// The column it stands in.
        column: Column,
    },
}

impl NameProblem {
    /// The column the problem is about.
    #[must_use]
    pub const fn column(&self) -> Column {
        match self {
            Self::GivenMissing => Column::GivenNames,
            Self::SurnameMissing => Column::Surnames,
            Self::Placeholder { column }
            | Self::Digits { column }
            | Self::InitialsOnly { column }
            | Self::TitleOnly { column }
            | Self::Filler { column }
            | Self::TooLong { column } => *column,
        }
    }
}

impl Explain for NameProblem {
    fn fault(&self) -> Fault {
        Fault::Input
    }
}

const LONGEST_NAME: usize = 200;

/// Checks that a given name and a surname are stated: present, not placeholders, not initials, no
/// digits. `Surname, Given` in one field counts as both.
///
/// # Errors
/// The first problem, given names before surnames.
pub fn check_name(given: &str, surnames: &str) -> Result<(), NameProblem> {
    for (text, column) in [(given, Column::GivenNames), (surnames, Column::Surnames)] {
        if text.len() > LONGEST || text.chars().count() > LONGEST_NAME {
            return Err(NameProblem::TooLong { column });
        }
    }
    let (given, surnames, _) = super::turned_round(given, surnames);
    let given_words = words(given);
    let surname_words = words(surnames);
    if given_words.is_empty() {
        return Err(if given.trim().is_empty() {
            NameProblem::GivenMissing
        } else {
            NameProblem::Filler {
                column: Column::GivenNames,
            }
        });
    }
    if surname_words.is_empty() {
        return Err(if surnames.trim().is_empty() {
            NameProblem::SurnameMissing
        } else {
            NameProblem::Filler {
                column: Column::Surnames,
            }
        });
    }
    check_placeholder(&given_words, &surname_words, [given, surnames])?;
    if given_words.iter().all(|word| is_title(word)) {
        return Err(NameProblem::TitleOnly {
            column: Column::GivenNames,
        });
    }
    check_field(&given_words, Column::GivenNames)?;
    if is_single(&given_words, &surname_words) {
        return Ok(());
    }
    check_field(&surname_words, Column::Surnames)
}

/// Whether a surname is one letter, beside a given name in full: doubtful, and no refusal (`Thi O`).
#[must_use]
pub fn is_one_letter_surname(given: &str, surnames: &str) -> bool {
    if given.len() > LONGEST || surnames.len() > LONGEST {
        return false;
    }
    let (given, surnames, _) = super::turned_round(given, surnames);
    // Cheap for the many surnames that are longer.
    surnames.trim().len() <= 4 && is_single(&words(given), &words(surnames))
}

fn is_single(given: &[String], surnames: &[String]) -> bool {
    let letter = |word: &String| word.len() == 1 && word.bytes().all(|b| b.is_ascii_uppercase());
    let full = given.iter().any(|word| word.len() > 1 && !is_title(word));
    full && matches!(surnames, [one] if letter(one))
}

/// Titles that are nobody's given name.
fn is_title(word: &str) -> bool {
    [
        "MR", "MRS", "MS", "MISS", "MX", "DR", "PROF", "REV", "MME", "SRA", "SRTA", "SENOR",
        "SENORA", "SGT", "CAPT", "LT",
    ]
    .contains(&word)
}

/// Placeholders: a field of words that are never names, both fields of words that hardly are, or a
/// well-known pair.
fn check_placeholder(
    given: &[String],
    surnames: &[String],
    [given_text, surname_text]: [&str; 2],
) -> Result<(), NameProblem> {
    let lists = lists();
    let not_applicable = |text: &str| {
        let squeezed: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        squeezed.eq_ignore_ascii_case("n/a") || squeezed.eq_ignore_ascii_case("#n/a")
    };
    for (words, text, column) in [
        (given, given_text, Column::GivenNames),
        (surnames, surname_text, Column::Surnames),
    ] {
        if not_applicable(text) || is_never_a_name(words, lists) {
            return Err(NameProblem::Placeholder { column });
        }
    }
    let all_nobody = given
        .iter()
        .chain(surnames)
        .all(|word| lists.nobody(word).is_some());
    let first = given.first().map_or("", String::as_str);
    let whole = |given: &str| format!("{given} {}", surnames.join(" "));
    let pair = lists.is_placeholder_pair(&whole(first))
        || lists.is_placeholder_pair(&whole(&given.join(" ")));
    if all_nobody || pair {
        return Err(NameProblem::Placeholder {
            column: Column::GivenNames,
        });
    }
    Ok(())
}

fn is_never_a_name(words: &[String], lists: &Lists) -> bool {
    words.iter().all(|word| lists.nobody(word).is_some())
        && words.iter().any(|word| lists.nobody(word) == Some(true))
}

fn check_field(words: &[String], column: Column) -> Result<(), NameProblem> {
    let (names, suffixes): (Vec<&String>, Vec<&String>) = words
        .iter()
        .partition(|word| !(word.len() > 1 && Suffix::read(word).is_some()));
    let names = if names.is_empty() { suffixes } else { names };
    if names
        .iter()
        .any(|word| word.bytes().any(|byte| byte.is_ascii_digit()))
    {
        return Err(NameProblem::Digits { column });
    }
    if names.iter().all(|word| word.len() == 1) {
        return Err(NameProblem::InitialsOnly { column });
    }
    if names.iter().any(|word| is_filler(word)) {
        return Err(NameProblem::Filler { column });
    }
    Ok(())
}

fn is_filler(word: &str) -> bool {
    let one = word.len() >= 3 && word.bytes().all(|byte| Some(byte) == word.bytes().next());
    one && word != "III" || crate::address::is_mashed_text(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(given: &str, surnames: &str, expected: Result<(), NameProblem>) {
        assert_eq!(check_name(given, surnames), expected, "{given}|{surnames}");
    }

    #[test]
    fn real_names_pass() {
        for (given, surnames) in [
            ("María", "García"),
            ("Na", "Li"),
            ("Anna", "Null"),
            ("J Robert", "Smith"),
            ("Bo", "Xu"),
            ("Ng", "Ng"),
            ("John", "Smith 3rd"),
            ("Christopher", "Test"),
            ("John", "Dough"),
            ("Иван", "Иванов"),
            ("", "Smith, John"),
            ("See", "Vang"),
            ("Njideka", "Nnamdi"),
            ("Citizen", "Jones"),
            ("Alien", "Smith"),
            ("Mister", "Lee"),
            ("Dr. Ana", "Garcia"),
            ("Thi", "O"),
            ("Or", "Cohen"),
        ] {
            check(given, surnames, Ok(()));
        }
    }

    #[test]
    fn one_letter_surnames() {
        let check = |given, surnames, expected| {
            assert_eq!(
                is_one_letter_surname(given, surnames),
                expected,
                "{given}|{surnames}"
            );
        };
        check("Thi", "O", true);
        check("Kim", " E. ", true);
        check("", "O, Thi", true);
        check("J", "O", false);
        check("Mrs.", "O", false);
        check("Thi", "Oh", false);
        check("Thi", "O E", false);
        check("Thi", "7", false);
        check("Thi", "", false);
    }

    #[test]
    fn what_is_no_name_is_refused_with_its_column() {
        let given = Column::GivenNames;
        let surnames = Column::Surnames;
        check("", "Smith", Err(NameProblem::GivenMissing));
        check("John", " ", Err(NameProblem::SurnameMissing));
        check(
            "Unknown",
            "Garcia",
            Err(NameProblem::Placeholder { column: given }),
        );
        check(
            "UNΚNOWN",
            "Garcia",
            Err(NameProblem::Placeholder { column: given }),
        );
        check(
            "FNU",
            "Ahmadi",
            Err(NameProblem::Placeholder { column: given }),
        );
        check(
            "Maria",
            "LNU",
            Err(NameProblem::Placeholder { column: surnames }),
        );
        check(
            "N/A",
            "Smith",
            Err(NameProblem::Placeholder { column: given }),
        );
        check("NA", "NA", Err(NameProblem::Placeholder { column: given }));
        check(
            "John",
            "Doe",
            Err(NameProblem::Placeholder { column: given }),
        );
        check(
            "John Q",
            "Public",
            Err(NameProblem::Placeholder { column: given }),
        );
        check(
            "Test",
            "Test",
            Err(NameProblem::Placeholder { column: given }),
        );
    }

    #[test]
    fn what_only_looks_like_a_name_is_refused_with_its_column() {
        let given = Column::GivenNames;
        let surnames = Column::Surnames;
        check("J4ne", "Smith", Err(NameProblem::Digits { column: given }));
        check(
            "J. R.",
            "Smith",
            Err(NameProblem::InitialsOnly { column: given }),
        );
        check("J", "S", Err(NameProblem::InitialsOnly { column: given }));
        check(
            "John",
            "S T",
            Err(NameProblem::InitialsOnly { column: surnames }),
        );
        check(
            "Mrs.",
            "Garcia",
            Err(NameProblem::TitleOnly { column: given }),
        );
        for (first, last) in [
            ("Adult", "Female"),
            ("Male", "Hispanic"),
            ("Various", "Persons"),
            ("Resident", "Current"),
            ("Client", "Name"),
            ("Juana", "Nadie"),
        ] {
            check(first, last, Err(NameProblem::Placeholder { column: given }));
        }
        check(
            "XXX",
            "Smith",
            Err(NameProblem::Placeholder { column: given }),
        );
        check(
            "John",
            "Zzzz",
            Err(NameProblem::Filler { column: surnames }),
        );
        check(
            "asdf",
            "asdf",
            Err(NameProblem::Placeholder { column: given }),
        );
        check("sdfgh", "Smith", Err(NameProblem::Filler { column: given }));
        check("---", "Smith", Err(NameProblem::Filler { column: given }));
        check(
            &"a".repeat(300),
            "Smith",
            Err(NameProblem::TooLong { column: given }),
        );
    }
}
