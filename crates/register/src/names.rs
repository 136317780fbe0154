//! Dictionaries of names: texts by number, bearers of each token, and tokens a slip apart.
//!
//! Place in the flow: part of the match plane. Typo neighbourhoods stand here, once for each
//! distinct name, and not once for each person (the symmetric-deletion index of SymSpell,
//! Garbe 2012).
//!
//! Left to others: comparing (identity).

use identity::{compare::is_slip_of_bytes, complete::all_of};
use rayon::prelude::*;

use crate::bytes::{FormatError, Numbers, Reader, Section, Writer, count32, touch};

/// Sorted distinct texts, each with a number: its place.
#[derive(Debug)]
pub struct TextTable {
    ends: Numbers,
    text: Section,
}

/// The sections of a table of sorted distinct texts; `None` beyond 4 GiB.
pub fn write_texts<'a>(sorted: impl Iterator<Item = &'a str>, writer: &mut Writer) -> Option<()> {
    let mut text = Vec::new();
    let mut ends = Vec::new();
    for next in sorted {
        text.extend_from_slice(next.as_bytes());
        ends.push(count32(text.len())?);
    }
    writer.section32(ends.into_iter());
    writer.section(&text);
    Some(())
}

impl TextTable {
    /// How many texts there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Where the text of a number stands.
    fn range(ends: &[[u8; 4]], number: u32) -> Option<(usize, usize)> {
        let end_of = |place: usize| usize::try_from(u32::from_le_bytes(*ends.get(place)?)).ok();
        let place = usize::try_from(number).ok()?;
        let start = match place.checked_sub(1) {
            Some(before) => end_of(before)?,
            None => 0,
        };
        Some((start, end_of(place)?))
    }

    fn bytes(&self, number: u32) -> Option<&[u8]> {
        let (start, end) = Self::range(self.ends.chunks(), number)?;
        self.text.get(start..end)
    }

    /// The text of a number.
    #[must_use]
    pub fn get(&self, number: u32) -> Option<&str> {
        std::str::from_utf8(self.bytes(number)?).ok()
    }

    /// The texts of many numbers, fetched side by side; `None` where one is away.
    #[must_use]
    pub fn get_all(&self, numbers: &[u32]) -> Option<Vec<&str>> {
        let texts = self.bytes_of_all(numbers)?.into_iter();
        // In place: the list of bytes becomes that of texts.
        texts.map(|bytes| std::str::from_utf8(bytes).ok()).collect()
    }

    fn bytes_of_all(&self, numbers: &[u32]) -> Option<Vec<&[u8]>> {
        let ends = self.ends.chunks();
        let place = |number: &u32| usize::try_from(*number).ok();
        touch(
            numbers
                .iter()
                .map(|number| ends.get(place(number)?)?.first()),
        );
        let text: &[u8] = &self.text;
        let texts: Vec<&[u8]> = all_of(numbers.iter().map(|number| {
            let (start, end) = Self::range(ends, *number)?;
            text.get(start..end)
        }))?;
        touch(texts.iter().map(|text| text.first()));
        Some(texts)
    }

    /// Reads two sections.
    ///
    /// # Errors
    /// [`FormatError`] where ends do not ascend to the text's length, or texts do not ascend.
    pub fn read(reader: &mut Reader, section: &'static str) -> Result<Self, FormatError> {
        let ends = reader.section32(section)?;
        let text = reader.section(section)?;
        let table = Self { ends, text };
        let last = table.ends.iter().last().unwrap_or(0);
        let whole = count32(table.text.len()) == Some(last);
        let mut before: Option<&str> = None;
        let ascending = (0..count32(table.len()).unwrap_or(0)).all(|number| {
            let this = table.get(number);
            let is_after = number == 0 || before < this;
            before = this;
            this.is_some() && is_after
        });
        if whole && ascending {
            Ok(table)
        } else {
            Err(reader.content_error(section))
        }
    }
}

/// Entries that a bucket of the directory of deletions holds, on average at most.
const BUCKET_ENTRIES: usize = 4;

/// Tokens of names with the number of people who bear each, and their typo neighbourhoods.
#[derive(Debug)]
pub struct TokenTable {
    tokens: TextTable,
    bearers: Numbers,
    /// People who bear a token a slip away from each.
    similar: Numbers,
    /// Number of a token, then the hash of it with one letter left out (or none), four bytes each;
    /// ascending by hash.
    deletions: Section,
    /// Where the entries of each of the 2^`directory_bits` first parts of a hash begin, and the end.
    directory: Vec<u32>,
    directory_bits: u32,
}

/// What a table knows of a token.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Neighbourhood {
    /// Its number, where it is in the table.
    pub own: Option<u32>,
    /// Tokens one edit or exchange away from it, itself not included, ascending.
    pub slips: Vec<u32>,
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

