//! Agreement of a request with a person, field by field.
//!
//! Place in the flow: between candidates and weights. Names near a request's names are found once
//! for each distinct name, in the dictionary; a pair of people then compares numbers.
//!
//! Left to others: weights (model).

use std::collections::HashMap;

use identity::compare::is_slip;
use rapidfuzz::distance::{jaro_winkler, osa};
use rayon::prelude::*;

use super::{
    date::Birth,
    form::{Dictionary, Form, Word, WordId},
    level::{
        ARRANGEMENT, BIRTH, CITY, EXTRA, FIELDS, GIVEN, HOUSE, Level, Levels, MIDDLE, POSTCODE,
        STATE, STREET, SUFFIX, SURNAME, TIN, UNIT,
    },
    load::{Counts, Loaded},
    values::LikeValues,
};

/// Jaro-Winkler likeness from which two names are near.
const NEAR_NAME: f64 = 0.88;
/// The same for other values.
const NEAR_VALUE: f64 = 0.90;
/// Letters two near names may have apart.
const LETTERS_APART: u32 = 6;
/// Words of a value that are looked up in another.
const WORDS: usize = 16;

/// A name on file that is like a request's, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Near {
    /// The name on file.
    pub id: WordId,
    /// As surnames.
    pub surname: Level,
    /// As given names.
    pub given: Level,
}

/// For each name of the requests the like ones on file, by number; and how many people have a value like
/// each of theirs.
#[derive(Default)]
pub struct Neighbours {
    names: HashMap<WordId, Vec<Near>>,
    /// Values of other fields.
    pub values: LikeValues,
}

impl Neighbours {
    /// Finds them for every name of the requests.
    #[must_use]
    pub fn of(loaded: &Loaded) -> Self {
        let mut asked: Vec<WordId> = loaded
            .requests
            .iter()
            .flat_map(|request| names_of(&request.form))
            .collect();
        asked.sort_unstable();
        asked.dedup();
        let names = &loaded.words.names;
        let on_file: Vec<(WordId, &Word)> = names
            .words()
            .filter(|(id, _)| is_on_file(&loaded.counts, *id))
            .collect();
        let near = |id: WordId| {
            let word = names.word(id)?;
            let like = on_file
                .iter()
                .filter_map(|(other, text)| near(id, word, *other, text));
            Some((id, like.collect()))
        };
        Self {
            names: asked.into_par_iter().filter_map(near).collect(),
            values: LikeValues::of(loaded),
        }
    }

    /// Names on file like this one, by number; itself is not among them.
    #[must_use]
    pub fn near(&self, id: WordId) -> &[Near] {
        self.names.get(&id).map_or(&[], Vec::as_slice)
    }

    fn find(&self, id: WordId, other: WordId) -> Option<Near> {
        let near = self.near(id);
        let place = near.binary_search_by_key(&other, |near| near.id).ok()?;
        near.get(place).copied()
    }
}

fn names_of(form: &Form) -> impl Iterator<Item = WordId> {
    let [first, ..] = form.given;
    form.surname
        .into_iter()
        .chain([first])
        .filter(|id| *id != 0)
}

fn is_on_file(counts: &Counts, id: WordId) -> bool {
    counts.of_value(SURNAME, id) + counts.of_value(GIVEN, id) > 0
}

fn near(id: WordId, word: &Word, other: WordId, text: &Word) -> Option<Near> {
    if id == other {
        return None;
    }
    let form = word.formal == text.formal;
    if !form && !may_be_near(word, text) {
        return None;
    }
    let (a, b): (&str, &str) = (&word.text, &text.text);
    let level = if is_slip(a, b) {
        Level::Slip
    } else if is_near(word, text) {
        Level::Near
    } else {
        Level::Different
    };
    let given = if form { Level::Form } else { level };
    let like = level != Level::Different || form;
    like.then_some(Near {
        id: other,
        surname: level,
        given,
    })
}

