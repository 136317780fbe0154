//! The lists of `policies/placeholders.toml` and `policies/institutions.toml`, ready for look-up.
//!
//! Place in the flow: under [`crate::address`] and [`crate::name`], which ask whether words are a
//! placeholder, a description or an institution.
//!
//! Left to others: what follows from it.

use std::{
    collections::{HashMap, HashSet},
    sync::OnceLock,
};

use serde::Deserialize;

use crate::{
    address::{
        InstitutionKind, LetterSet, PlaceholderKind, is_one_slip, letter_sum, squeeze, squeezed_sum,
    },
    hash::QuickHash,
};

const PLACEHOLDERS: &str = include_str!("../../../policies/placeholders.toml");
const INSTITUTIONS: &str = include_str!("../../../policies/institutions.toml");

type Map<K, V> = HashMap<K, V, QuickHash>;

/// Both lists, indexed.
#[derive(Default)]
pub(crate) struct Lists {
    /// Phrases by their first three letters.
    phrases: Map<[u8; 3], Vec<(String, Meaning)>>,
    /// For each two letters, [`pair_place`], the letters that go on to begin a phrase.
    thirds: Vec<LetterSet>,
    /// Whole lines.
    lines: Map<String, PlaceholderKind>,
    longest_line: usize,
    /// Words of placeholder lines; `None` for neutral ones.
    words: Map<String, Option<PlaceholderKind>>,
    /// Phrases and lines of five letters or more that a slip is looked for from, by first letter and the
    /// lengths that a slip may give them.
    near: Map<(u8, usize), Vec<Near>>,
    /// The letters of each of them: a text of other letters is none of them, however it is turned.
    near_letters: HashSet<LetterSet, QuickHash>,
    /// The same, runs of one letter as one.
    squeezed: Map<u64, (String, PlaceholderKind)>,
    /// The same, by their letters in whatever order.
    sorted: Map<u64, (String, PlaceholderKind)>,
    /// Institution phrases by their first word.
    institutions: Map<String, Vec<(Vec<String>, InstitutionKind)>>,
    /// Addresses of institutions, `number|core`, by ZIP code.
    addresses: Map<String, Vec<(String, InstitutionKind)>>,
    /// Words that name nobody, and whether one alone suffices.
    names: Map<String, bool>,
    pairs: Vec<String>,
}

/// A text that a slip is looked for from.
struct Near {
    letters: LetterSet,
    text: String,
    kind: PlaceholderKind,
}

/// What a phrase in a line means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// A placeholder.
    Placeholder(PlaceholderKind),
    /// A description of a place.
    Description,
}

#[derive(Deserialize, Default)]
struct PlaceholderFile {
    placeholder: Vec<PlaceholderRow>,
    neutral: WordList,
    description: PhraseList,
    name: NameList,
}

#[derive(Deserialize)]
struct PlaceholderRow {
    kind: String,
    phrases: Vec<String>,
    lines: Vec<String>,
    words: Vec<String>,
}

#[derive(Deserialize, Default)]
struct WordList {
    words: Vec<String>,
}

#[derive(Deserialize, Default)]
struct PhraseList {
    phrases: Vec<String>,
}

#[derive(Deserialize, Default)]
struct NameList {
    words: Vec<String>,
    strong: Vec<String>,
    pairs: Vec<String>,
}

#[derive(Deserialize, Default)]
struct InstitutionFile {
    institution: Vec<InstitutionRow>,
}

#[derive(Deserialize)]
struct InstitutionRow {
    kind: String,
    phrases: Vec<String>,
    #[serde(default)]
    addresses: Vec<String>,
}

/// How many places [`pair_place`] may give.
const PAIRS: usize = 32 * 32;

/// A place for two letters.
fn pair_place(first: u8, second: u8) -> usize {
    usize::from(first & 31) * 32 + usize::from(second & 31)
}

/// The lists, read once.
pub(crate) fn lists() -> &'static Lists {
    static LISTS: OnceLock<Lists> = OnceLock::new();
    LISTS.get_or_init(|| {
        // Constants of the program, held to parse by a test; unread they would be empty.
        let placeholders: PlaceholderFile = toml::from_str(PLACEHOLDERS).unwrap_or_default();
        let institutions: InstitutionFile = toml::from_str(INSTITUTIONS).unwrap_or_default();
        let mut lists = Lists::default();
        lists.add_placeholders(placeholders);
        lists.add_institutions(institutions);
        lists
    })
}

fn placeholder_kind(kind: &str) -> Option<PlaceholderKind> {
    Some(match kind {
        "unknown" => PlaceholderKind::Unknown,
        "not-provided" => PlaceholderKind::NotProvided,
        "refused" => PlaceholderKind::Refused,
        "no-fixed-address" => PlaceholderKind::NoFixedAddress,
        "see-elsewhere" => PlaceholderKind::SeeElsewhere,
        "undetermined" => PlaceholderKind::Undetermined,
        "sample" => PlaceholderKind::Sample,
        "withheld" => PlaceholderKind::Withheld,
        "status" => PlaceholderKind::Status,
        _ => return None,
    })
}

