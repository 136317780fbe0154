//! The tables of Publication 28: street types, directionals, unit designators, number words; with them
//! what the lists of placeholders and institutions say of single words.
//!
//! Place in the flow: looked up once for each word of an address.
//!
//! Left to others: the grammar.

use std::{collections::HashMap, sync::OnceLock};

use super::{boxes, form::Direction, problem::PlaceholderKind, words::NumberWord};
use crate::{
    hash::QuickHash,
    lists::{Lists, lists},
};

/// A street type of appendix C1.
#[derive(Debug)]
pub(crate) struct StreetType {
    /// `ST`.
    pub(crate) abbreviation: &'static str,
    /// `STREET`.
    pub(crate) word: &'static str,
    /// Whether it ends a street name wherever it stands (`AVE`), or may well be part of one (`LAKE`).
    pub(crate) strong: bool,
}

/// What a designator designates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DesignatorClass {
    /// A dwelling or office that needs an identifier.
    Unit,
    /// One that says all by itself: `REAR`.
    Alone,
    /// A building among several.
    Building,
    /// A floor.
    Floor,
    /// A mail stop inside an office.
    Mail,
}

/// A secondary unit designator of appendix C2.
#[derive(Debug)]
pub(crate) struct Designator {
    /// `APT`.
    pub(crate) abbreviation: &'static str,
    /// What it designates.
    pub(crate) class: DesignatorClass,
    /// Whether the word is hardly ever part of a street name.
    pub(crate) strong: bool,
}

/// What is known of a word.
#[derive(Clone, Copy, Default)]
pub(crate) struct Entry {
    pub(crate) street_type: Option<&'static StreetType>,
    pub(crate) direction: Option<Direction>,
    pub(crate) designator: Option<&'static Designator>,
    pub(crate) number: Option<(u16, NumberWord)>,
    /// See [`super::words::Word::placeholder`].
    pub(crate) placeholder: Option<Option<PlaceholderKind>>,
    /// Whether an institution's name begins with it.
    pub(crate) begins_institution: bool,
    /// Whether one of the forms of [`super::boxes`] begins with it.
    pub(crate) begins_box: bool,
}

const STREET_TYPES: &str = include_str!("../../data/street_types.txt");
const DESIGNATORS: &str = include_str!("../../data/designators.txt");

const DIRECTIONALS: &str = include_str!("../../data/directionals.txt");

const DIRECTIONS: [Direction; 8] = [
    Direction::North,
    Direction::South,
    Direction::East,
    Direction::West,
    Direction::Northeast,
    Direction::Northwest,
    Direction::Southeast,
    Direction::Southwest,
];

const CARDINALS: &[&str] = &[
    "ONE",
    "TWO",
    "THREE",
    "FOUR",
    "FIVE",
    "SIX",
    "SEVEN",
    "EIGHT",
    "NINE",
    "TEN",
    "ELEVEN",
    "TWELVE",
    "THIRTEEN",
    "FOURTEEN",
    "FIFTEEN",
    "SIXTEEN",
    "SEVENTEEN",
    "EIGHTEEN",
    "NINETEEN",
];

const ORDINALS: &[&str] = &[
    "FIRST",
    "SECOND",
    "THIRD",
    "FOURTH",
    "FIFTH",
    "SIXTH",
    "SEVENTH",
    "EIGHTH",
    "NINTH",
    "TENTH",
    "ELEVENTH",
    "TWELFTH",
    "THIRTEENTH",
    "FOURTEENTH",
    "FIFTEENTH",
    "SIXTEENTH",
    "SEVENTEENTH",
    "EIGHTEENTH",
    "NINETEENTH",
];

const TENS: &[(&str, &str)] = &[
    ("TWENTY", "TWENTIETH"),
    ("THIRTY", "THIRTIETH"),
    ("FORTY", "FORTIETH"),
    ("FIFTY", "FIFTIETH"),
    ("SIXTY", "SIXTIETH"),
    ("SEVENTY", "SEVENTIETH"),
    ("EIGHTY", "EIGHTIETH"),
    ("NINETY", "NINETIETH"),
];

type Lexicon = HashMap<&'static str, Entry, QuickHash>;

static LEXICON: OnceLock<Lexicon> = OnceLock::new();
static TYPES: OnceLock<Vec<(StreetType, &'static str)>> = OnceLock::new();
static UNITS: OnceLock<Vec<(Designator, &'static str)>> = OnceLock::new();

/// What the tables know of a word of letters, upper case.
pub(crate) fn entry(word: &str) -> Entry {
    lexicon().get(word).copied().unwrap_or_default()
}

/// The designator and the rest of a word such as `APT4` or `STE200`; `None` if it is not one.
pub(crate) fn glued_designator(word: &str) -> Option<(&'static Designator, &str)> {
    let letters = word.bytes().take_while(u8::is_ascii_alphabetic).count();
    let (prefix, rest) = word.split_at_checked(letters)?;
    let designator = entry(prefix).designator.filter(|known| known.strong)?;
    let rest = rest.trim_start_matches(['-', '.']);
    (prefix.len() >= 2 && !rest.is_empty()).then_some((designator, rest))
}

fn lexicon() -> &'static Lexicon {
    LEXICON.get_or_init(|| {
        let mut lexicon = Lexicon::default();
        add_types(&mut lexicon);
        add_designators(&mut lexicon);
        add_directions(&mut lexicon);
        add_numbers(&mut lexicon);
        add_listed(&mut lexicon, lists());
        lexicon
    })
}

/// The rows of a table: strong mark, then three columns.
fn rows(table: &'static str) -> impl Iterator<Item = (bool, [&'static str; 3])> {
    table
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| {
            let strong = line.starts_with('+');
            let mut columns = line.trim_start_matches('+').splitn(3, '|');
            let row = [columns.next()?, columns.next()?, columns.next()?];
            Some((strong, row))
        })
}

