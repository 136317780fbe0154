//! People and requests in standard form: numbers for words, so that comparing is quick.
//!
//! Place in the flow: rows of a table come in, [`Form`]s go to the index and the comparer.
//!
//! Left to others: agreement (compare), keys (index).

use std::collections::HashMap;

use identity::phonetic::{Sound, sound_code};
use standard::{
    fold::fold,
    name::{Suffix, canonical_given, standard_name},
};

use super::{
    address,
    date::{Birth, RawDate},
    map::{Key, MOST_EXTRA},
};

/// Most letters of a word of a name that are looked at.
const LONGEST_NAME: usize = 32;
/// The same of any other value.
const LONGEST_VALUE: usize = 128;

/// Number of a word; 0 is the empty one.
pub type WordId = u32;

/// Words and what is known of each.
#[derive(Default)]
pub struct Dictionary {
    ids: HashMap<Box<str>, WordId>,
    words: Vec<Word>,
}

/// A word.
#[derive(Debug, Clone, Default)]
pub struct Word {
    /// The folded text.
    pub text: Box<str>,
    /// Which letters it has, one bit each.
    pub letters: u32,
    /// How it sounds.
    pub sound: Sound,
    /// Number of its formal name; its own where it has none. Names only.
    pub formal: WordId,
}

impl Dictionary {
    /// The number of a folded word, of which no more than 128 letters count.
    pub fn id(&mut self, text: &str) -> WordId {
        let text = text.get(..LONGEST_VALUE).unwrap_or(text);
        if text.is_empty() {
            return 0;
        }
        if let Some(id) = self.ids.get(text) {
            return *id;
        }
        if self.words.is_empty() {
            self.words.push(Word::default());
        }
        let id = WordId::try_from(self.words.len()).unwrap_or(WordId::MAX);
        self.ids.insert(text.into(), id);
        self.words.push(Word {
            text: text.into(),
            letters: letters(text),
            sound: sound_code(text),
            formal: id,
        });
        let formal = canonical_given(text);
        if formal != text {
            let formal = self.id(formal);
            if let Some(word) = self.words.get_mut(id as usize) {
                word.formal = formal;
            }
        }
        id
    }

    /// A word.
    #[must_use]
    pub fn word(&self, id: WordId) -> Option<&Word> {
        self.words.get(id as usize)
    }

    /// Its text, empty for none.
    #[must_use]
    pub fn text(&self, id: WordId) -> &str {
        self.word(id).map_or("", |word| &word.text)
    }

    /// Its formal name, itself where there is none.
    #[must_use]
    pub fn formal(&self, id: WordId) -> WordId {
        self.word(id).map_or(id, |word| word.formal)
    }

    /// All words with their numbers.
    pub fn words(&self) -> impl Iterator<Item = (WordId, &Word)> {
        (0..).zip(&self.words).skip(1)
    }
}

fn letters(text: &str) -> u32 {
    text.bytes().fold(0, |mask, byte| match byte {
        b'A'..=b'Z' => mask | 1 << (byte - b'A'),
        b'0'..=b'9' => mask | 1 << (26 + (byte - b'0') % 6),
        _ => mask,
    })
}

/// Both dictionaries: names, and every other value.
#[derive(Default)]
pub struct Words {
    /// Words of names.
    pub names: Dictionary,
    /// Values of other fields, each whole.
    pub values: Dictionary,
}

/// A person or a request in standard form. Zero is not stated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Form {
    /// Given names in order.
    pub given: [WordId; 3],
    /// Surnames in order.
    pub surname: [WordId; 2],
    /// Generational suffix, 1 to 6.
    pub suffix: u8,
    /// Date of birth.
    pub birth: Birth,
    /// A number meant to be one person's.
    pub tin: WordId,
    /// House number.
    pub house: WordId,
    /// Street.
    pub street: WordId,
    /// Unit.
    pub unit: WordId,
    /// City.
    pub city: WordId,
    /// State.
    pub state: WordId,
    /// Postcode.
    pub postcode: WordId,
    /// The postcode's area.
    pub area: WordId,
    /// Plain fields.
    pub extra: [WordId; MOST_EXTRA],
}

