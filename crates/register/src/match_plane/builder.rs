//! The match plane while it is made.
//!
//! Place in the flow: build pushes records in order, and writes what comes out.
//!
//! Left to others: the layout and reading (match_plane), tables of names (names).

use std::{collections::HashMap, fmt};

use identity::candidates::{BoundAddress, Marker};
use model::{digest::Digest, time::Date};
use rayon::prelude::*;
use standard::name::Suffix;

use super::{ADDRESS_BYTES, FLAG_HOLD, FLAG_TIN, MAGIC, RECORD_BYTES, VERSION, name_forms};
use crate::{
    bytes::{Writer, count32},
    interner::{Interner, Known, Seed},
    names::{write_texts, write_tokens},
};

/// One person ready for the match plane, in record order. `Debug` prints nothing of it.
#[derive(Clone, Copy)]
pub struct MatchRecord<'a> {
    /// Given names in standard form, joined by spaces.
    pub given: &'a str,
    /// Surnames likewise.
    pub surnames: &'a str,
    /// Generational suffix.
    pub suffix: Option<Suffix>,
    /// Date of birth.
    pub date_of_birth: Option<Date>,
    /// Top 32 bits of the bound TIN.
    pub tin: Option<u32>,
    /// Hold or identity theft.
    pub marker: Marker,
}

impl fmt::Debug for MatchRecord<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("MatchRecord(personal)")
    }
}

const fn suffix_code(suffix: Option<Suffix>) -> u8 {
    match suffix {
        None => 0,
        Some(Suffix::Junior) => 1,
        Some(Suffix::Senior) => 2,
        Some(Suffix::Second) => 3,
        Some(Suffix::Third) => 4,
        Some(Suffix::Fourth) => 5,
        Some(Suffix::Fifth) => 6,
    }
}

/// A date as `yyyymmdd`; 0 for none or a year before 1.
fn date_code(date: Option<Date>) -> u32 {
    date.map_or(0, |date| {
        let number = |value: i16| u32::try_from(value).unwrap_or(0);
        number(date.year()) * 10_000 + number(date.month().into()) * 100 + number(date.day().into())
    })
}

/// Packs eight numbers of 12 bits into 12 bytes.
fn pack(parts: [u16; 8]) -> [u8; 12] {
    let whole = parts
        .into_iter()
        .rev()
        .fold(0_u128, |sum, part| sum << 12 | u128::from(part & 0xfff));
    let mut packed = [0; 12];
    for (place, byte) in packed.iter_mut().zip(whole.to_le_bytes()) {
        *place = byte;
    }
    packed
}

/// The sections of distinct texts, while a plane is made.
struct NameSections<'t> {
    /// Of texts ascending.
    texts: Vec<u8>,
    /// Of tokens and their bearers.
    tokens: Vec<u8>,
    /// The place of each number's text.
    places: Vec<u32>,
    /// Tokens ascending, with the people who bear each.
    bearers: Vec<(&'t str, u32)>,
}

/// Makes sections; `tokens` are those of a text.
fn sections<'t, I: Iterator<Item = &'t str>>(
    texts: &'t Interner,
    tokens: impl Fn(&'t str) -> I,
) -> Option<NameSections<'t>> {
    let mut texts: Vec<(&str, Known)> = texts.iter().collect();
    texts.par_sort_unstable_by_key(|(text, _)| *text);
    let mut bearers: HashMap<&str, u32, Seed> = HashMap::default();
    let mut places = vec![0; texts.len()];
    for (place, (text, known)) in (0_u32..).zip(&texts) {
        *places.get_mut(usize::try_from(known.number).ok()?)? = place;
        for token in tokens(text) {
            let people = bearers.entry(token).or_insert(0);
            *people = people.saturating_add(known.people);
        }
    }
    let mut bearers: Vec<(&str, u32)> = bearers.into_iter().collect();
    bearers.par_sort_unstable();
    let (mut names, mut tokens) = (Writer::default(), Writer::default());
    write_texts(texts.iter().map(|(text, _)| *text), &mut names)?;
    write_tokens(&bearers, &mut tokens)?;
    Some(NameSections {
        texts: names.finish(),
        tokens: tokens.finish(),
        places,
        bearers,
    })
}

/// The first word: of given names only the first is counted.
fn first_word(text: &str) -> impl Iterator<Item = &str> {
    text.split(' ')
        .next()
        .filter(|word| !word.is_empty())
        .into_iter()
}

/// Each word once.
fn distinct_words(text: &str) -> impl Iterator<Item = &str> {
    let mut words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
    words.sort_unstable();
    words.dedup();
    words.into_iter()
}

