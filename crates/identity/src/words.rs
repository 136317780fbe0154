//! The words of a name, without the heap for as many as names are cut to.
//!
//! Place in the flow: under the comparison of names.
//!
//! Left to others: what words mean (names).

use std::ops::Deref;

/// Words kept without the heap: as many as names are cut to.
const WORDS_INLINE: usize = 8;

/// The words of a text parted by spaces. Read as a slice.
#[derive(Clone)]
pub struct Words<'t> {
    few: [&'t str; WORDS_INLINE],
    /// How many of `few` there are; 0 where there are `many`.
    count: usize,
    many: Vec<&'t str>,
}

/// The words of a text for a moment. Most surnames are one word, which needs no place of its own.
pub fn with_words<R>(text: &str, read: impl FnOnce(&[&str]) -> R) -> R {
    if !text.is_empty() && !text.as_bytes().contains(&b' ') {
        read(&[text])
    } else {
        read(&Words::of(text))
    }
}

impl<'t> Words<'t> {
    /// Parts a text.
    #[must_use]
    pub fn of(text: &'t str) -> Self {
        let mut words = Self {
            few: [""; WORDS_INLINE],
            count: 0,
            many: Vec::new(),
        };
        // Byte by byte: names are short, and a search for each space would cost more.
        let mut start = 0;
        for (place, byte) in text.bytes().enumerate() {
            if byte == b' ' {
                words.push(text.get(start..place).unwrap_or(""));
                start = place.saturating_add(1);
            }
        }
        words.push(text.get(start..).unwrap_or(""));
        words
    }

    /// Adds a word; an empty one is none.
    fn push(&mut self, word: &'t str) {
        if word.is_empty() {
            return;
        }
        match self.few.get_mut(self.count) {
            Some(place) if self.many.is_empty() => {
                *place = word;
                self.count += 1;
            }
            _ => {
                if self.many.is_empty() {
                    self.many.extend_from_slice(&self.few);
                }
                self.many.push(word);
            }
        }
    }
}

impl<'t> Deref for Words<'t> {
    type Target = [&'t str];

    fn deref(&self) -> &[&'t str] {
        if self.many.is_empty() {
            self.few.get(..self.count).unwrap_or(&[])
        } else {
            &self.many
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn words_are_those_between_spaces(text in "[AB ]{0,40}") {
            let expected: Vec<&str> = text.split_whitespace().collect();
            prop_assert_eq!(&*Words::of(&text), expected.as_slice());
            with_words(&text, |words| {
                prop_assert_eq!(words, expected.as_slice());
                Ok(())
            })?;
        }
    }
}