/// The cells of one row, put into standard form.
#[derive(Default)]
struct Cells<'r> {
    given: &'r str,
    middle: &'r str,
    surname: &'r str,
    suffix: &'r str,
    house: &'r str,
    street: &'r str,
}

/// Puts a row into standard form; its date of birth still waits for its column's order.
pub fn form(words: &mut Words, keys: &[Key], row: &[&str]) -> (Form, RawDate) {
    let mut form = Form::default();
    let mut cells = Cells::default();
    let mut birth = RawDate::Missing;
    for (key, value) in keys.iter().zip(row) {
        let value = *value;
        match key {
            Key::Given => cells.given = value,
            Key::Middle => cells.middle = value,
            Key::Surname => cells.surname = value,
            Key::Suffix => cells.suffix = value,
            Key::Dob => birth = RawDate::read(value),
            Key::HouseNumber => cells.house = value,
            Key::Street => cells.street = value,
            Key::Address => address::whole(words, value, &mut form),
            Key::Id | Key::Truth => {}
            other => place(words, *other, value, &mut form),
        }
    }
    names(words, &cells, &mut form);
    if !(cells.house.is_empty() && cells.street.is_empty()) {
        address::line(words, cells.house, cells.street, &mut form);
    }
    (form, birth)
}

fn place(words: &mut Words, key: Key, value: &str, form: &mut Form) {
    let folded = fold(value);
    let values = &mut words.values;
    match key {
        Key::Tin => form.tin = values.id(&folded.replace(' ', "")),
        Key::Unit => form.unit = values.id(address::bare_unit(&folded)),
        Key::City => form.city = values.id(&folded),
        Key::State => form.state = values.id(address::state(&folded)),
        Key::Postcode => address::set_postcode(words, &folded, form),
        Key::Extra(place) => {
            if let Some(extra) = form.extra.get_mut(place) {
                *extra = values.id(&folded);
            }
        }
        _ => {}
    }
}

/// As much of a name's word as is looked at.
fn of_name(word: &str) -> &str {
    word.get(..LONGEST_NAME).unwrap_or(word)
}

fn names(words: &mut Words, cells: &Cells<'_>, form: &mut Form) {
    let given = if cells.middle.is_empty() {
        cells.given.to_owned()
    } else {
        format!("{} {}", cells.given, cells.middle)
    };
    let name = standard_name(&given, cells.surname, cells.suffix);
    for (to, from) in form.given.iter_mut().zip(&name.given) {
        *to = words.names.id(of_name(from));
    }
    // Of many surnames the first and the last.
    let last = name.surnames.last().filter(|_| name.surnames.len() > 1);
    for (to, from) in form
        .surname
        .iter_mut()
        .zip(name.surnames.first().into_iter().chain(last))
    {
        *to = words.names.id(of_name(from));
    }
    form.suffix = match name.suffix {
        None => 0,
        Some(Suffix::Junior) => 1,
        Some(Suffix::Senior) => 2,
        Some(Suffix::Second) => 3,
        Some(Suffix::Third) => 4,
        Some(Suffix::Fourth) => 5,
        Some(Suffix::Fifth) => 6,
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_share_numbers_in_either_field() {
        let mut words = Words::default();
        let keys = [Key::Given, Key::Surname, Key::Suffix];
        let (a, _) = form(&mut words, &keys, &["José", "Núñez", "jr"]);
        let (b, _) = form(&mut words, &keys, &["NUNEZ", "jose", ""]);
        assert_eq!((a.given[0], a.surname[0]), (b.surname[0], b.given[0]));
        assert_eq!(a.suffix, 1);
        let long = "x".repeat(1 << 20);
        form(&mut words, &keys, &[&long, &long, &long]);
    }
}
