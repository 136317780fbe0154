//! Names of a row against names of a record.
//!
//! Place in the flow: the comparator has a row's names here, worked out once, and compares them with
//! each distinct name of the candidates. Pure.
//!
//! Left to others: which arrangement counts (compare), what a level weighs (score).

use standard::name::nickname_group;

use crate::{
    compare::Bearing,
    level::{GivenLevel, MiddleLevel, SurnameLevel},
    phonetic::{Sound, has_sound, sound_code},
};

/// Whether two tokens are a slip of the pen apart: one edit or exchange of neighbours (optimal
/// string alignment distance 1), in words of four letters at least.
#[must_use]
pub fn is_slip(a: &str, b: &str) -> bool {
    is_slip_of_bytes(a.as_bytes(), b.as_bytes())
}

/// [`is_slip`] of texts whose bytes are at hand.
#[must_use]
pub fn is_slip_of_bytes(a: &[u8], b: &[u8]) -> bool {
    let (long, short) = if a.len() < b.len() { (b, a) } else { (a, b) };
    if short.len() < 4 || long.len() - short.len() > 1 {
        return false;
    }
    let alike = long.iter().zip(short).take_while(|(x, y)| x == y).count();
    let (Some(long_rest), Some(short_rest)) = (long.get(alike..), short.get(alike..)) else {
        return false;
    };
    match (long_rest, short_rest) {
        ([_, long_tail @ ..], rest) if long.len() > short.len() => long_tail == rest,
        ([x, y, long_tail @ ..], [v, w, short_tail @ ..]) if x == w && y == v => {
            long_tail == short_tail
        }
        ([_, long_tail @ ..], [_, short_tail @ ..]) => long_tail == short_tail,
        _ => false,
    }
}

/// Whether the last letters of two given names a slip apart are what makes them differ, and vowels:
/// such are two names, of brother and sister or of two sisters (Paul and Paula, Louise and Louisa),
/// as often as one misspelt.
fn has_another_ending(a: &str, b: &str) -> bool {
    let vowel = |letter: &u8| b"AEIOUY".contains(letter);
    let (long, short) = if a.len() < b.len() { (b, a) } else { (a, b) };
    match (long.as_bytes(), short.as_bytes()) {
        ([alike @ .., last], short) if long.len() > short.len() => alike == short && vowel(last),
        ([alike @ .., last], [start @ .., other]) => alike == start && vowel(last) && vowel(other),
        _ => false,
    }
}

/// Whether two words are one. Most that are not differ in length or first letter.
fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().next() == b.bytes().next() && a == b
}

/// Whether a word is among others.
fn has(words: &[&str], word: &str) -> bool {
    words.iter().any(|other| same(other, word))
}

/// Whether two lists have the same letters, whatever parts the words.
fn same_letters(a: &[&str], b: &[&str]) -> bool {
    if let ([a], [b]) = (a, b) {
        return same(a, b);
    }
    let letters = |words: &[&str]| words.iter().map(|word| word.len()).sum::<usize>();
    let one = a.iter().flat_map(|word| word.bytes());
    let other = b.iter().flat_map(|word| word.bytes());
    letters(a) == letters(b) && one.eq(other)
}

/// Whether two lists have the same words in any order.
fn same_words(a: &[&str], b: &[&str]) -> bool {
    match (a, b) {
        ([a], [b]) => same(a, b),
        _ => a.len() == b.len() && sorted(a) == sorted(b),
    }
}

fn sorted<'a>(words: &[&'a str]) -> Vec<&'a str> {
    let mut words = words.to_vec();
    words.sort_unstable();
    words
}

fn texts(tokens: &[String]) -> Vec<&str> {
    tokens.iter().map(String::as_str).collect()
}

/// Surnames of a row, and how each sounds.
#[derive(Debug)]
pub struct RowSurnames<'q> {
    words: Vec<&'q str>,
    sounds: Vec<Sound>,
}

impl<'q> RowSurnames<'q> {
    /// Of a row's tokens.
    #[must_use]
    pub fn of(tokens: &'q [String]) -> Self {
        Self {
            words: texts(tokens),
            sounds: tokens.iter().map(|token| sound_code(token)).collect(),
        }
    }

    /// The level where one of a record's surnames is the row's: all or a part.
    #[must_use]
    pub fn borne(&self, record: &[&str]) -> Option<SurnameLevel> {
        if self.words.is_empty() || record.is_empty() {
            None
        } else if same_words(&self.words, record) {
            Some(SurnameLevel::Exact)
        } else if self.words.iter().any(|word| has(record, word)) {
            Some(SurnameLevel::Part)
        } else {
            None
        }
    }

