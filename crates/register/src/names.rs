//! Dictionaries of names: texts by number, bearers of each token, and tokens a slip apart.
//!
//! Place in the flow: part of the match plane. Typo neighbourhoods stand here, once for each
//! distinct name, and not once for each person (the symmetric-deletion index of SymSpell,
//! Garbe 2012).
//!
//! Left to others: comparing (identity).

use std::collections::BTreeMap;

use identity::compare::is_slip;

use crate::bytes::{FormatError, Reader, Writer, count32};

/// Sorted distinct texts, each with a number: its place.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct TextTable {
    ends: Vec<u32>,
    text: String,
}

impl TextTable {
    /// A table of sorted distinct texts; `None` beyond 4 GiB.
    #[must_use]
    pub fn new<'a>(sorted: impl Iterator<Item = &'a str>) -> Option<Self> {
        let mut table = Self::default();
        for text in sorted {
            table.text.push_str(text);
            table.ends.push(count32(table.text.len())?);
        }
        Some(table)
    }

    /// How many texts there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The text of a number.
    #[must_use]
    pub fn get(&self, number: u32) -> Option<&str> {
        let place = usize::try_from(number).ok()?;
        let end = usize::try_from(*self.ends.get(place)?).ok()?;
        let start = match place.checked_sub(1) {
            Some(before) => usize::try_from(*self.ends.get(before)?).ok()?,
            None => 0,
        };
        self.text.get(start..end)
    }

    /// The number of a text.
    #[must_use]
    pub fn find(&self, text: &str) -> Option<u32> {
        let (mut low, mut high) = (0_u32, count32(self.len())?);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.get(middle)?.cmp(text) {
                std::cmp::Ordering::Equal => return Some(middle),
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }

    /// Writes two sections.
    pub fn write(&self, writer: &mut Writer) {
        writer.section32(self.ends.iter().copied());
        writer.section(self.text.as_bytes());
    }

    /// Reads two sections.
    ///
    /// # Errors
    /// [`FormatError`] where ends do not ascend to the text's length, or texts do not ascend.
    pub fn read(reader: &mut Reader<'_>, section: &'static str) -> Result<Self, FormatError> {
        let ends = reader.section32(section)?;
        let text = std::str::from_utf8(reader.section(section)?)
            .map_err(|_| reader.content_error(section))?
            .to_owned();
        let table = Self { ends, text };
        let last = table.ends.last().copied().unwrap_or(0);
        let whole = count32(table.text.len()) == Some(last);
        let ascending = (0..count32(table.len()).unwrap_or(0)).all(|number| {
            let this = table.get(number);
            this.is_some() && (number == 0 || table.get(number - 1) < this)
        });
        if whole && ascending {
            Ok(table)
        } else {
            Err(reader.content_error(section))
        }
    }
}

/// Tokens of names with the number of people who bear each, and their typo neighbourhoods.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct TokenTable {
    tokens: TextTable,
    bearers: Vec<u32>,
    /// Hash of a token with one letter left out (or none), and the token's number; sorted.
    deletions: Vec<(u32, u32)>,
}

