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

use model::column::Column;

use crate::{
    key::{exact_key, pair_key, reseeded},
    view::RowView,
};

/// Values of a signature.
pub(crate) const VALUES: usize = 24;

/// Values of one band: rows that agree in a whole band are compared.
pub(crate) const BAND: usize = 3;

/// Equal values from which two reasons count as one, of [`VALUES`]; about 0.6 of their word pairs.
pub(crate) const ALIKE: usize = 15;

/// Longest reason looked at, in bytes.
const MAXIMUM_REASON_BYTES: usize = 8_000;

/// Words that the statute or any request uses; they make no reason specific.
const BOILERPLATE: &[&str] = &[
    "a", "address", "agency", "an", "and", "any", "are", "as", "at", "be", "been", "by", "c",
    "case", "criminal", "disclosure", "enforcement", "federal", "for", "from", "has", "have",
    "he", "her", "hers", "him", "his", "i", "in", "information", "investigation", "is", "it",
    "its", "law", "mailing", "may", "needed", "number", "of", "on", "or", "person",
    "proceeding", "proceedings", "pursuant", "reason", "relevance", "relevant", "request",
    "requested", "required", "return", "s", "section", "she", "statute", "subject", "such",
    "tax", "taxpayer", "that", "the", "their", "them", "they", "this", "to", "u", "under",
    "usc", "was", "were", "which", "who", "will", "with",
];

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
        let equal = self.values.iter().zip(&other.values).filter(|(a, b)| a == b).count();
        self.whole != 0 && other.whole != 0 && (self.whole == other.whole || equal >= ALIKE)
    }

    /// Key of band `index`.
    pub(crate) fn band(&self, index: usize) -> u64 {
        let values = self.values.iter().skip(index * BAND).take(BAND);
        values.fold(0xb5, |key, value| (key << 16) ^ u64::from(*value))
    }
}

/// Words of a text, lower case, without any word that holds a digit.
pub(crate) fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::with_capacity(text.len() / 6);
    let text = text.get(..text.floor_char_boundary(MAXIMUM_REASON_BYTES)).unwrap_or(text);
    for word in text.split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '’') {
        if word.is_empty() || word.bytes().any(|byte| byte.is_ascii_digit()) {
            continue;
        }
        words.push(if word.is_ascii() { word.to_ascii_lowercase() } else { word.to_lowercase() });
    }
    words
}

/// The words of a row's reason that are neither boilerplate nor names and places of the row itself.
pub(crate) fn content(view: &RowView<'_>) -> Vec<String> {
    let mut own: Vec<String> = Vec::with_capacity(12);
    for column in [
        Column::GivenNames,
        Column::Surnames,
        Column::City,
        Column::OfficerName,
    ] {
        own.extend(words(view.text(column)));
    }
    let mut words = words(view.text(Column::Reason));
    words.retain(|word| BOILERPLATE.binary_search(&word.as_str()).is_err() && !own.contains(word) && !is_month(word));
    words
}

fn is_month(word: &str) -> bool {
    const MONTHS: [&str; 12] = [
        "january", "february", "march", "april", "may", "june", "july", "august", "september",
        "october", "november", "december",
    ];
    MONTHS.contains(&word)
}

/// The signature of a row's reason.
pub(crate) fn signature(view: &RowView<'_>) -> ReasonSignature {
    signature_of(&content(view))
}

/// The signature of normal words.
pub(crate) fn signature_of(words: &[String]) -> ReasonSignature {
    if words.is_empty() {
        return ReasonSignature::default();
    }
    let keys: Vec<u64> = words.iter().map(|word| exact_key(word)).collect();
    let mut least = [u64::MAX; VALUES];
    for shingle in shingles(&keys) {
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
    let pairs = keys.iter().zip(keys.iter().skip(1)).map(|(a, b)| pair_key(*a, *b));
    pairs.chain(single)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn split(text: &str) -> Vec<String> {
        words(text)
    }

    /// The oracle: the true share of word pairs in common, in hundredths.
    fn overlap(a: &[String], b: &[String]) -> usize {
        let pairs = |words: &[String]| -> BTreeSet<(String, String)> {
            words.iter().cloned().zip(words.iter().skip(1).cloned()).collect()
        };
        let (a, b) = (pairs(a), pairs(b));
        a.intersection(&b).count() * 100 / a.union(&b).count().max(1)
    }

    #[test]
    fn boilerplate_is_sorted() {
        assert!(BOILERPLATE.windows(2).all(|pair| pair[0] < pair[1]), "{BOILERPLATE:?}");
    }

    #[test]
    fn digits_and_case_do_not_matter() {
        let a = signature_of(&split("Left the country 2019 and came back in case 24-CR-1"));
        let b = signature_of(&split("left The country 2020 and came back in case 24-CR-9"));
        assert_eq!(a, b);
        assert!(!signature_of(&[]).is_like(&signature_of(&[])));
    }

    proptest! {
        /// The estimate stays within what 24 values can err by.
        #[test]
        fn the_estimate_follows_the_oracle(
            a in prop::collection::vec("[a-d]{1,2}", 2..40),
            b in prop::collection::vec("[a-d]{1,2}", 2..40),
        ) {
            let alike = signature_of(&a).is_like(&signature_of(&b));
            let share = overlap(&a, &b);
            prop_assert!(!alike || share >= 15, "{share}");
            prop_assert!(alike || share < 97, "{share}");
        }
    }
}