fn add_types(lexicon: &mut Lexicon) {
    let types = TYPES.get_or_init(|| {
        rows(STREET_TYPES)
            .map(|(strong, [abbreviation, word, spellings])| {
                (
                    StreetType {
                        abbreviation,
                        word,
                        strong,
                    },
                    spellings,
                )
            })
            .collect()
    });
    for (street_type, spellings) in types {
        let own = [street_type.abbreviation, street_type.word];
        for word in own.into_iter().chain(spellings.split_whitespace()) {
            lexicon.entry(word).or_default().street_type = Some(street_type);
        }
    }
}

fn add_directions(lexicon: &mut Lexicon) {
    for line in DIRECTIONALS.lines() {
        let Some((abbreviation, spellings)) = line.split_once('|') else {
            continue;
        };
        let known = DIRECTIONS
            .into_iter()
            .find(|known| known.abbreviation() == abbreviation);
        for word in spellings.split_whitespace() {
            lexicon.entry(word).or_default().direction = known;
        }
    }
}

fn add_designators(lexicon: &mut Lexicon) {
    let units = UNITS.get_or_init(|| {
        rows(DESIGNATORS)
            .filter_map(|(strong, [abbreviation, class, spellings])| {
                let class = match class {
                    "unit" => DesignatorClass::Unit,
                    "alone" => DesignatorClass::Alone,
                    "building" => DesignatorClass::Building,
                    "floor" => DesignatorClass::Floor,
                    "mail" => DesignatorClass::Mail,
                    _ => return None,
                };
                Some((
                    Designator {
                        abbreviation,
                        class,
                        strong,
                    },
                    spellings,
                ))
            })
            .collect()
    });
    for (designator, spellings) in units {
        for word in spellings.split_whitespace() {
            lexicon.entry(word).or_default().designator = Some(designator);
        }
    }
}

fn add_numbers(lexicon: &mut Lexicon) {
    for (value, word) in (1..).zip(CARDINALS) {
        lexicon.entry(*word).or_default().number = Some((value, NumberWord::Cardinal));
    }
    for (value, word) in (1..).zip(ORDINALS) {
        lexicon.entry(*word).or_default().number = Some((value, NumberWord::Ordinal));
    }
    for (tens, (cardinal, ordinal)) in (2..).zip(TENS) {
        let value = tens * 10;
        lexicon.entry(*cardinal).or_default().number = Some((value, NumberWord::Cardinal));
        lexicon.entry(*ordinal).or_default().number = Some((value, NumberWord::Ordinal));
    }
}

/// What the lists know of single words, so that one look-up tells everything about a word.
fn add_listed(lexicon: &mut Lexicon, lists: &'static Lists) {
    for (word, kind) in lists.words() {
        lexicon.entry(word).or_default().placeholder = Some(kind);
    }
    for word in lists.institution_words() {
        lexicon.entry(word).or_default().begins_institution = true;
    }
    for word in boxes::first_words() {
        lexicon.entry(word).or_default().begins_box = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_tables_is_read() {
        let count = |table: &str| table.lines().filter(|line| !line.starts_with('#')).count();
        lexicon();
        assert_eq!(TYPES.get().unwrap().len(), count(STREET_TYPES));
        assert_eq!(UNITS.get().unwrap().len(), count(DESIGNATORS));
    }

    #[test]
    fn words_are_known() {
        assert_eq!(entry("AVENU").street_type.unwrap().abbreviation, "AVE");
        assert_eq!(entry("SW").direction, Some(Direction::Southwest));
        assert_eq!(entry("NRTHWST").direction, Some(Direction::Northwest));
        assert_eq!(entry("N").direction, Some(Direction::North));
        assert_eq!(entry("SUITE").designator.unwrap().abbreviation, "STE");
        assert_eq!(entry("FORTY").number, Some((40, NumberWord::Cardinal)));
        assert!(entry("BROADWAY").street_type.is_none());
        assert!(entry("APARTADO").begins_box && !entry("BROADWAY").begins_box);
        assert!(entry("JAIL").begins_institution && !entry("BROADWAY").begins_institution);
        let (designator, rest) = glued_designator("APT4B").unwrap();
        assert_eq!((designator.abbreviation, rest), ("APT", "4B"));
        assert!(glued_designator("N6W23001").is_none());
    }
}
