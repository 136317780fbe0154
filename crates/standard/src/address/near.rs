//! Placeholders with a slip: a letter doubled, lost, added, changed or swapped, or the words turned round.
//!
//! Place in the flow: [`super::junk`] asks here when a line is no placeholder letter for letter. The
//! whole line counts (its house number, types and neutral words left out), never a part of it, and behind
//! a number only long texts do: `12 Restin St` may be a street, `12345 Dont Crae` is none.
//!
//! Left to others: the lists ([`crate::lists`]), exact phrases ([`super::junk`]).

use super::{problem::PlaceholderKind, words::Word};
use crate::lists::Lists;

/// Fewest letters of a line without a number, and of one behind a number, in which one slip is looked for.
const FEWEST: (usize, usize) = (5, 8);
/// Most letters looked at: the longest phrase and a slip.
const MOST: usize = 40;

/// The placeholder a line is but for one slip, doubled letters or the order of its words.
pub(crate) fn nearly_placeholder(words: &[Word<'_>], lists: &Lists) -> Option<PlaceholderKind> {
    let letters = || words.iter().filter(|word| word.is_letters());
    let named = |word: &&Word<'_>| {
        !word.is_strong_type()
            && word.direction().is_none()
            && !word.designator().is_some_and(|known| known.strong)
            && word.placeholder() != Some(None)
    };
    let numbered = words.first().is_some_and(Word::has_digit);
    let fewest = if numbered { FEWEST.1 } else { FEWEST.0 };
    near(letters(), fewest, lists).or_else(|| near(letters().filter(named), fewest, lists))
}

fn near<'b, 'a: 'b>(
    words: impl Iterator<Item = &'b Word<'a>> + Clone,
    fewest: usize,
    lists: &Lists,
) -> Option<PlaceholderKind> {
    let length: usize = words.clone().map(|word| word.text.len()).sum();
    if length < fewest || length > MOST {
        return None;
    }
    let first = *words.clone().next()?.text.as_bytes().first()?;
    let letters = words.clone().fold(LetterSet::default(), |letters, word| {
        letters.with(LetterSet::of(word.text))
    });
    if !lists.may_be_near(first, length, letters) {
        return None;
    }
    let mut text = String::with_capacity(length);
    text.extend(words.clone().map(|word| word.text));
    lists
        .squeezed(&text)
        .or_else(|| lists.one_slip_from(&text, fewest))
        .or_else(|| {
            // The words of a phrase in another order.
            let (phrase, kind) = lists.of_letters(&text)?;
            let mut words = words;
            words.all(|word| phrase.contains(word.text)).then_some(kind)
        })
}

/// Which letters a text has: a quick look before two texts are compared letter by letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct LetterSet(u32);

impl LetterSet {
    pub(crate) fn of(text: &str) -> Self {
        let mut letters = Self::default();
        text.bytes().for_each(|letter| letters.add(letter));
        letters
    }

    const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(crate) fn add(&mut self, letter: u8) {
        self.0 |= 1 << (letter & 31);
    }

    pub(crate) const fn has(self, letter: u8) -> bool {
        self.0 & (1 << (letter & 31)) != 0
    }

    /// Whether one slip may make a text of the one a text of the other: it brings in one letter at most,
    /// and does away with one.
    pub(crate) const fn is_near(self, other: Self) -> bool {
        (self.0 ^ other.0).count_ones() <= 2
    }
}

/// Runs of one letter as one letter.
pub(crate) fn squeeze(text: &str) -> impl Iterator<Item = u8> + '_ {
    let mut last = None;
    text.bytes()
        .filter(move |letter| last.replace(*letter) != Some(*letter))
}

/// A number that texts of the same letters have in common, in whatever order these stand.
pub(crate) fn letter_sum(text: &str) -> u64 {
    text.bytes().fold(0, |sum, letter| {
        let mixed = (u64::from(letter) + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        sum.wrapping_add((mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9))
    })
}

/// A number that texts have in common if they are the same but for runs of letters.
pub(crate) fn squeezed_sum(text: &str) -> u64 {
    squeeze(text).fold(0xcbf2_9ce4_8422_2325, |hash: u64, letter| {
        (hash ^ u64::from(letter)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Whether one letter lost, added, changed or swapped with its neighbour makes one text the other.
pub(crate) fn is_one_slip(left: &[u8], right: &[u8]) -> bool {
    let (short, long) = if left.len() <= right.len() {
        (left, right)
    } else {
        (right, left)
    };
    let prefix = short.iter().zip(long).take_while(|(a, b)| a == b).count();
    let (short, long) = (
        short.get(prefix..).unwrap_or_default(),
        long.get(prefix..).unwrap_or_default(),
    );
    match (short, long) {
        ([a, b, short @ ..], [c, d, long @ ..]) if a == d && b == c && short == long => true,
        ([_, short @ ..], [_, long @ ..]) if short == long => true,
        (short, [_, long @ ..]) => short == long,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_turned_round_are_found_and_mere_anagrams_are_not() {
        let check = |line: &str, expected: Option<PlaceholderKind>| {
            let text = crate::address::words::LineText::new(&[line]);
            let found = nearly_placeholder(&text.words(), crate::lists::lists());
            assert_eq!(found, expected, "{line}");
        };
        check("12 Provide Failed To", Some(PlaceholderKind::NotProvided));
        check("12 Evidor Failed Top", None);
        check("12 Restin St", None);
        check("12345 Dont Crae", Some(PlaceholderKind::Refused));
        check("Refusde", Some(PlaceholderKind::Refused));
    }

    /// Every text one slip away, by making them all.
    fn slips(text: &str) -> Vec<String> {
        let letters: Vec<char> = text.chars().collect();
        let mut all = Vec::new();
        for place in 0..=letters.len() {
            for letter in ['A', 'B', 'C'] {
                let mut longer = letters.clone();
                longer.insert(place, letter);
                all.push(longer);
                if place < letters.len() {
                    let mut other = letters.clone();
                    other[place] = letter;
                    all.push(other);
                }
            }
            if place < letters.len() {
                let mut shorter = letters.clone();
                shorter.remove(place);
                all.push(shorter);
            }
            if place + 1 < letters.len() {
                let mut turned = letters.clone();
                turned.swap(place, place + 1);
                all.push(turned);
            }
        }
        all.into_iter()
            .map(|word| word.into_iter().collect())
            .collect()
    }

    #[test]
    fn one_slip_is_what_making_all_slips_finds() {
        let words: Vec<String> = (0..243_u32)
            .map(|mut number| {
                let mut word = String::new();
                for _ in 0..1 + number % 5 {
                    word.push(['A', 'B', 'C'][(number % 3) as usize]);
                    number /= 3;
                }
                word
            })
            .collect();
        for left in &words {
            let near = slips(left);
            for right in words.iter().filter(|right| *right != left) {
                let expected = near.contains(right);
                assert_eq!(
                    is_one_slip(left.as_bytes(), right.as_bytes()),
                    expected,
                    "{left} {right}"
                );
                let letters = LetterSet::of(left).is_near(LetterSet::of(right));
                assert!(letters || !expected, "{left} {right}");
            }
        }
    }
}