fn institution_kind(kind: &str) -> Option<InstitutionKind> {
    Some(match kind {
        "jail" => InstitutionKind::Jail,
        "detention" => InstitutionKind::Detention,
        "agency-office" => InstitutionKind::AgencyOffice,
        _ => return None,
    })
}

impl Lists {
    fn add_placeholders(&mut self, file: PlaceholderFile) {
        for row in file.placeholder {
            let Some(kind) = placeholder_kind(&row.kind) else {
                continue;
            };
            for text in row.phrases.iter().chain(&row.lines) {
                self.add_near(text, kind);
            }
            for phrase in row.phrases {
                self.add_phrase(phrase, Meaning::Placeholder(kind));
            }
            for line in row.lines {
                self.longest_line = self.longest_line.max(line.len());
                self.lines.insert(line, kind);
            }
            self.words
                .extend(row.words.into_iter().map(|word| (word, Some(kind))));
        }
        for word in file.neutral.words {
            self.words.entry(word).or_insert(None);
        }
        for phrase in file.description.phrases {
            self.add_phrase(phrase, Meaning::Description);
        }
        self.names
            .extend(file.name.words.into_iter().map(|word| (word, false)));
        self.names
            .extend(file.name.strong.into_iter().map(|word| (word, true)));
        self.pairs = file.name.pairs;
    }

    fn add_phrase(&mut self, phrase: String, meaning: Meaning) {
        if let [a, b, c, ..] = *phrase.as_bytes() {
            self.thirds.resize(PAIRS, LetterSet::default());
            if let Some(thirds) = self.thirds.get_mut(pair_place(a, b)) {
                thirds.add(c);
            }
            self.phrases
                .entry([a, b, c])
                .or_default()
                .push((phrase, meaning));
        }
    }

    fn add_near(&mut self, text: &str, kind: PlaceholderKind) {
        let Some(first) = text.bytes().next().filter(|_| text.len() >= 5) else {
            return;
        };
        let letters = LetterSet::of(text);
        self.near_letters.insert(letters);
        for length in text.len() - 1..=text.len() + 1 {
            self.near.entry((first, length)).or_default().push(Near {
                letters,
                text: text.to_owned(),
                kind,
            });
        }
        let entry = (text.to_owned(), kind);
        let squeezed = self.squeezed.entry(squeezed_sum(text));
        squeezed.or_insert_with(|| entry.clone());
        self.sorted.entry(letter_sum(text)).or_insert(entry);
    }

    /// The placeholder whose letters, runs taken as one letter, a text has.
    pub(crate) fn squeezed(&self, text: &str) -> Option<PlaceholderKind> {
        let (phrase, kind) = self.squeezed.get(&squeezed_sum(text))?;
        squeeze(phrase).eq(squeeze(text)).then_some(*kind)
    }

    /// The placeholder of so many letters or more that is one slip away from a text, the first letter right.
    pub(crate) fn one_slip_from(&self, text: &str, fewest: usize) -> Option<PlaceholderKind> {
        let near = self.near.get(&(*text.as_bytes().first()?, text.len()))?;
        near.iter()
            .filter(|near| near.text.len() >= fewest)
            .find(|near| is_one_slip(near.text.as_bytes(), text.as_bytes()))
            .map(|near| near.kind)
    }

    /// Whether a text of so many letters, these and this first one, may be near a placeholder: quickly told,
    /// and `no` for most.
    pub(crate) fn may_be_near(&self, first: u8, length: usize, letters: LetterSet) -> bool {
        self.near_letters.contains(&letters)
            || self
                .near
                .get(&(first, length))
                .is_some_and(|near| near.iter().any(|near| near.letters.is_near(letters)))
    }

    /// The placeholder made of the letters of a text, in whatever order.
    pub(crate) fn of_letters(&self, text: &str) -> Option<(&str, PlaceholderKind)> {
        let (phrase, kind) = self.sorted.get(&letter_sum(text))?;
        (phrase.len() == text.len()).then_some((phrase.as_str(), *kind))
    }

    fn add_institutions(&mut self, file: InstitutionFile) {
        for row in file.institution {
            let Some(kind) = institution_kind(&row.kind) else {
                continue;
            };
            for phrase in row.phrases {
                let words: Vec<String> = phrase.split(' ').map(str::to_owned).collect();
                let Some(first) = words.first().cloned() else {
                    continue;
                };
                self.institutions
                    .entry(first)
                    .or_default()
                    .push((words, kind));
            }
            for address in row.addresses {
                if let Some((place, zip5)) = address.rsplit_once('|') {
                    let addresses = self.addresses.entry(zip5.to_owned()).or_default();
                    addresses.push((place.replace(' ', ""), kind));
                }
            }
        }
    }

