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
    date::{Birth, RawDate},
    map::{Key, MOST_EXTRA},
};

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
    /// The number of a folded word.
    pub fn id(&mut self, text: &str) -> WordId {
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
            Key::Address => whole_address(words, value, &mut form),
            Key::Id | Key::Truth => {}
            other => place(words, *other, value, &mut form),
        }
    }
    names(words, &cells, &mut form);
    (form, birth)
}

fn place(words: &mut Words, key: Key, value: &str, form: &mut Form) {
    let folded = fold(value);
    let values = &mut words.values;
    match key {
        Key::Tin => form.tin = values.id(&folded.replace(' ', "")),
        Key::HouseNumber => form.house = values.id(&number(&folded)),
        Key::Street => form.street = values.id(&street(&folded)),
        Key::Unit => form.unit = values.id(&folded),
        Key::City => form.city = values.id(&folded),
        Key::State => form.state = values.id(&folded),
        Key::Postcode => set_postcode(words, &folded, form),
        Key::Extra(place) => {
            if let Some(extra) = form.extra.get_mut(place) {
                *extra = values.id(&folded);
            }
        }
        _ => {}
    }
}

fn names(words: &mut Words, cells: &Cells<'_>, form: &mut Form) {
    let given = if cells.middle.is_empty() {
        cells.given.to_owned()
    } else {
        format!("{} {}", cells.given, cells.middle)
    };
    let name = standard_name(&given, cells.surname, cells.suffix);
    for (to, from) in form.given.iter_mut().zip(&name.given) {
        *to = words.names.id(from);
    }
    // Of many surnames the first and the last.
    let last = name.surnames.last().filter(|_| name.surnames.len() > 1);
    for (to, from) in form
        .surname
        .iter_mut()
        .zip(name.surnames.first().into_iter().chain(last))
    {
        *to = words.names.id(from);
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

/// A house number without leading noughts.
fn number(folded: &str) -> String {
    folded.replace(' ', "").trim_start_matches('0').to_owned()
}

/// Words for ways, longest form first, to one short form.
const WAYS: [(&str, &str); 22] = [
    ("STREET", "ST"),
    ("STR", "ST"),
    ("ROAD", "RD"),
    ("AVENUE", "AVE"),
    ("AV", "AVE"),
    ("DRIVE", "DR"),
    ("LANE", "LN"),
    ("COURT", "CT"),
    ("PLACE", "PL"),
    ("CRESCENT", "CRES"),
    ("CR", "CRES"),
    ("CIRCUIT", "CCT"),
    ("CIRCLE", "CIR"),
    ("CLOSE", "CL"),
    ("TERRACE", "TCE"),
    ("TER", "TCE"),
    ("BOULEVARD", "BLVD"),
    ("HIGHWAY", "HWY"),
    ("PARADE", "PDE"),
    ("SQUARE", "SQ"),
    ("PARKWAY", "PKWY"),
    ("GARDENS", "GDNS"),
];

/// A street with its way in short form.
fn street(folded: &str) -> String {
    let words = folded.split(' ').map(|word| {
        let short = WAYS.iter().find(|(long, _)| *long == word);
        short.map_or(word, |(_, short)| short)
    });
    words.collect::<Vec<_>>().join(" ")
}

fn set_postcode(words: &mut Words, folded: &str, form: &mut Form) {
    let mut code = folded.replace(' ', "");
    let digits = code.bytes().all(|byte| byte.is_ascii_digit());
    if digits && code.len() == 9 {
        code.truncate(5);
    }
    let kept = match code.len() {
        length @ 5..=8 if !digits => length - 3,
        length @ 3.. => length.min(5) - 2,
        length => length,
    };
    form.area = words.values.id(code.get(..kept).unwrap_or_default());
    form.postcode = words.values.id(&code);
}

/// A whole address: number and street before the first comma, postcode and state at the end, the
/// city before them. Without commas the street is all but number and end.
fn whole_address(words: &mut Words, value: &str, form: &mut Form) {
    let mut segments: Vec<String> = value
        .split([',', '\n'])
        .map(fold)
        .filter(|part| !part.is_empty())
        .collect();
    let Some(last) = segments.last_mut() else {
        return;
    };
    let (rest, postcode) = split_postcode(last);
    *last = rest;
    set_postcode(words, &postcode, form);
    segments.retain(|part| !part.is_empty());
    if segments.len() > 1
        && segments
            .last()
            .is_some_and(|part| matches!(part.len(), 2 | 3) && !part.contains(' '))
    {
        let state = segments.pop().unwrap_or_default();
        form.state = words.values.id(&state);
    } else if let Some((rest, state)) = segments.last().and_then(|last| last.rsplit_once(' '))
        && segments.len() > 1
        && matches!(state.len(), 2 | 3)
    {
        form.state = words.values.id(state);
        let rest = rest.to_owned();
        segments.pop();
        segments.push(rest);
    }
    if segments.len() > 1 {
        form.city = words.values.id(&segments.pop().unwrap_or_default());
    }
    let numbered = |part: &String| {
        part.bytes()
            .next()
            .is_some_and(|byte| byte.is_ascii_digit())
    };
    let at = segments.iter().position(numbered).unwrap_or(0);
    let line = segments.get(at).cloned().unwrap_or_default();
    if let Some(unit) = at.checked_sub(1).and_then(|before| segments.get(before)) {
        form.unit = words.values.id(unit);
    }
    let (first, way) = line.split_once(' ').unwrap_or((&line, ""));
    if first.bytes().any(|byte| byte.is_ascii_digit()) {
        form.house = words.values.id(&number(first));
        form.street = words.values.id(&street(way));
    } else {
        form.street = words.values.id(&street(&line));
    }
}

/// Takes a postcode off the end: 4 to 9 digits, or two short words of letters and digits (BS2 0EL).
fn split_postcode(text: &str) -> (String, String) {
    let words: Vec<&str> = text.split(' ').collect();
    let mixed = |word: &str| {
        word.len() <= 4
            && word.bytes().any(|b| b.is_ascii_digit())
            && word.bytes().any(|b| b.is_ascii_alphabetic())
    };
    let digits =
        |word: &str| (4..=9).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_digit());
    match words.as_slice() {
        [rest @ .., zip, plus]
            if digits(zip) && zip.len() == 5 && plus.len() == 4 && digits(plus) =>
        {
            (rest.join(" "), (*zip).to_owned())
        }
        [rest @ .., outward, inward] if mixed(outward) && mixed(inward) => {
            (rest.join(" "), format!("{outward}{inward}"))
        }
        [rest @ .., code] if digits(code) => (rest.join(" "), (*code).to_owned()),
        _ => (text.to_owned(), String::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(address: &str, expected: [&str; 6]) {
        let mut words = Words::default();
        let (form, _) = form(&mut words, &[Key::Address], &[address]);
        let found = [
            form.unit,
            form.house,
            form.street,
            form.city,
            form.state,
            form.postcode,
        ]
        .map(|id| words.values.text(id).to_owned());
        assert_eq!(found, expected, "{address}");
    }

    #[test]
    fn whole_addresses_of_three_countries() {
        check(
            "12 High Street, Bristol, BS2 0EL",
            ["", "12", "HIGH ST", "BRISTOL", "", "BS20EL"],
        );
        check(
            "Flat 3, 12 High Road, Bristol BS2 0EL",
            ["FLAT 3", "12", "HIGH RD", "BRISTOL", "", "BS20EL"],
        );
        check(
            "8 Stanley Street, Winston Hills NSW 4223",
            ["", "8", "STANLEY ST", "WINSTON HILLS", "NSW", "4223"],
        );
        check(
            "100 Main St, Springfield, IL 62701-1234",
            ["", "100", "MAIN ST", "SPRINGFIELD", "IL", "62701"],
        );
        check("", [""; 6]);
        check("The Old Rectory", ["", "", "THE OLD RECTORY", "", "", ""]);
    }

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
