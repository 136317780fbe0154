//! Distinct texts of names, numbered as they come, with the number of people of each.
//!
//! Place in the flow: under the match plane while it is built; asked twice for every person. Its hash also
//! tells addresses of a piece apart (build).
//!
//! Left to others: what a text is made of, and the sections of the file (match_plane, names).

use std::{
    collections::HashMap,
    fmt,
    hash::{BuildHasher, Hasher, RandomState},
};

use crate::bytes::count32;

/// Distinct texts by number. `Debug` prints nothing of them.
#[derive(Default)]
pub struct Interner(HashMap<Box<str>, Known, Seed>);

/// What is known of a text.
#[derive(Debug, Clone, Copy)]
pub struct Known {
    /// Its place among the texts in the order they came.
    pub number: u32,
    /// People who bear it.
    pub people: u32,
}

impl fmt::Debug for Interner {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Interner(personal)")
    }
}

impl Interner {
    /// The number of a text, which one more person bears; `None` beyond 2^32 texts.
    pub fn number(&mut self, text: &str) -> Option<u32> {
        if let Some(known) = self.0.get_mut(text) {
            known.people = known.people.saturating_add(1);
            return Some(known.number);
        }
        let number = count32(self.0.len())?;
        self.0.insert(text.into(), Known { number, people: 1 });
        Some(number)
    }

    /// Looks many texts up before their numbers are asked for one after the other, so that the memory
    /// fetches what is known of them side by side.
    pub fn touch<'t>(&self, texts: impl Iterator<Item = &'t str>) {
        let known = texts.filter_map(|text| self.0.get(text));
        std::hint::black_box(known.fold(0, |all, known| all ^ known.number));
    }

    /// The texts, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Known)> {
        self.0.iter().map(|(text, known)| (&**text, *known))
    }
}

/// Begins each hash; drawn for each map, so that whoever writes names cannot easily choose ones that
/// collide. If many did, a build would take longer, no more.
pub struct Seed(u64);

impl Default for Seed {
    fn default() -> Self {
        Self(RandomState::new().hash_one(()))
    }
}

impl BuildHasher for Seed {
    type Hasher = Words;

    fn build_hasher(&self) -> Words {
        Words(self.0)
    }
}

/// Multiplies eight bytes at a time to sixteen and folds them: names are short, and of the time that the
/// standard library's hash takes most is beginning and ending.
pub struct Words(u64);

const FACTOR: u128 = 0x9e37_79b9_7f4a_7c15;

impl Words {
    fn word(&mut self, word: u64) {
        let wide = u128::from(self.0 ^ word).wrapping_mul(FACTOR);
        self.0 = wide as u64 ^ (wide >> 64) as u64;
    }
}

impl Hasher for Words {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.word(u64::from_le_bytes(*word));
        }
        let rest = rest.iter().rev();
        self.word(rest.fold(0, |word, byte| word << 8 | u64::from(*byte)));
    }

    /// The end of a text.
    fn write_u8(&mut self, byte: u8) {
        self.0 = self.0.wrapping_add(u64::from(byte));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn equal_texts_have_one_number() {
        let mut texts = Interner::default();
        let numbers = ["ANA", "JUAN", "ANA", ""].map(|text| texts.number(text));
        assert_eq!(numbers, [Some(0), Some(1), Some(0), Some(2)]);
        let mut all: Vec<(&str, u32, u32)> = texts
            .iter()
            .map(|(text, known)| (text, known.number, known.people))
            .collect();
        all.sort_unstable();
        assert_eq!(all, [("", 2, 1), ("ANA", 0, 2), ("JUAN", 1, 1)]);
        assert_eq!(format!("{texts:?}"), "Interner(personal)");
    }

    #[test]
    fn similar_texts_have_hashes_of_their_own() {
        let seed = Seed::default();
        let texts = (0..20_000).map(|number| format!("NAME {number}"));
        let hashes: BTreeSet<u64> = texts.map(|text| seed.hash_one(text.as_str())).collect();
        assert_eq!(hashes.len(), 20_000);
        // Both ends of a hash choose a place in the map.
        let ends = |shift: u32| hashes.iter().map(move |hash| hash >> shift & 0x7f);
        for shift in [0, 57] {
            assert_eq!(ends(shift).collect::<BTreeSet<u64>>().len(), 128);
        }
    }
}