/// What every pair that is near fulfils, at the cost of a few instructions: most pairs of names end here.
///
/// A Jaro-Winkler likeness of 0.88 with p of 4 letters in front the same (a tenth each) wants a Jaro likeness
/// of (0.88 − p/10) / (1 − p/10); with that, of lengths a and b, at least (3j − 1) · ab / (a + b) letters must
/// be matched, and the letters only one name has are among the others.
fn may_be_near(a: &Word, b: &Word) -> bool {
    let apart = (a.letters ^ b.letters).count_ones();
    if apart > LETTERS_APART {
        return false;
    }
    if apart <= 2 || a.sound == b.sound {
        return true;
    }
    let (x, y) = (a.text.as_bytes(), b.text.as_bytes());
    if x.len().abs_diff(y.len()) > 4 {
        return false;
    }
    let front = x.iter().zip(y).take(4).take_while(|(x, y)| x == y).count() as u64;
    let (x, y) = (x.len() as u64, y.len() as u64);
    // In thousandths, rounded down: never more than exact.
    let jaro = (880 - 100 * front) * 1000 / (1000 - 100 * front);
    let matched = (3 * jaro).saturating_sub(1000) * x * y / (1000 * (x + y).max(1));
    u64::from(apart) <= x + y - (2 * matched).min(x + y)
}

fn is_near(a: &Word, b: &Word) -> bool {
    let (short, long) = (
        a.text.len().min(b.text.len()),
        a.text.len().max(b.text.len()),
    );
    if short < 2 || long - short > 4 {
        return false;
    }
    if short >= 4 && a.sound == b.sound {
        return true;
    }
    let floor = jaro_winkler::Args::default().score_cutoff(NEAR_NAME);
    jaro_winkler::similarity_with_args(a.text.bytes(), b.text.bytes(), &floor).is_some()
}

/// Compares requests with people.
pub struct Comparer<'l> {
    names: &'l Dictionary,
    values: &'l Dictionary,
    neighbours: &'l Neighbours,
}

impl<'l> Comparer<'l> {
    /// Over what was loaded.
    #[must_use]
    pub fn new(loaded: &'l Loaded, neighbours: &'l Neighbours) -> Self {
        Self {
            names: &loaded.words.names,
            values: &loaded.words.values,
            neighbours,
        }
    }

    /// The level of every field.
    #[must_use]
    pub fn levels(&self, row: &Form, person: &Form) -> Levels {
        let mut levels = [Level::Missing; FIELDS];
        let (arrangement, surname, given) = self.names(row, person);
        let code = self.postcode(row, person);
        let house = self.whole(row.house, person.house);
        let street = self.value(row.street, person.street);
        let city = implied(
            self.value(row.city, person.city),
            matches!(code, Level::Exact | Level::Slip),
        );
        let located = matches!(city, Level::Exact | Level::Implied)
            || matches!(code, Level::Exact | Level::Slip | Level::Part);
        let fixed = [
            (SURNAME, surname),
            (GIVEN, given),
            (MIDDLE, self.middle(row, person)),
            (SUFFIX, suffix(row.suffix, person.suffix)),
            (BIRTH, birth(row.birth, person.birth)),
            (TIN, self.whole(row.tin, person.tin)),
            (HOUSE, house),
            (STREET, street),
            (UNIT, self.whole(row.unit, person.unit)),
            (CITY, city),
            (STATE, implied(self.value(row.state, person.state), located)),
            (POSTCODE, code),
            (ARRANGEMENT, arrangement),
        ];
        let extra = row
            .extra
            .iter()
            .zip(&person.extra)
            .map(|(a, b)| self.value(*a, *b));
        let all = fixed.into_iter().chain((EXTRA..).zip(extra));
        for (field, level) in all {
            if let Some(slot) = levels.get_mut(field) {
                *slot = level;
            }
        }
        levels
    }

    /// Arrangement, surname and given name.
    fn names(&self, row: &Form, person: &Form) -> (Level, Level, Level) {
        let ([given, ..], [other_given, ..]) = (row.given, person.given);
        let ([surname, ..], [other_surname, ..]) = (row.surname, person.surname);
        let straight = (
            self.surname(row.surname, person.surname),
            self.given(row, person),
        );
        let both = given != 0 && surname != 0 && other_given != 0 && other_surname != 0;
        match straight {
            // One name only, and it is in the other field.
            (Level::Missing, _) if self.crossed(row, person) => {
                (Level::Missing, Level::Elsewhere, Level::Missing)
            }
            (_, Level::Missing) if self.crossed(row, person) => {
                (Level::Missing, Level::Missing, Level::Elsewhere)
            }
            (Level::Different | Level::Near, Level::Different | Level::Near | Level::Initial)
                if both =>
            {
                let (a, b) = (
                    self.one(given, other_surname).surname,
                    self.one(surname, other_given).given,
                );
                let agrees = |level| matches!(level, Level::Exact | Level::Slip | Level::Form);
                if agrees(a) && agrees(b) {
                    (Level::Form, a, b)
                } else {
                    (Level::Exact, straight.0, straight.1)
                }
            }
            (surname, given) => {
                let arrangement = if both { Level::Exact } else { Level::Missing };
                (arrangement, surname, given)
            }
        }
    }