    /// Against those of a record.
    #[must_use]
    pub fn level(&self, record: &[&str]) -> SurnameLevel {
        if self.words.is_empty() || record.is_empty() {
            return SurnameLevel::Missing;
        }
        if let Some(level) = self.borne(record) {
            return level;
        }
        // How many people bear both as one word says nothing of those who bear them as two.
        if same_letters(&self.words, record) {
            return SurnameLevel::Alike;
        }
        let mut best = SurnameLevel::Different;
        for (a, sound) in self.words.iter().zip(&self.sounds) {
            for b in record {
                let level = match (is_slip(a, b), has_sound(b, sound)) {
                    (true, true) => SurnameLevel::Alike,
                    (true, false) => SurnameLevel::Similar,
                    (false, true) => SurnameLevel::Sound,
                    (false, false) => SurnameLevel::Different,
                };
                best = best.min(level);
            }
        }
        best
    }
}

/// Given names of a row, and of which name each is a form.
#[derive(Debug)]
pub struct RowGiven<'q> {
    words: Vec<&'q str>,
    groups: Vec<Option<u32>>,
    sound: Sound,
    bearing: Bearing,
}

impl<'q> RowGiven<'q> {
    /// Of a row's tokens, the first of them borne so.
    #[must_use]
    pub fn of(tokens: &'q [String], bearing: Bearing) -> Self {
        Self {
            words: texts(tokens),
            groups: tokens.iter().map(|token| nickname_group(token)).collect(),
            sound: tokens
                .first()
                .map(|token| sound_code(token))
                .unwrap_or_default(),
            bearing,
        }
    }

    /// The level where the first given names are one, or forms of one.
    #[must_use]
    pub fn named(&self, record: &[&str]) -> Option<GivenLevel> {
        let (a, b) = (self.words.first()?, record.first()?);
        if same(a, b) {
            return Some(GivenLevel::Exact);
        }
        let group = self.groups.first().copied().flatten();
        let forms = a.len() > 1 && b.len() > 1 && is_form(group, b);
        forms.then_some(GivenLevel::Nickname)
    }

    /// First given name against that of a record.
    #[must_use]
    pub fn level(&self, record: &[&str]) -> GivenLevel {
        let (Some((a, row_later)), Some((b, record_later))) =
            (self.words.split_first(), record.split_first())
        else {
            return GivenLevel::Missing;
        };
        if let Some(level) = self.named(record) {
            return level;
        }
        if a.len() == 1 || b.len() == 1 {
            return if a.bytes().next() == b.bytes().next() {
                GivenLevel::Initial
            } else {
                GivenLevel::Different
            };
        }
        if same_letters(&self.words, record) || has(record_later, a) || has(row_later, b) {
            return GivenLevel::Later;
        }
        match (is_slip(a, b), self.bearing) {
            (true, Bearing::HardlyAnybody) if !has_another_ending(a, b) => GivenLevel::Misspelt,
            (true, _) => GivenLevel::Similar,
            (false, _) if self.sounds_like(a, b) => GivenLevel::Sound,
            (false, _) => GivenLevel::Different,
        }
    }

    /// Whether two given names of four letters or more have one sound of three classes or more.
    fn sounds_like(&self, a: &str, b: &str) -> bool {
        let [_, _, third, ..] = self.sound;
        a.len() >= 4 && b.len() >= 4 && third != 0 && has_sound(b, &self.sound)
    }

    /// Later given names against those of a record.
    #[must_use]
    pub fn middle(&self, record: &[&str]) -> MiddleLevel {
        let (Some((first, row)), Some((other, record))) =
            (self.words.split_first(), record.split_first())
        else {
            return MiddleLevel::Missing;
        };
        // Given names shifted by one say nothing more than the given-name level does.
        if row.is_empty() || record.is_empty() || has(row, other) || has(record, first) {
            return MiddleLevel::Missing;
        }
        let groups = self.groups.iter().skip(1);
        let is_one = |(a, group): (&&str, &Option<u32>)| {
            a.len() > 1 && record.iter().any(|b| same(a, b) || is_form(*group, b))
        };
        if row.iter().zip(groups).any(is_one) {
            return MiddleLevel::Exact;
        }
        let initial = |a: &str, b: &str| {
            (a.len() == 1 || b.len() == 1) && a.bytes().next() == b.bytes().next()
        };
        if row.iter().any(|a| record.iter().any(|b| initial(a, b))) {
            return MiddleLevel::Initial;
        }
        MiddleLevel::Different
    }
}

