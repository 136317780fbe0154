//! Whether two reasons say the same once names, dates, numbers and the statute's own words are
//! taken out (LAW.md check 13).
//!
//! Place in the flow: each row's reason becomes a [`ReasonSignature`]; `rule/reason_clone.rs` joins
//! near-equal ones into clusters.
//!
//! The signature is MinHash (Broder 1997) over pairs of neighbouring words, 24 values of 16 bits:
//! the share of equal values estimates the share of word pairs two reasons have in common.
//!
//! Left to others: what a cluster means (the rule).

use std::sync::OnceLock;

use crate::key::{exact_key, pair_key, reseeded};

/// Values of a signature.
pub(crate) const VALUES: usize = 24;

/// Values of one band: rows that agree in a whole band are compared.
pub(crate) const BAND: usize = 3;

/// Equal values from which two reasons count as one, of [`VALUES`]; about 0.6 of their word pairs.
pub(crate) const ALIKE: usize = 15;

/// Longest reason looked at, in bytes.
const MAXIMUM_REASON_BYTES: usize = 8_000;

/// Words that the statute or any request uses, and months; they make no reason specific.
const BOILERPLATE: &str = "a address agency an and any are as at be been by c case criminal \
    disclosure enforcement federal for from has have he her hers him his i in information \
    investigation is it its law mailing may needed number of on or person proceeding proceedings \
    pursuant reason relevance relevant request requested required return s section she statute \
    subject such tax taxpayer that the their them they this to u under usc was were which who will \
    with january february march april june july august september october november december";

/// A reason as it is compared. The default is that of an empty reason, alike to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct ReasonSignature {
    /// Key of the whole normal text; 0 for one without content.
    pub(crate) whole: u64,
    pub(crate) values: [u16; VALUES],
}

impl ReasonSignature {
    /// Whether two reasons count as one.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        let pairs = self.values.iter().zip(&other.values);
        let equal = pairs.filter(|(a, b)| a == b).count();
        self.whole != 0 && other.whole != 0 && (self.whole == other.whole || equal >= ALIKE)
    }

    /// Key of band `index`.
    pub(crate) fn band(&self, index: usize) -> u64 {
        let values = self.values.iter().skip(index * BAND).take(BAND);
        values.fold(0xb5, |key, value| (key << 16) ^ u64::from(*value))
    }
}

/// The words of a text, lower case, without any word that holds a digit. Has no `Debug`: a reason
/// is about a person.
#[derive(Clone, Default)]
pub(crate) struct Words {
    text: String,
    // INVARIANT: each lies within `text`, on character boundaries.
    spans: Vec<(usize, usize)>,
}

impl Words {
    /// Splits a text, of which at most 8,000 bytes are looked at.
    pub(crate) fn of(text: &str) -> Self {
        let end = text.floor_char_boundary(MAXIMUM_REASON_BYTES);
        let text = text.get(..end).unwrap_or_default();
        let text = if text.is_ascii() {
            text.to_ascii_lowercase()
        } else {
            text.to_lowercase()
        };
        let mut spans = Vec::with_capacity(text.len() / 6 + 1);
        let mut place = 0;
        for word in text.split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '’') {
            let separator = text
                .get(place + word.len()..)
                .and_then(|rest| rest.chars().next());
            if !word.is_empty() && !word.bytes().any(|byte| byte.is_ascii_digit()) {
                spans.push((place, place + word.len()));
            }
            place += word.len() + separator.map_or(0, char::len_utf8);
        }
        Self { text, spans }
    }

    /// How many there are.
    pub(crate) const fn len(&self) -> usize {
        self.spans.len()
    }

    /// The word at a position; empty beyond the last.
    pub(crate) fn at(&self, position: usize) -> &str {
        let (start, end) = self.spans.get(position).copied().unwrap_or_default();
        self.text.get(start..end).unwrap_or_default()
    }

    /// Whether a mark that ends a clause stands between the word before and this one; also before
    /// the first word.
    pub(crate) fn begins_clause(&self, position: usize) -> bool {
        let Some((_, end)) = position.checked_sub(1).and_then(|at| self.spans.get(at)) else {
            return true;
        };
        let start = self.spans.get(position).map_or(*end, |(start, _)| *start);
        let between = self.text.get(*end..start).unwrap_or_default();
        between.contains([',', ';', ':', '.', '!', '?', '(', ')', '\n', '–', '—'])
    }

    /// All in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|position| self.at(position))
    }

    /// Keys of those that are neither boilerplate nor among the row's own `names`.
    pub(crate) fn content(&self, names: &[u64]) -> Vec<u64> {
        let keys = self.iter().map(exact_key);
        keys.filter(|key| !is_boilerplate(*key) && !names.contains(key))
            .collect()
    }
}

/// Words of requests that say nothing of a person's case, beside [`BOILERPLATE`].
const EMPTY_WORDS: &str = "above advised aforementioned agency alien amet applicable asdf assist \
    attached attachment available adipiscing basis below blah carrying confidential connection \
    consectetur current currently determined dolor duties elit enclosed enforcement file files \
    follow forthcoming given herein here individual individuals ipsum known later law locate lorem \
    matter mission na named necessary need no none not official ongoing only out pending please \
    purpose purposes provide provided qwerty refer same see shall sit sought specific tba tbd test \
    testing time today unavailable unknown upon use verify whereabouts would xxx xxxx you your";