    /// Whether a lone name agrees with the other's name of the other kind.
    fn crossed(&self, row: &Form, person: &Form) -> bool {
        let ([given, ..], [other_given, ..]) = (row.given, person.given);
        let alike = |a: WordId, b: WordId| {
            a != 0 && b != 0 && matches!(self.one(a, b).surname, Level::Exact | Level::Slip)
        };
        let [surname, _] = row.surname;
        let [other_surname, _] = person.surname;
        (surname == 0 && alike(given, other_surname))
            || (other_surname == 0 && alike(surname, other_given))
            || (given == 0 && alike(surname, other_given))
            || (other_given == 0 && alike(given, other_surname))
    }

    /// Two names as words.
    fn one(&self, a: WordId, b: WordId) -> Near {
        if a == b {
            return Near {
                id: b,
                surname: Level::Exact,
                given: Level::Exact,
            };
        }
        let other = Near {
            id: b,
            surname: Level::Different,
            given: Level::Different,
        };
        self.neighbours.find(a, b).unwrap_or(other)
    }

    fn surname(&self, row: [WordId; 2], person: [WordId; 2]) -> Level {
        let ([a, a2], [b, b2]) = (row, person);
        if a == 0 || b == 0 {
            return Level::Missing;
        }
        if (a, a2) == (b, b2) || (a, a2) == (b2, b) {
            return Level::Exact;
        }
        let pairs = [(a, b), (a, b2), (a2, b), (a2, b2)]
            .into_iter()
            .filter(|(a, b)| *a != 0 && *b != 0);
        let best = pairs
            .map(|(a, b)| self.one(a, b).surname)
            .min()
            .unwrap_or(Level::Different);
        if best == Level::Exact {
            Level::Part
        } else {
            best
        }
    }

    fn given(&self, row: &Form, person: &Form) -> Level {
        let ([a, later @ ..], [b, other_later @ ..]) = (row.given, person.given);
        if a == 0 || b == 0 {
            return Level::Missing;
        }
        if a == b {
            return Level::Exact;
        }
        let (x, y) = (self.names.text(a), self.names.text(b));
        if x.len() == 1 || y.len() == 1 {
            return if x.bytes().next() == y.bytes().next() {
                Level::Initial
            } else {
                Level::Different
            };
        }
        let level = self.one(a, b).given;
        if level == Level::Different && (later.contains(&b) || other_later.contains(&a)) {
            return Level::Elsewhere;
        }
        level
    }

    fn middle(&self, row: &Form, person: &Form) -> Level {
        let ([_, a, _], [_, b, _]) = (row.given, person.given);
        if a == 0 || b == 0 {
            return Level::Missing;
        }
        let [_, later @ ..] = row.given;
        let [_, other_later @ ..] = person.given;
        if later.iter().any(|id| *id != 0 && other_later.contains(id)) {
            return Level::Exact;
        }
        let (x, y) = (self.names.text(a), self.names.text(b));
        let initial = x.bytes().next() == y.bytes().next();
        if initial && (x.len() == 1 || y.len() == 1) {
            return Level::Initial;
        }
        if is_slip(x, y) {
            Level::Slip
        } else {
            Level::Different
        }
    }

    /// A value that is the same, one edit apart, or another.
    fn whole(&self, a: WordId, b: WordId) -> Level {
        if a == 0 || b == 0 {
            return Level::Missing;
        }
        if a == b {
            return Level::Exact;
        }
        let (x, y) = (self.values.text(a), self.values.text(b));
        if one_edit(x, y) {
            Level::Slip
        } else {
            Level::Different
        }
    }

    fn postcode(&self, row: &Form, person: &Form) -> Level {
        match self.whole(row.postcode, person.postcode) {
            Level::Different if row.area == person.area => Level::Part,
            level => level,
        }
    }

    fn value(&self, a: WordId, b: WordId) -> Level {
        value_level(self.values, a, b)
    }
}