/// Whether a name is a form of those in a group.
fn is_form(group: Option<u32>, name: &str) -> bool {
    group.is_some() && nickname_group(name) == group
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use standard::name::canonical_given;

    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split(' ')
            .filter(|w| !w.is_empty())
            .map(str::to_owned)
            .collect()
    }

    fn surname_level(a: &str, b: &str) -> SurnameLevel {
        RowSurnames::of(&words(a)).level(&texts(&words(b)))
    }

    fn given_level(a: &str, b: &str) -> GivenLevel {
        RowGiven::of(&words(a), Bearing::Common).level(&texts(&words(b)))
    }

    fn middle_level(a: &str, b: &str) -> MiddleLevel {
        RowGiven::of(&words(a), Bearing::Common).middle(&texts(&words(b)))
    }

    proptest! {
        /// The linear comparison against the dynamic programme of a library.
        #[test]
        fn slips_are_alignments_of_distance_one(a in "[AB]{0,9}", b in "[AB]{0,9}") {
            let distance = rapidfuzz::distance::osa::distance(a.bytes(), b.bytes());
            let long_enough = a.len().min(b.len()) >= 4;
            prop_assert_eq!(is_slip(&a, &b), a != b && long_enough && distance == 1);
        }

        /// Groups of forms against formal names.
        #[test]
        fn forms_are_those_of_one_formal_name(
            a in prop::sample::select(vec!["BOB", "ROBERT", "ROB", "LUPE", "GUADALUPE", "XAVIERRA", "PEPE", "JOSE"]),
            b in prop::sample::select(vec!["BOB", "ROBERT", "LUPE", "GUADALUPE", "SABIRA", "JOSE", "MARIA"]),
        ) {
            let same = a == b || is_form(nickname_group(a), b);
            prop_assert_eq!(same, canonical_given(a) == canonical_given(b));
        }
    }

    #[test]
    fn surnames() {
        let check = |a, b, level| {
            assert_eq!(surname_level(a, b), level, "{a} / {b}");
            assert_eq!(surname_level(b, a), level, "{b} / {a}");
        };
        check("GARCIA LOPEZ", "LOPEZ GARCIA", SurnameLevel::Exact);
        check("SMITH JONES", "SMITHJONES", SurnameLevel::Alike);
        check("GARCIA LOPEZ", "GARCIA", SurnameLevel::Part);
        check("GONZALEZ", "GONZALES", SurnameLevel::Alike);
        check("MILLER", "MILTER", SurnameLevel::Similar);
        check("MEYER", "MAIER", SurnameLevel::Sound);
        check("LEE", "LE", SurnameLevel::Sound);
        check("SMITH", "JOHNSON", SurnameLevel::Different);
        check("", "JOHNSON", SurnameLevel::Missing);
    }

    #[test]
    fn names_of_another_ending_are_not_taken_for_misspelt() {
        let check = |a, b, level| {
            for (a, b) in [(a, b), (b, a)] {
                let row = words(a);
                let given = RowGiven::of(&row, Bearing::HardlyAnybody);
                assert_eq!(given.level(&texts(&words(b))), level, "{a} / {b}");
            }
        };
        check("PAUL", "PAULA", GivenLevel::Similar);
        check("LOUISE", "LOUISA", GivenLevel::Similar);
        check("ANTHONI", "ANTHONY", GivenLevel::Similar);
        check("ANTHONZ", "ANTHONY", GivenLevel::Misspelt);
        check("ANTHON", "ANTHONY", GivenLevel::Similar);
        check("DAVIDD", "DAVID", GivenLevel::Misspelt);
        check("DAVOD", "DAVID", GivenLevel::Misspelt);
        check("AMADNA", "AMANDA", GivenLevel::Misspelt);
        check("EMMAA", "EMMA", GivenLevel::Similar);
    }

    #[test]
    fn given_names() {
        let check = |a, b, level| {
            for (a, b) in [(a, b), (b, a)] {
                assert_eq!(given_level(a, b), level, "{a} / {b}");
            }
        };
        check("MARIA ELENA", "MARIA", GivenLevel::Exact);
        check("ELENA", "MARIA ELENA", GivenLevel::Later);
        check("ANA MARIA", "ANAMARIA", GivenLevel::Later);
        check("M", "MARIA", GivenLevel::Initial);
        check("J", "MARIA", GivenLevel::Different);
        check("BOB", "ROBERT", GivenLevel::Nickname);
        check("MARTA", "MARIA", GivenLevel::Similar);
        check("XAVIERRA", "SABIRA", GivenLevel::Sound);
        check("JUAN", "MARIANA", GivenLevel::Different);
        check("", "MARIA", GivenLevel::Missing);
    }

    #[test]
    fn middle_names() {
        let check = |a, b, level| {
            assert_eq!(middle_level(a, b), level, "{a} / {b}");
            assert_eq!(middle_level(b, a), level, "{b} / {a}");
        };
        check("ANA MARIA", "ANA MARIA", MiddleLevel::Exact);
        check("ANA M", "ANA MARIA", MiddleLevel::Initial);
        check("ANA M", "ANA M", MiddleLevel::Initial);
        check("ANA LUZ", "ANA MARIA", MiddleLevel::Different);
        check("ANA", "ANA MARIA", MiddleLevel::Missing);
        check("MARIA JOSE", "ANA MARIA", MiddleLevel::Missing);
    }
}
