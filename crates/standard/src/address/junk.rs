//! Lines that are no address: placeholders, filler, keys struck at random, descriptions.
//!
//! Place in the flow: asked about the words of the delivery lines, and about the city, before the
//! grammar's own verdict counts, so that the writer is told what is really wrong.
//!
//! Left to others: the lists themselves ([`crate::lists`]).

use super::{
    near::nearly_placeholder,
    problem::{AddressProblem, PlaceholderKind},
    words::{Shape, Word},
};
use crate::lists::{Lists, Meaning, lists};

/// What makes a delivery line no address; `None` for a line that may be one.
pub(crate) fn junk(words: &[Word<'_>]) -> Option<AddressProblem> {
    let letters = Letters::new(words);
    let meaning = letters.meaning(lists());
    if let Some(kind) = placeholder_in(words, &letters, meaning) {
        return Some(AddressProblem::Placeholder(kind));
    }
    if is_filler(words, &letters) {
        return Some(AddressProblem::RepeatedFiller);
    }
    match meaning {
        Some(Meaning::Description) => Some(AddressProblem::Description),
        _ => doubtful(words),
    }
}

/// Words that say that what follows is not, or not quite, the address.
const HEDGES: &[&str] = &[
    "NEAR",
    "NOT",
    "ABOUT",
    "AROUND",
    "APPROX",
    "APPROXIMATELY",
    "POSSIBLY",
    "PROBABLY",
    "MAYBE",
    "PERHAPS",
];

/// Placeholders that are written before a number nobody is sure of.
const OPEN: &[&str] = &["TBD", "TBA", "TBC", "UNK", "UNKN", "UKN", "IDK", "N/A"];

/// What makes a line that reads like an address none for certain.
fn doubtful(words: &[Word<'_>]) -> Option<AddressProblem> {
    if let [first, second, _, ..] = words
        && second.has_digit()
    {
        if HEDGES.contains(&first.text) {
            return Some(AddressProblem::Uncertain);
        }
        if OPEN.contains(&first.text) {
            return Some(AddressProblem::Placeholder(PlaceholderKind::Undetermined));
        }
    }
    words
        .windows(3)
        .find_map(|three| match three {
            [before, word, after] => doubt_at(before, word, after),
            _ => None,
        })
        .or_else(|| {
            let open = words.first().is_some_and(is_open_number);
            open.then_some(AddressProblem::Uncertain)
        })
}

fn doubt_at(before: &Word<'_>, word: &Word<'_>, after: &Word<'_>) -> Option<AddressProblem> {
    let number = before.has_digit();
    let block =
        before.shape == Shape::Digits && word.is_one_of(&["BLOCK", "BLK"]) && after.is("OF");
    let or = word.is("OR") && before.is_letters() && after.shape == Shape::Digits && !is_zip(after);
    if block || or {
        return Some(AddressProblem::Uncertain);
    }
    let street = number && after.is_strong_type();
    match word.text {
        "ANY" if street => Some(AddressProblem::Placeholder(PlaceholderKind::Sample)),
        "XX" if street => Some(AddressProblem::RepeatedFiller),
        _ => None,
    }
}

/// Five digits or nine: after `OR` they end an address in Oregon.
fn is_zip(word: &Word<'_>) -> bool {
    matches!(word.text.len(), 5 | 9)
}

/// `1XX`, `12XX`: a house number left open.
fn is_open_number(word: &Word<'_>) -> bool {
    let open = word.text.trim_start_matches(|c: char| c.is_ascii_digit());
    word.shape == Shape::DigitFirst && open.len() >= 2 && open.bytes().all(|byte| byte == b'X')
}

/// Whether a line has a question mark right after a digit, or several together: `12?? Main St`.
pub(crate) fn is_questioned(line: &str) -> bool {
    let bytes = line.as_bytes();
    bytes.contains(&b'?')
        && bytes.windows(2).any(|pair| match pair {
            [a, b] => *b == b'?' && (*a == b'?' || a.is_ascii_digit()),
            _ => false,
        })
        && bytes.iter().any(u8::is_ascii_alphanumeric)
}

/// What makes a text (a city) a placeholder.
pub(crate) fn placeholder(words: &[Word<'_>]) -> Option<PlaceholderKind> {
    let letters = Letters::new(words);
    placeholder_in(words, &letters, letters.meaning(lists()))
}

/// Whether a text (a city) is filler or keys struck at random.
pub(crate) fn is_noise(words: &[Word<'_>]) -> bool {
    is_filler(words, &Letters::new(words)) || words.iter().any(is_mashed)
}

/// The letters of a line without spaces, and where its words begin.
struct Letters {
    text: Vec<u8>,
    /// Positions in `text` at which words begin, ascending.
    starts: Vec<usize>,
}

impl Letters {
    fn new(words: &[Word<'_>]) -> Self {
        let mut letters = Self {
            text: Vec::with_capacity(64),
            starts: Vec::with_capacity(words.len()),
        };
        for word in words {
            letters.push(word);
        }
        letters
    }

    /// Words with digits count where the digits stand for letters (`UNKN0WN`).
    fn push(&mut self, word: &Word<'_>) {
        let disguised = || {
            let letters = word.text.bytes().filter(u8::is_ascii_alphabetic).count();
            let zero = word.shape == Shape::LetterFirst
                && word.text.len() == letters + 1
                && word.text.contains('0');
            letters >= 3 || zero
        };
        let counts = match word.shape {
            Shape::Letters => true,
            Shape::DigitFirst | Shape::LetterFirst => disguised(),
            _ => false,
        };
        if !counts {
            return;
        }
        self.starts.push(self.text.len());
        if word.text.bytes().all(|byte| byte.is_ascii_uppercase()) {
            self.text.extend_from_slice(word.text.as_bytes());
            return;
        }
        self.text.extend(word.text.bytes().filter_map(undisguised));
    }

    /// All letters, and all digits of words that have a letter, for the letters they stand for: for a line
    /// written in digits and letters throughout (`N0N3 0N FIL3`). `None` where no word mixes them.
    fn undisguised(words: &[Word<'_>]) -> Option<Self> {
        let mixed = |word: &Word<'_>| {
            matches!(word.shape, Shape::DigitFirst | Shape::LetterFirst)
                && word.text.bytes().any(|b| b.is_ascii_alphabetic())
        };
        if !words.iter().any(mixed) {
            return None;
        }
        let mut letters = Self {
            text: Vec::with_capacity(64),
            starts: Vec::with_capacity(words.len()),
        };
        for word in words.iter().filter(|word| mixed(word) || word.is_letters()) {
            letters.starts.push(letters.text.len());
            letters
                .text
                .extend(word.text.bytes().filter_map(undisguised));
        }
        Some(letters)
    }

    fn ends_at(&self, position: usize) -> bool {
        position == self.text.len() || self.starts.binary_search(&position).is_ok()
    }

    fn meaning(&self, lists: &Lists) -> Option<Meaning> {
        self.starts.iter().find_map(|&start| {
            let rest = self.text.get(start..)?;
            lists.phrase(rest, |length| self.ends_at(start + length))
        })
    }

    fn as_str(&self) -> &str {
        std::str::from_utf8(&self.text).unwrap_or_default()
    }
}

/// A letter, or the letter a digit stands for.
fn undisguised(byte: u8) -> Option<u8> {
    Some(match byte {
        b'0' => b'O',
        b'1' => b'I',
        b'3' => b'E',
        b'4' => b'A',
        b'5' => b'S',
        b'7' => b'T',
        b'A'..=b'Z' => byte,
        _ => return None,
    })
}

fn placeholder_in(
    words: &[Word<'_>],
    letters: &Letters,
    meaning: Option<Meaning>,
) -> Option<PlaceholderKind> {
    if let Some(Meaning::Placeholder(kind)) = meaning {
        return Some(kind);
    }
    let lists = lists();
    // `200 N 300` and `12 Bar` may be streets; longer lines say what they say with a number too.
    let numbered = words.first().is_some_and(|word| !word.is_letters());
    let short = numbered && letters.text.len() < 8;
    let whole = if short {
        None
    } else {
        lists.line(letters.as_str())
    };
    whole
        .or_else(|| only_placeholder_words(words))
        .or_else(|| nearly_placeholder(words, lists))
        .or_else(|| disguised_placeholder(words, lists))
}

/// A line that is a placeholder when the digits inside its words are read as letters.
fn disguised_placeholder(words: &[Word<'_>], lists: &Lists) -> Option<PlaceholderKind> {
    let letters = Letters::undisguised(words)?;
    match letters.meaning(lists) {
        Some(Meaning::Placeholder(kind)) => Some(kind),
        _ => lists.squeezed(letters.as_str()),
    }
}

/// Whether all words of letters are placeholder words, neutral words, types, directionals or
/// designators, and at least one is a placeholder word.
fn only_placeholder_words(words: &[Word<'_>]) -> Option<PlaceholderKind> {
    let mut found = None;
    for word in words.iter().filter(|word| word.is_letters()) {
        match word.placeholder() {
            Some(Some(kind)) => found = found.or(Some(kind)),
            Some(None) => {}
            None if word.is_strong_type() || word.direction().is_some() => {}
            None if word
                .designator()
                .is_some_and(|designator| designator.strong) => {}
            None => return None,
        }
    }
    found
}

/// One character or word over and over: `XXXXX`, `NANANANA`, `MAIN MAIN MAIN`, `00000`.
fn is_filler(words: &[Word<'_>], letters: &Letters) -> bool {
    let digits_only = words.iter().all(|word| word.shape == Shape::Digits);
    let same_digits = digits_only
        && words
            .iter()
            .all(|word| one_character(word.text.as_bytes(), 3));
    let route = matches!(words, [first, number, ..] if first.is("RR") && number.has_digit());
    let kinds = distinct(&letters.text);
    let few = kinds <= 1 && letters.text.len() >= 2 && !route && !has_street_number(words);
    let alternating = kinds == 2 && letters.text.len() >= 6;
    let thrice = words.windows(3).any(|three| match three {
        [a, b, c] => a.text.len() > 1 && a.text == b.text && b.text == c.text,
        _ => false,
    });
    same_digits || few || alternating || thrice || is_repeated(words)
}

/// A word of one letter four times or more; or three times where no other word could be a name.
fn is_repeated(words: &[Word<'_>]) -> bool {
    let filler = |(place, word): (usize, &Word<'_>), least: usize| {
        if !word.is_letters() || !one_character(word.text.as_bytes(), least) {
            return false;
        }
        let road = place.checked_sub(1).and_then(|place| words.get(place));
        let numbered_road = road.is_some_and(|road| road.street_type().is_some());
        word.text != "III" && !numbered_road
    };
    let names = |word: &&Word<'_>| {
        word.is_letters()
            && word.text.len() >= 3
            && word.street_type().is_none()
            && word.direction().is_none()
            && !one_character(word.text.as_bytes(), 3)
    };
    words.iter().enumerate().any(|word| filler(word, 3))
        && (words.iter().enumerate().any(|word| filler(word, 4))
            || !words.iter().any(|word| names(&word)))
}

/// A line that begins with a number and goes on in letters may be a street of one letter.
fn has_street_number(words: &[Word<'_>]) -> bool {
    words.first().is_some_and(Word::has_digit)
        && words.get(1..).is_some_and(|rest| {
            !rest.iter().any(|word| {
                word.is_letters() && word.text.len() >= 2 && one_character(word.text.as_bytes(), 2)
            })
        })
}

fn one_character(bytes: &[u8], at_least: usize) -> bool {
    bytes.len() >= at_least && bytes.iter().all(|byte| Some(byte) == bytes.first())
}

/// How many different letters, counted up to 3.
fn distinct(letters: &[u8]) -> usize {
    let mut seen = [0_u8; 2];
    let mut count = 0;
    for &letter in letters {
        if seen.iter().take(count).any(|&known| known == letter) {
            continue;
        }
        match seen.get_mut(count) {
            Some(slot) => *slot = letter,
            None => return 3,
        }
        count += 1;
    }
    count
}

/// The place of each letter in the rows `QWERTYUIOP ASDFGHJKL ZXCVBNM`, gaps counted.
const KEYS: [i8; 26] = [
    11, 25, 23, 13, 2, 14, 15, 16, 7, 17, 18, 19, 27, 26, 8, 9, 0, 3, 12, 4, 6, 24, 1, 22, 5, 21,
];

/// Runs of four keys that are no part of any word; others (`WERT`, `ERTY`) are.
const RUNS: &[&str] = &[
    "ASDF", "SDFG", "DFGH", "FGHJ", "GHJK", "HJKL", "QWER", "ZXCV", "XCVB", "CVBN", "VBNM", "FDSA",
    "GFDS", "HGFD", "JHGF", "KJHG", "LKJH", "REWQ", "VCXZ", "BVCX", "NBVC", "MNBV", "UIOP", "POIU",
];

/// Whether a word is keys struck in keyboard order or without any vowel.
pub(crate) fn is_mashed(word: &Word<'_>) -> bool {
    word.is_letters()
        && word.text.len() >= 4
        && (is_row_run(word.text.as_bytes())
            || is_unpronounceable(word)
            || is_struck_again(word.text.as_bytes()))
}

/// From a key to its neighbour: 1 to the right, -1 to the left, 0 to one that is none.
fn step(first: u8, second: u8) -> i8 {
    let place = |letter: u8| KEYS.get(usize::from(letter.checked_sub(b'A')?));
    match (place(first), place(second)) {
        (Some(a), Some(b)) if (b - a).abs() == 1 => b - a,
        _ => 0,
    }
}

/// Five neighbouring keys of a row of the keyboard either way, or four that no word has.
fn is_row_run(word: &[u8]) -> bool {
    let (mut length, mut last) = (1_usize, 0);
    for (place, pair) in word.windows(2).enumerate() {
        let [first, second] = *pair else { continue };
        let here = step(first, second);
        length = match here {
            0 => 1,
            _ if here == last => length + 1,
            _ => 2,
        };
        last = here;
        let four = word
            .get((place + 2).saturating_sub(4)..place + 2)
            .unwrap_or_default();
        if length >= 5 || (length == 4 && RUNS.iter().any(|run| run.as_bytes() == four)) {
            return true;
        }
    }
    false
}

/// Three or four neighbouring keys struck over and over: `JKLJKL`, `QWEQWEQWE`.
fn is_struck_again(word: &[u8]) -> bool {
    let neighbours = |pair: &[u8]| match *pair {
        [first, second] => step(first, second) != 0,
        _ => false,
    };
    (3..=4).any(|period| {
        let (unit, rest) = word.split_at_checked(period).unwrap_or_default();
        rest.len() >= period
            && unit.windows(2).all(neighbours)
            && rest.iter().zip(unit.iter().cycle()).all(|(a, b)| a == b)
    })
}

/// Seven letters or more without a vowel (Y counts), and no known abbreviation.
fn is_unpronounceable(word: &Word<'_>) -> bool {
    let vowel = |byte: u8| matches!(byte, b'A' | b'E' | b'I' | b'O' | b'U' | b'Y');
    word.text.len() >= 7
        && word.street_type().is_none()
        && word.direction().is_none()
        && word.designator().is_none()
        && !word.text.bytes().any(vowel)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::words::LineText;

    #[test]
    fn keys_have_their_places() {
        let rows = "QWERTYUIOP ASDFGHJKL ZXCVBNM";
        for letter in b'A'..=b'Z' {
            let place = rows.bytes().position(|key| key == letter).unwrap();
            assert_eq!(usize::try_from(KEYS[usize::from(letter - b'A')]), Ok(place));
        }
    }

    #[test]
    fn keyboard_runs_are_known_and_words_are_not() {
        for run in [
            "ASDF",
            "QWERTY",
            "LKJHG",
            "XXASDFXX",
            "TYUIO",
            "ZXCVBNM",
            "BCDFGHJKL",
        ] {
            let text = LineText::new(&[run]);
            assert!(text.words().iter().any(is_mashed), "{run}");
        }
        for word in [
            "LIBERTY", "PROPERTY", "WERTZ", "ANDREWS", "RHYTHM", "TREES", "SCHMIDT", "POLK",
            "CRTNY",
        ] {
            let text = LineText::new(&[word]);
            assert!(!text.words().iter().any(is_mashed), "{word}");
        }
    }

    /// The indexed search for phrases finds what looking for every phrase at every word finds.
    #[test]
    fn indexed_search_agrees_with_the_plain_one() {
        let lists = lists();
        let corpus = include_str!("../../tests/data/junk.txt").lines();
        let good = include_str!("../../tests/data/unusual.tsv").lines();
        for line in corpus.chain(good) {
            let text = LineText::new(&[line]);
            let words = text.words();
            let letters = Letters::new(&words);
            let plain = letters.starts.iter().any(|&start| {
                let rest = &letters.as_str()[start..];
                lists.all_phrases().any(|phrase| {
                    rest.starts_with(phrase)
                        && (phrase.len() >= 8 || letters.ends_at(start + phrase.len()))
                })
            });
            assert_eq!(letters.meaning(lists).is_some(), plain, "{line}");
        }
    }
}