/// How many different words of substance stand among the keys of a reason's content, counted up to
/// `most`.
pub(crate) fn distinct_substance(keys: &[u64], most: usize) -> usize {
    static EMPTY: OnceLock<Vec<u64>> = OnceLock::new();
    let empty = EMPTY.get_or_init(|| sorted_keys(EMPTY_WORDS));
    let mut seen = Vec::with_capacity(most);
    for key in keys {
        if seen.len() >= most {
            break;
        }
        if !seen.contains(key) && empty.binary_search(key).is_err() {
            seen.push(*key);
        }
    }
    seen.len()
}

fn sorted_keys(words: &str) -> Vec<u64> {
    let mut keys: Vec<u64> = words.split_whitespace().map(exact_key).collect();
    keys.sort_unstable();
    keys
}

/// Keys of the words of a name or place, as they would stand in a reason.
pub(crate) fn name_keys(text: &str, into: &mut Vec<u64>) {
    into.extend(Words::of(text).iter().map(exact_key));
}

fn is_boilerplate(key: u64) -> bool {
    static KEYS: OnceLock<Vec<u64>> = OnceLock::new();
    let keys = KEYS.get_or_init(|| sorted_keys(BOILERPLATE));
    keys.binary_search(&key).is_ok()
}

/// The signature of the keys of a reason's content.
pub(crate) fn signature(keys: &[u64]) -> ReasonSignature {
    if keys.is_empty() {
        return ReasonSignature::default();
    }
    let mut least = [u64::MAX; VALUES];
    for shingle in shingles(keys) {
        for (index, value) in (0_u64..).zip(&mut least) {
            *value = (*value).min(reseeded(shingle, index));
        }
    }
    ReasonSignature {
        whole: keys.iter().fold(1, |whole, key| pair_key(whole, *key)),
        values: least.map(|value| u16::try_from(value & 0xffff).unwrap_or(u16::MAX)),
    }
}

/// Keys of neighbouring words; of the word itself where there is only one.
fn shingles(keys: &[u64]) -> impl Iterator<Item = u64> {
    let single = keys.first().copied().filter(|_| keys.len() == 1);
    let pairs = keys.iter().zip(keys.iter().skip(1));
    pairs.map(|(a, b)| pair_key(*a, *b)).chain(single)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn signed(text: &str) -> ReasonSignature {
        signature(&Words::of(text).content(&[]))
    }

    /// The oracle: the true share of word pairs in common, in hundredths.
    fn overlap(a: &[String], b: &[String]) -> usize {
        let pairs = |words: &[String]| -> BTreeSet<(String, String)> {
            words
                .iter()
                .cloned()
                .zip(words.iter().skip(1).cloned())
                .collect()
        };
        let (a, b) = (pairs(a), pairs(b));
        a.intersection(&b).count() * 100 / a.union(&b).count().max(1)
    }

    #[test]
    fn words_are_split_at_everything_but_letters() {
        let words = Words::of("The subject’s «niece», O'Neill — seen 2x on 5th St;done ÉTÉ");
        let shown: Vec<&str> = words.iter().collect();
        assert_eq!(
            shown,
            [
                "the",
                "subject’s",
                "niece",
                "o'neill",
                "seen",
                "on",
                "st",
                "done",
                "été"
            ]
        );
        assert_eq!(Words::of(&"é".repeat(5_000)).len(), 1);
        assert_eq!(Words::of("").len(), 0);
    }

    #[test]
    fn digits_case_names_and_boilerplate_do_not_matter() {
        let a = signed("Left the country 2019 and came back in case 24-CR-1");
        let b = signed("left The country in May 2020 and came back, case 24-CR-9");
        assert_eq!(a, b);
        assert!(!signed("of the").is_like(&signed("of the")));
        let mut names = Vec::new();
        name_keys("Mariela QUINTERO", &mut names);
        assert_eq!(
            Words::of("Quintero left mariela's van")
                .content(&names)
                .len(),
            3
        );
    }

    #[test]
    fn clauses_begin_after_marks() {
        let words = Words::of("No address; needed, he (so) 25-CR-1. Then x-y");
        let begins: Vec<bool> = (0..words.len()).map(|at| words.begins_clause(at)).collect();
        let expected = [true, false, true, true, true, true, true, false, false];
        let shown: Vec<&str> = words.iter().collect();
        assert_eq!(
            shown,
            [
                "no", "address", "needed", "he", "so", "cr", "then", "x", "y"
            ]
        );
        assert_eq!(begins, expected);
    }

    #[test]
    fn substance_is_counted_once_and_up_to_a_limit() {
        let count = |text: &str| distinct_substance(&Words::of(text).content(&[]), 3);
        assert_eq!(count("asdf asdf test tbd lorem ipsum"), 0);
        assert_eq!(count("bail bail bail Bail"), 1);
        assert_eq!(count("bail was forfeited"), 2);
        assert_eq!(count("bail forfeited monitor cut"), 3);
        assert_eq!(distinct_substance(&[], 3), 0);
    }

    proptest! {
        /// The estimate stays within what 24 values can err by.
        #[test]
        fn the_estimate_follows_the_oracle(
            a in prop::collection::vec("[d-g]{2,3}", 2..40),
            b in prop::collection::vec("[d-g]{2,3}", 2..40),
        ) {
            let alike = signed(&a.join(" ")).is_like(&signed(&b.join(" ")));
            let share = overlap(&a, &b);
            prop_assert!(!alike || share >= 15, "{share}");
            prop_assert!(alike || share < 97, "{share}");
        }
    }
}