/// The sections of a table of tokens, ascending, with their bearers; `None` beyond 2^32.
pub fn write_tokens(ascending: &[(&str, u32)], writer: &mut Writer) -> Option<()> {
    let (tokens, bearers): (Vec<&str>, Vec<u32>) = ascending.iter().copied().unzip();
    write_texts(tokens.iter().copied(), writer)?;
    let mut pairs: Vec<u64> = Vec::new();
    for (number, token) in (0_u64..).zip(&tokens) {
        let hashes = deletions(token).into_iter();
        pairs.extend(hashes.map(|hash| u64::from(hash) << 32 | number));
    }
    pairs.par_sort_unstable();
    let similar = similar_bearers(&tokens, &bearers, &pairs)?;
    writer.section32(bearers.into_iter());
    writer.section32(similar.into_iter());
    writer.section64(pairs.into_iter());
    Some(())
}

/// For each token how many people bear one a slip away, at most 2^32 − 1: counted once, because rows
/// ask it of every name.
fn similar_bearers(tokens: &[&str], bearers: &[u32], pairs: &[u64]) -> Option<Vec<u32>> {
    let entries: Vec<[u8; 8]> = pairs.iter().map(|pair| pair.to_le_bytes()).collect();
    let (bits, starts) = directory(&entries)?;
    let deletions = Deletions {
        entries: &entries,
        directory: &starts,
        directory_bits: bits,
    };
    let similar = |token: &&str| {
        let near = deletions.of_common_deletions(token).into_iter();
        near.filter_map(|number| {
            let place = usize::try_from(number).ok()?;
            let is_near = is_slip_of_bytes(tokens.get(place)?.as_bytes(), token.as_bytes());
            is_near.then(|| bearers.get(place).copied()).flatten()
        })
        .fold(0_u32, u32::saturating_add)
    };
    Some(tokens.par_iter().map(similar).collect())
}

fn hash_of(entry: &[u8; 8]) -> u32 {
    let [_, _, _, _, a, b, c, d] = *entry;
    u32::from_le_bytes([a, b, c, d])
}

fn number_of(entry: &[u8; 8]) -> u32 {
    let [a, b, c, d, ..] = *entry;
    u32::from_le_bytes([a, b, c, d])
}

/// The bucket of a hash.
fn bucket(hash: u32, bits: u32) -> usize {
    usize::try_from(u64::from(hash) >> (32 - bits)).unwrap_or(0)
}

/// Bits and starts of the directory of deletions; `None` where hashes do not ascend.
fn directory(entries: &[[u8; 8]]) -> Option<(u32, Vec<u32>)> {
    let bits = (entries.len() / BUCKET_ENTRIES).max(1).ilog2().min(24) + 1;
    let mut starts: Vec<u32> = Vec::with_capacity((1 << bits) + 1);
    let mut before = 0;
    for (place, entry) in entries.iter().enumerate() {
        let hash = hash_of(entry);
        if hash < before {
            return None;
        }
        before = hash;
        let next = bucket(hash, bits).checked_add(1)?;
        if starts.len() < next {
            starts.resize(next, count32(place)?);
        }
    }
    starts.resize((1 << bits) + 1, count32(entries.len())?);
    Some((bits, starts))
}

/// The index of deletions.
#[derive(Clone, Copy)]
struct Deletions<'t> {
    entries: &'t [[u8; 8]],
    directory: &'t [u32],
    directory_bits: u32,
}

impl<'t> Deletions<'t> {
    /// The entries whose hashes begin as this one does.
    fn of(self, hash: u32) -> Option<&'t [[u8; 8]]> {
        let bucket = bucket(hash, self.directory_bits);
        let start = usize::try_from(*self.directory.get(bucket)?).ok()?;
        let end = usize::try_from(*self.directory.get(bucket + 1)?).ok()?;
        self.entries.get(start..end)
    }

    /// Tokens that become one with this one if each loses one letter or none: among them all that are
    /// a slip away. Ascending.
    fn of_common_deletions(self, token: &str) -> Vec<u32> {
        let hashes = deletions(token);
        let blocks: Vec<&[[u8; 8]]> = hashes
            .iter()
            .map(|hash| self.of(*hash).unwrap_or(&[]))
            .collect();
        touch(blocks.iter().map(|block| block.first()?.first()));
        let mut near: Vec<u32> = Vec::with_capacity(128);
        for (hash, block) in hashes.iter().zip(blocks) {
            let same = block.iter().filter(|entry| hash_of(entry) == *hash);
            near.extend(same.map(number_of));
        }
        near.sort_unstable();
        near.dedup();
        near
    }
}

/// The count of a token's number; 0 where there is none.
fn count_at(counts: &Numbers, number: u32) -> u64 {
    let place = usize::try_from(number).ok();
    place
        .and_then(|place| counts.get(place))
        .map_or(0, u64::from)
}

impl TokenTable {
    /// How many people bear the token of a number.
    #[must_use]
    pub fn bearers_of(&self, number: u32) -> u64 {
        count_at(&self.bearers, number)
    }

    /// How many people bear a token a slip away from that of a number.
    #[must_use]
    pub fn similar_to(&self, number: u32) -> u64 {
        count_at(&self.similar, number)
    }