/// FNV-1a, 32 bits (Fowler, Noll, Vo).
fn hash(bytes: impl Iterator<Item = u8>) -> u32 {
    bytes.fold(0x811c_9dc5, |value, byte| {
        (value ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}

/// Hashes of a token and of it with each one byte left out.
fn deletions(token: &str) -> Vec<u32> {
    let mut hashes: Vec<u32> = (0..token.len())
        .map(|out| {
            hash(
                token
                    .bytes()
                    .enumerate()
                    .filter(move |(place, _)| *place != out)
                    .map(|(_, byte)| byte),
            )
        })
        .collect();
    hashes.push(hash(token.bytes()));
    hashes.sort_unstable();
    hashes.dedup();
    hashes
}

impl TokenTable {
    /// A table of tokens and bearers; `None` beyond 2^32.
    #[must_use]
    pub fn new(counts: &BTreeMap<&str, u32>) -> Option<Self> {
        let tokens = TextTable::new(counts.keys().copied())?;
        let mut pairs = Vec::new();
        for (number, token) in (0_u32..).zip(counts.keys()) {
            pairs.extend(deletions(token).into_iter().map(|hash| (hash, number)));
        }
        pairs.sort_unstable();
        Some(Self {
            tokens,
            bearers: counts.values().copied().collect(),
            deletions: pairs,
        })
    }

    /// How many people bear a token.
    #[must_use]
    pub fn bearers(&self, token: &str) -> u64 {
        self.tokens
            .find(token)
            .map_or(0, |number| self.bearers_of(number))
    }

    fn bearers_of(&self, number: u32) -> u64 {
        usize::try_from(number)
            .ok()
            .and_then(|place| self.bearers.get(place))
            .map_or(0, |count| u64::from(*count))
    }

    /// The token of a number.
    #[must_use]
    pub fn token(&self, number: u32) -> Option<&str> {
        self.tokens.get(number)
    }

    /// Tokens one edit or exchange away from a token, itself not included, ascending.
    #[must_use]
    pub fn slips(&self, token: &str) -> Vec<u32> {
        let mut near: Vec<u32> = Vec::new();
        for hash in deletions(token) {
            let start = self.deletions.partition_point(|(other, _)| *other < hash);
            let found = self.deletions.iter().skip(start);
            near.extend(
                found
                    .take_while(|(other, _)| *other == hash)
                    .map(|(_, number)| *number),
            );
        }
        near.sort_unstable();
        near.dedup();
        near.retain(|number| {
            self.tokens
                .get(*number)
                .is_some_and(|other| other != token && is_slip(other, token))
        });
        near
    }

    /// People who bear a token a slip apart.
    #[must_use]
    pub fn slip_bearers(&self, token: &str) -> u64 {
        self.slips(token)
            .into_iter()
            .fold(0, |sum, number| sum + self.bearers_of(number))
    }

    /// All tokens with their bearers.
    pub fn iter(&self) -> impl Iterator<Item = (&str, u64)> {
        (0_u32..)
            .zip(&self.bearers)
            .filter_map(|(number, count)| Some((self.tokens.get(number)?, u64::from(*count))))
    }

    /// Writes the sections of the table.
    pub fn write(&self, writer: &mut Writer) {
        self.tokens.write(writer);
        writer.section32(self.bearers.iter().copied());
        writer.section64(
            self.deletions
                .iter()
                .map(|(hash, number)| u64::from(*hash) << 32 | u64::from(*number)),
        );
    }

    /// Reads the sections of a table.
    ///
    /// # Errors
    /// [`FormatError`] where they contradict each other.
    pub fn read(reader: &mut Reader<'_>, section: &'static str) -> Result<Self, FormatError> {
        let tokens = TextTable::read(reader, section)?;
        let bearers = reader.section32(section)?;
        let deletions: Vec<(u32, u32)> = reader
            .section64(section)?
            .into_iter()
            .map(|pair| {
                (
                    u32::try_from(pair >> 32).unwrap_or(u32::MAX),
                    u32::try_from(pair & u64::from(u32::MAX)).unwrap_or(u32::MAX),
                )
            })
            .collect();
        let count = count32(tokens.len()).unwrap_or(u32::MAX);
        let sound = bearers.len() == tokens.len()
            && deletions.is_sorted()
            && deletions.iter().all(|(_, number)| *number < count);
        if sound {
            Ok(Self {
                tokens,
                bearers,
                deletions,
            })
        } else {
            Err(reader.content_error(section))
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn table(tokens: &[String]) -> TokenTable {
        let mut counts = BTreeMap::new();
        for token in tokens {
            *counts.entry(token.as_str()).or_insert(0) += 1;
        }
        TokenTable::new(&counts).unwrap()
    }

    proptest! {
        /// The deletion index against comparing with every token.
        #[test]
        fn slips_are_those_that_a_full_scan_finds(
            tokens in prop::collection::vec("[A-C]{1,7}", 0..60), token in "[A-C]{1,7}",
        ) {
            let table = table(&tokens);
            let fast: Vec<&str> = table
                .slips(&token)
                .into_iter()
                .filter_map(|number| table.tokens.get(number))
                .collect();
            let mut slow: Vec<&str> = tokens
                .iter()
                .map(String::as_str)
                .filter(|other| *other != token && is_slip(other, &token))
                .collect();
            slow.sort_unstable();
            slow.dedup();
            prop_assert_eq!(fast, slow);
        }

        #[test]
        fn tables_read_back(tokens in prop::collection::vec("[A-Z]{1,9}", 0..40)) {
            let table = table(&tokens);
            let mut writer = Writer::new("CSGNTEST", 1);
            table.write(&mut writer);
            let bytes = writer.finish();
            let mut reader = Reader::new("test", &bytes, "CSGNTEST", 1).unwrap();
            prop_assert_eq!(TokenTable::read(&mut reader, "tokens").unwrap(), table);
        }
    }
}