/// Collects records in order and makes the bytes of a match plane of them.
#[derive(Default)]
pub struct MatchPlaneBuilder {
    given: Interner,
    surnames: Interner,
    // Laid out as in the file, but for the numbers of names.
    records: Vec<u8>,
    // Laid out as in the file, but for residences where they are given at the end.
    addresses: Vec<u8>,
}

impl MatchPlaneBuilder {
    /// An empty one with room for so many people and addresses.
    #[must_use]
    pub fn expecting(people: usize, addresses: usize) -> Self {
        Self {
            records: Vec::with_capacity(people.saturating_mul(RECORD_BYTES)),
            addresses: Vec::with_capacity(addresses.saturating_mul(ADDRESS_BYTES)),
            ..Self::default()
        }
    }

    /// Has the memory fetch what is known of the names of records that are added next.
    pub fn touch<'t>(&self, records: impl Iterator<Item = MatchRecord<'t>> + Clone) {
        self.given.touch(records.clone().map(|record| record.given));
        self.surnames.touch(records.map(|record| record.surnames));
    }

    /// Adds the next record, with every address of its history; `None` beyond the format's limits.
    pub fn push(&mut self, record: &MatchRecord<'_>, addresses: &[BoundAddress]) -> Option<()> {
        let given = self.given.number(record.given)?;
        let surnames = self.surnames.number(record.surnames)?;
        let start = count32(self.addresses.len() / ADDRESS_BYTES)?;
        let count = u16::try_from(addresses.len()).ok()?;
        let mut flags = 0;
        if record.tin.is_some() {
            flags |= FLAG_TIN;
        }
        if record.marker == Marker::Hold {
            flags |= FLAG_HOLD;
        }
        let table = &mut self.records;
        table.extend_from_slice(&given.to_le_bytes());
        table.extend_from_slice(&surnames.to_le_bytes());
        table.extend_from_slice(&date_code(record.date_of_birth).to_le_bytes());
        table.extend_from_slice(&record.tin.unwrap_or(0).to_le_bytes());
        table.extend_from_slice(&start.to_le_bytes());
        table.extend_from_slice(&count.to_le_bytes());
        table.extend_from_slice(&[suffix_code(record.suffix), flags]);
        for address in addresses {
            self.addresses.extend_from_slice(&pack(address.parts));
            self.addresses.push(address.present);
            self.addresses
                .extend_from_slice(&address.entry.0.to_le_bytes());
            self.addresses
                .extend_from_slice(&address.residence.to_le_bytes());
        }
        Some(())
    }

    /// The plane, with a residence for each address in order where there are any; `None` beyond the
    /// format's limits.
    #[must_use]
    pub fn finish(mut self, residences: &[u32]) -> Option<MadePlane> {
        let given = sections(&self.given, first_word)?;
        let surnames = sections(&self.surnames, distinct_words)?;
        let (records, _) = self.records.as_chunks_mut::<RECORD_BYTES>();
        records.par_iter_mut().for_each(|record| {
            let (numbers, _) = record.as_chunks_mut::<4>();
            let places = [&given.places, &surnames.places];
            for (number, places) in numbers.iter_mut().zip(places) {
                let place = usize::try_from(u32::from_le_bytes(*number)).unwrap_or(usize::MAX);
                *number = places.get(place).copied().unwrap_or(0).to_le_bytes();
            }
        });
        let (addresses, _) = self.addresses.as_chunks_mut::<ADDRESS_BYTES>();
        for (address, residence) in addresses.iter_mut().zip(residences) {
            if let Some(place) = address.last_chunk_mut::<4>() {
                *place = residence.to_le_bytes();
            }
        }
        let head = |bytes: &[u8]| {
            let mut head = Writer::default();
            head.section_head(bytes.len());
            head.finish()
        };
        Some(MadePlane {
            name_forms: name_forms(given.bearers.iter().map(|(token, _)| *token)),
            pieces: [
                Writer::new(MAGIC, VERSION).finish(),
                given.texts,
                surnames.texts,
                given.tokens,
                surnames.tokens,
                head(&self.records),
                self.records,
                head(&self.addresses),
                self.addresses,
            ],
        })
    }
}

/// A match plane in memory.
pub struct MadePlane {
    /// What stands in its file, one piece after the other: joined, the tables of millions would stand in
    /// memory twice.
    pub pieces: [Vec<u8>; 9],
    /// See [`super::MatchPlane::name_forms`].
    pub name_forms: Digest,
}