    /// The meaning of the longest phrase beginning at the start of some letters. `ends` tells whether a word
    /// ends after so many letters.
    pub(crate) fn phrase(&self, letters: &[u8], ends: impl Fn(usize) -> bool) -> Option<Meaning> {
        let [a, b, c, ..] = *letters else { return None };
        if !self.thirds.get(pair_place(a, b))?.has(c) {
            return None;
        }
        let candidates = self.phrases.get(&[a, b, c])?;
        candidates
            .iter()
            .filter(|(phrase, _)| {
                letters.starts_with(phrase.as_bytes()) && (phrase.len() >= 8 || ends(phrase.len()))
            })
            .max_by_key(|(phrase, _)| phrase.len())
            .map(|(_, meaning)| *meaning)
    }

    /// Every phrase, for the oracle of a test.
    #[cfg(test)]
    pub(crate) fn all_phrases(&self) -> impl Iterator<Item = &str> {
        self.phrases
            .values()
            .flatten()
            .map(|(phrase, _)| phrase.as_str())
    }

    /// What a whole line of letters stands for.
    pub(crate) fn line(&self, letters: &str) -> Option<PlaceholderKind> {
        if letters.len() > self.longest_line {
            return None;
        }
        self.lines.get(letters).copied()
    }

    /// The words of placeholder lines, `None` for neutral ones.
    pub(crate) fn words(&self) -> impl Iterator<Item = (&str, Option<PlaceholderKind>)> {
        self.words.iter().map(|(word, kind)| (word.as_str(), *kind))
    }

    /// The words that institutions' names begin with.
    pub(crate) fn institution_words(&self) -> impl Iterator<Item = &str> {
        self.institutions.keys().map(String::as_str)
    }

    /// The kind of institution named by words at the start of a sequence.
    pub(crate) fn institution<'a>(
        &self,
        first: &str,
        rest: impl Iterator<Item = &'a str> + Clone,
    ) -> Option<InstitutionKind> {
        let candidates = self.institutions.get(first)?;
        candidates
            .iter()
            .find(|(words, _)| {
                let mut rest = rest.clone();
                words
                    .iter()
                    .skip(1)
                    .all(|word| rest.next() == Some(word.as_str()))
            })
            .map(|(_, kind)| *kind)
    }

    /// The institutions at a ZIP code, each with its `number|core`.
    pub(crate) fn institutions_at(&self, zip5: &str) -> Option<&[(String, InstitutionKind)]> {
        self.addresses.get(zip5).map(Vec::as_slice)
    }

    /// Whether a word names nobody: `None` for no, `Some(true)` if it alone suffices to say so.
    pub(crate) fn nobody(&self, word: &str) -> Option<bool> {
        self.names.get(word).copied()
    }

    /// Whether given name and surname together are a placeholder.
    pub(crate) fn is_placeholder_pair(&self, name: &str) -> bool {
        self.pairs.iter().any(|pair| pair == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_files_parse_and_every_kind_is_known() {
        let placeholders: PlaceholderFile = toml::from_str(PLACEHOLDERS).unwrap();
        let institutions: InstitutionFile = toml::from_str(INSTITUTIONS).unwrap();
        assert!(placeholders.placeholder.len() >= 9);
        for row in &placeholders.placeholder {
            assert!(placeholder_kind(&row.kind).is_some(), "{}", row.kind);
        }
        for row in &institutions.institution {
            assert!(institution_kind(&row.kind).is_some(), "{}", row.kind);
        }
    }

    #[test]
    fn addresses_of_institutions_are_in_the_form_they_are_looked_up_in() {
        let institutions: InstitutionFile = toml::from_str(INSTITUTIONS).unwrap();
        let addresses = institutions
            .institution
            .iter()
            .flat_map(|row| &row.addresses);
        for address in addresses {
            let parts: Vec<&str> = address.split('|').collect();
            let [number, street, zip] = parts[..] else {
                panic!("{address}")
            };
            let line = format!("{number} {street} St");
            let text = crate::address::AddressText {
                line_1: &line,
                line_2: "",
                city: "",
                state: "",
                postal_code: zip,
            };
            let read = crate::address::read(&text).address;
            let key = format!("{}|{}|{}", read.number, read.street_core(), read.zip5);
            assert_eq!(key, address.replace(' ', ""));
        }
    }

    #[test]
    fn entries_are_in_the_form_they_are_looked_up_in() {
        let placeholders: PlaceholderFile = toml::from_str(PLACEHOLDERS).unwrap();
        for row in &placeholders.placeholder {
            for text in row.phrases.iter().chain(&row.lines) {
                assert!(text.bytes().all(|b| b.is_ascii_uppercase()), "{text}");
            }
            for phrase in &row.phrases {
                assert!(phrase.len() >= 4, "{phrase}");
            }
        }
    }
}