/// Two values of words.
pub(super) fn value_level(values: &Dictionary, a: WordId, b: WordId) -> Level {
    if a == 0 || b == 0 {
        return Level::Missing;
    }
    if a == b {
        return Level::Exact;
    }
    let (Some(x), Some(y)) = (values.word(a), values.word(b)) else {
        return Level::Different;
    };
    let shared =
        |word: &str| word.len() > 3 && y.text.split(' ').take(WORDS).any(|other| other == word);
    if (x.letters ^ y.letters).count_ones() <= LETTERS_APART {
        if one_edit(&x.text, &y.text) {
            return Level::Slip;
        }
        let floor = jaro_winkler::Args::default().score_cutoff(NEAR_VALUE);
        if jaro_winkler::similarity_with_args(x.text.bytes(), y.text.bytes(), &floor).is_some() {
            return Level::Near;
        }
    }
    if x.text.split(' ').take(WORDS).any(shared) {
        Level::Part
    } else {
        Level::Different
    }
}

fn one_edit(a: &str, b: &str) -> bool {
    if a.len().abs_diff(b.len()) > 1 || a.len().min(b.len()) < 2 {
        return false;
    }
    let most = osa::Args::default().score_cutoff(1);
    osa::distance_with_args(a.bytes(), b.bytes(), &most).is_some()
}

/// What a level says where another field implies it.
const fn implied(level: Level, by_another: bool) -> Level {
    match (level, by_another) {
        (Level::Missing, _) | (_, false) => level,
        (Level::Different, true) => Level::Contrary,
        (_, true) => Level::Implied,
    }
}

const fn suffix(a: u8, b: u8) -> Level {
    match (a, b) {
        (0, 0) => Level::Missing,
        (0, _) | (_, 0) => Level::Part,
        // A `Second` is often called `Junior`.
        (1, 3) | (3, 1) => Level::Near,
        (a, b) if a == b => Level::Exact,
        _ => Level::Different,
    }
}

/// Dates of birth.
#[must_use]
pub fn birth(a: Birth, b: Birth) -> Level {
    if a.year == 0 || b.year == 0 {
        return Level::Missing;
    }
    let close = a.year.abs_diff(b.year) <= 2;
    if a.month == 0 || b.month == 0 {
        return match a.year == b.year {
            true => Level::Year,
            false if close => Level::Close,
            false => Level::Different,
        };
    }
    if a == b {
        return Level::Exact;
    }
    if a.year == b.year && (a.month, a.day) == (b.day, b.month) {
        return Level::Form;
    }
    match edits(a, b) {
        1 => Level::Slip,
        _ if a.year == b.year && a.month == b.month => Level::Part,
        _ if (a.month, a.day) == (b.month, b.day) => Level::Near,
        2 => Level::Elsewhere,
        _ if a.year == b.year => Level::Year,
        _ if close => Level::Close,
        _ => Level::Different,
    }
}

fn edits(a: Birth, b: Birth) -> usize {
    let digits = |birth: Birth| {
        let number =
            u32::from(birth.year) * 10_000 + u32::from(birth.month) * 100 + u32::from(birth.day);
        [10_000_000, 1_000_000, 100_000, 10_000, 1_000, 100, 10, 1]
            .map(|power: u32| number / power % 10)
    };
    let most = osa::Args::default().score_cutoff(2);
    osa::distance_with_args(digits(a), digits(b), &most).unwrap_or(3)
}

#[cfg(test)]
mod tests {
    use rand_chacha::{
        ChaCha8Rng,
        rand_core::{Rng as _, SeedableRng as _},
    };

    use super::{super::form::Dictionary, *};

    /// The quick test leaves out nobody whom the slow one would find.
    #[test]
    fn near_names_pass_the_quick_test() {
        let mut random = ChaCha8Rng::seed_from_u64(11);
        let mut word = || {
            let length = 1 + random.next_u32() % 9;
            let letter = |number: u32| char::from(b'A' + u8::try_from(number % 6).unwrap());
            (0..length)
                .map(|_| letter(random.next_u32()))
                .collect::<String>()
        };
        let mut near = 0;
        for _ in 0..200_000 {
            let mut names = Dictionary::default();
            let (a, b) = (names.id(&word()), names.id(&word()));
            let (a, b) = (names.word(a).unwrap(), names.word(b).unwrap());
            let apart = (a.letters ^ b.letters).count_ones();
            if apart <= LETTERS_APART && (is_slip(&a.text, &b.text) || is_near(a, b)) {
                near += 1;
                assert!(may_be_near(a, b), "{} {}", a.text, b.text);
            }
        }
        assert!(near > 1_000, "{near}");
    }
}