    /// The number of a token; `None` where nobody bears it.
    #[must_use]
    pub fn number(&self, token: &str) -> Option<u32> {
        let whole = hash(token.bytes());
        let of_hash = self.deletions().of(whole)?.iter();
        of_hash
            .filter(|entry| hash_of(entry) == whole)
            .map(number_of)
            .find(|number| self.tokens.bytes(*number) == Some(token.as_bytes()))
    }

    fn deletions(&self) -> Deletions<'_> {
        let (entries, _) = self.deletions.as_chunks::<8>();
        Deletions {
            entries,
            directory: &self.directory,
            directory_bits: self.directory_bits,
        }
    }

    /// The token of a number.
    #[must_use]
    pub fn token(&self, number: u32) -> Option<&str> {
        self.tokens.get(number)
    }

    /// A token's own number and those a slip away.
    #[must_use]
    pub fn neighbourhood(&self, token: &str) -> Neighbourhood {
        let near = self.deletions().of_common_deletions(token);
        let texts = self.tokens.bytes_of_all(&near).unwrap_or_default();
        let mut found = Neighbourhood::default();
        for (number, other) in near.into_iter().zip(texts) {
            if is_slip_of_bytes(other, token.as_bytes()) {
                found.slips.push(number);
            } else if other == token.as_bytes() {
                found.own = Some(number);
            }
        }
        found
    }

    /// All tokens with their bearers.
    pub fn iter(&self) -> impl Iterator<Item = (&str, u64)> {
        (0_u32..)
            .zip(self.bearers.iter())
            .filter_map(|(number, count)| Some((self.tokens.get(number)?, u64::from(count))))
    }

    /// Reads the sections of a table.
    ///
    /// # Errors
    /// [`FormatError`] where they contradict each other.
    pub fn read(reader: &mut Reader, section: &'static str) -> Result<Self, FormatError> {
        let tokens = TextTable::read(reader, section)?;
        let bearers = reader.section32(section)?;
        let similar = reader.section32(section)?;
        let deletions = reader.section(section)?;
        let count = count32(tokens.len()).unwrap_or(u32::MAX);
        let (entries, rest) = deletions.as_chunks::<8>();
        let sound = bearers.len() == tokens.len()
            && similar.len() == tokens.len()
            && rest.is_empty()
            && entries.iter().all(|entry| number_of(entry) < count);
        match directory(entries) {
            Some((directory_bits, directory)) if sound => Ok(Self {
                tokens,
                bearers,
                similar,
                deletions,
                directory,
                directory_bits,
            }),
            _ => Err(reader.content_error(section)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use identity::compare::is_slip;
    use proptest::prelude::*;

    use super::*;

    fn table(tokens: &[String]) -> (TokenTable, BTreeMap<&str, u32>) {
        let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
        for token in tokens {
            *counts.entry(token.as_str()).or_insert(0) += 1;
        }
        let mut writer = Writer::new("CSGNTEST", 1);
        let ascending: Vec<(&str, u32)> = counts.clone().into_iter().collect();
        write_tokens(&ascending, &mut writer).unwrap();
        let mut reader = Reader::new("test", writer.finish().into(), "CSGNTEST", 1).unwrap();
        let table = TokenTable::read(&mut reader, "tokens").unwrap();
        reader.end().unwrap();
        (table, counts)
    }

    proptest! {
        /// The deletion index against comparing with every token.
        #[test]
        fn slips_are_those_that_a_full_scan_finds(
            tokens in prop::collection::vec("[A-C]{1,7}", 0..60), token in "[A-C]{1,7}",
        ) {
            let (table, counts) = table(&tokens);
            let found = table.neighbourhood(&token);
            let fast: Vec<&str> = found
                .slips
                .into_iter()
                .filter_map(|number| table.token(number))
                .collect();
            let own = found.own.and_then(|number| table.token(number));
            prop_assert_eq!(own, counts.get_key_value(token.as_str()).map(|(token, _)| *token));
            prop_assert_eq!(table.number(&token), found.own);
            let mut slow: Vec<&str> = tokens
                .iter()
                .map(String::as_str)
                .filter(|other| *other != token && is_slip(other, &token))
                .collect();
            slow.sort_unstable();
            slow.dedup();
            let bearers: u64 = slow.iter().map(|other| u64::from(counts[other])).sum();
            prop_assert_eq!(found.own.map_or(bearers, |own| table.similar_to(own)), bearers);
            prop_assert_eq!(fast, slow);
        }

        #[test]
        fn tables_read_back(tokens in prop::collection::vec("[A-Z]{1,9}", 0..40)) {
            let (table, counts) = table(&tokens);
            let expected: Vec<(&str, u64)> = counts.iter().map(|(t, n)| (*t, u64::from(*n))).collect();
            let found: Vec<(&str, u64)> = table.iter().collect();
            prop_assert_eq!(&found, &expected);
            let numbers: Vec<u32> = (0..u32::try_from(found.len()).unwrap()).rev().collect();
            let texts: Vec<&str> = numbers.iter().filter_map(|n| table.token(*n)).collect();
            prop_assert_eq!(table.tokens.get_all(&numbers), Some(texts));
            prop_assert_eq!(table.tokens.get_all(&[u32::try_from(found.len()).unwrap()]), None);
        }
    }
}
