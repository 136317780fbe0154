//! House numbers in all their forms: `123`, `123-A`, `112-10`, `123 1/2`, `N6W23001`, `ONE`.
//!
//! Place in the flow: tried by [`super::delivery`] at a word, before a street is looked for.
//!
//! Left to others: a letter after the number that may be the street's ([`super::delivery`]).

use super::{
    form::Direction,
    words::{NumberWord, Shape, Word},
};

/// A house number and how many words it takes.
pub(crate) struct HouseNumber {
    pub(crate) text: String,
    pub(crate) fraction: String,
    /// A directional glued to the number, `123N`.
    pub(crate) direction: Option<Direction>,
    pub(crate) shape: Shape,
    /// Words used.
    pub(crate) length: usize,
}

impl HouseNumber {
    fn new(text: String, shape: Shape, length: usize) -> Self {
        Self {
            text,
            fraction: String::new(),
            direction: None,
            shape,
            length,
        }
    }
}

/// Reads a house number, with its fraction.
pub(crate) fn read_number(words: &[Word<'_>]) -> Option<HouseNumber> {
    let first = words.first()?;
    let mut number = match first.shape {
        Shape::Digits if first.text.len() <= 7 => plain_number(first.text)?,
        Shape::DigitFirst if first.text.len() <= 12 => lettered_number(first.text)?,
        Shape::LetterFirst if first.text.len() <= 12 => grid_number(words)?,
        Shape::Letters => spelled_number(words)?,
        _ => return None,
    };
    if let Some(fraction) = words
        .get(number.length)
        .filter(|word| word.shape == Shape::Fraction)
    {
        fraction.text.clone_into(&mut number.fraction);
        number.length += 1;
    }
    Some(number)
}

fn plain_number(text: &str) -> Option<HouseNumber> {
    let digits = text.trim_start_matches('0');
    (!digits.is_empty()).then(|| HouseNumber::new(digits.to_owned(), Shape::Digits, 1))
}

/// `123A`, `123-A`, `112-10`, `123N` before a street (the letter is then its directional).
fn lettered_number(text: &str) -> Option<HouseNumber> {
    if text.contains(['/', '.']) || text.starts_with('0') {
        return None;
    }
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, rest) = text.split_at_checked(digits)?;
    let letters = rest.trim_start_matches('-');
    if letters.bytes().all(|b| b.is_ascii_alphabetic()) {
        let mut number = HouseNumber::new(digits.to_owned(), Shape::DigitFirst, 1);
        match letters {
            "N" => number.direction = Some(Direction::North),
            "S" => number.direction = Some(Direction::South),
            "E" => number.direction = Some(Direction::East),
            "W" => number.direction = Some(Direction::West),
            _ if letters.len() <= 2 => number.text.push_str(letters),
            _ => return None,
        }
        return Some(number);
    }
    Some(HouseNumber::new(text.to_owned(), Shape::DigitFirst, 1))
}

/// `N6W23001`, `W229 N1433`, `A17`.
fn grid_number(words: &[Word<'_>]) -> Option<HouseNumber> {
    let first = words.first()?;
    let clean = |text: &str| text.replace('-', "");
    let compass = |text: &str| text.starts_with(['N', 'S', 'E', 'W']);
    let letters = first
        .text
        .bytes()
        .take_while(u8::is_ascii_alphabetic)
        .count();
    let mut number = HouseNumber::new(clean(first.text), Shape::LetterFirst, 1);
    let second = words.get(1).filter(|word| {
        word.shape == Shape::LetterFirst && compass(word.text) && compass(first.text)
    });
    if let Some(second) = second {
        number.text.push_str(&clean(second.text));
        number.length = 2;
    }
    (letters == 1).then_some(number)
}

/// `ONE MAIN ST`, `TWENTY FIVE ELM ST`. Above one, not before what such words count (`FIVE POINTS`).
fn spelled_number(words: &[Word<'_>]) -> Option<HouseNumber> {
    let cardinal = |place: usize| match words.get(place)?.number_word()? {
        (value, NumberWord::Cardinal) => Some(value),
        _ => None,
    };
    let first = cardinal(0)?;
    let (value, length) = match cardinal(1) {
        Some(second) if first >= 20 && second < 10 => (first + second, 2),
        _ => (first, 1),
    };
    let next = words.get(length)?;
    let counts = next.text.ends_with('S') && next.text.len() > 3 && next.direction().is_none();
    let measures = next.is_one_of(&[
        "MILE", "WAY", "NOTCH", "POINT", "ACRE", "OAK", "STAR", "FORKS",
    ]);
    if measures || (value > 1 && counts) {
        return None;
    }
    Some(HouseNumber::new(value.to_string(), Shape::Letters, length))
}
