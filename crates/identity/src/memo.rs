//! What was found for a text of a register, kept for the time of one query.
//!
//! Place in the flow: the comparator compares each distinct name of the candidates once. A
//! dictionary gives equal names the same place in memory, so the place is the key; equal texts at
//! two places are compared twice, with the same result.
//!
//! Left to others: comparing (compare).

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
    marker::PhantomData,
};

/// Values for texts borrowed for `'r`: while they are, place and length name one text.
#[derive(Debug)]
pub struct Memo<'r, V> {
    values: HashMap<(usize, usize), V, BuildHasherDefault<PlaceHasher>>,
    texts: PhantomData<&'r str>,
}

impl<'r, V: Copy> Memo<'r, V> {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self {
            values: HashMap::default(),
            texts: PhantomData,
        }
    }

    /// The value of a text, made the first time.
    pub fn get(&mut self, text: &'r str, make: impl FnOnce(&'r str) -> V) -> V {
        let place = (text.as_ptr().addr(), text.len());
        *self.values.entry(place).or_insert_with(|| make(text))
    }
}

impl<V: Copy> Default for Memo<'_, V> {
    fn default() -> Self {
        Self::new()
    }
}

/// Multiply and fold. Places in memory are no one's to choose.
#[derive(Debug, Default, Clone, Copy)]
pub struct PlaceHasher(u64);

impl Hasher for PlaceHasher {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_usize(usize::from(*byte));
        }
    }

    fn write_usize(&mut self, word: usize) {
        let word = u64::try_from(word).unwrap_or(u64::MAX);
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn finish(&self) -> u64 {
        // The table looks at the top bits and at the lowest: both depend on all of the word.
        self.0 ^ (self.0 >> 29)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_text_is_made_once_and_never_taken_for_another() {
        let text = "MARIAMARTA";
        let mut memo = Memo::new();
        let mut made = Vec::new();
        for (start, end) in [(0, 5), (5, 10), (0, 5), (0, 10), (0, 4), (5, 10)] {
            let part = &text[start..end];
            let found = memo.get(part, |text| {
                made.push(text);
                text
            });
            assert_eq!(found, part);
        }
        assert_eq!(made, ["MARIA", "MARTA", "MARIAMARTA", "MARI"]);
    }
}
