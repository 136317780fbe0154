//! One person: checks, standard forms, tokens, entries, sealing.
//!
//! Place in the flow: between grouping and writing; runs on all threads. [`place`] checks rows and
//! gives the order of records; [`Maker::make`] does the rest once the record's number is known.
//!
//! Left to others: the planes' layout.

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    sync::{Mutex, MutexGuard, PoisonError},
};

use identity::{
    blocking::{Refinement, record_prints},
    candidates::{BoundAddress, Marker},
    compare::bound_part,
    query::{AddressTokens, bounded_name},
};
use model::{
    digest::Digest,
    id::{EntryNumber, PersonId, RecordNumber},
    time::{Date, TaxPeriod},
    tin::Tin,
    token::{Token, TokenKind},
};
use seal::{
    address::MailingAddress,
    context::SlotKey,
    entry::{SLOTS_MAX, Sealer},
    header::RecordHeader,
    keys::EpochKeys,
    merkle::leaf_hash,
    token::TokenEvaluator,
};
use standard::{
    address::{AddressText, StandardAddress, standardize},
    fold::fold,
    name::{StandardName, standard_name},
};

use super::{BuildError, group::PersonRows};
use crate::{
    extract::{ExtractError, ExtractRow, Field},
    kind::RegisterKind,
    match_plane::MatchRecord,
};

/// One distinct address of a person.
struct PreparedEntry {
    /// Ascending.
    periods: Vec<TaxPeriod>,
    mailing: MailingAddress,
    /// A row it stands in, for errors.
    row: u64,
    /// On-file address key and tokens, where the address has a standard form.
    standard: Option<(SlotKey, AddressTokens)>,
}

/// What a person's rows state beside names and addresses, checked.
pub struct Stated {
    date_of_birth: Option<Date>,
    tin: Option<Tin>,
    marker: Marker,
    /// Whether rows state several birth dates or taxpayer numbers.
    pub contradictory: bool,
}

impl Stated {
    /// Whether the record has a marker.
    pub fn is_held(&self) -> bool {
        self.marker == Marker::Hold
    }
}

/// A person with a place in the register.
pub struct Placed {
    /// Keyed pseudorandom order: places ascend by it.
    pub order: [u8; 32],
    /// What the rows state.
    pub stated: Stated,
    /// The rows.
    pub group: PersonRows,
}

/// Checks a person's rows and gives them their place in the order of records.
///
/// # Errors
/// [`BuildError`] naming row and field.
pub fn place<K: RegisterKind>(group: PersonRows, keys: &EpochKeys) -> Result<Placed, BuildError> {
    let mut marker = Marker::None;
    for (_, row) in &group.rows {
        check_tin::<K>(row)?;
        row.filed_on()?;
        if row.marker(Field::Hold)? || row.marker(Field::IdentityTheft)? {
            marker = Marker::Hold;
        }
    }
    let (date_of_birth, several_births) = latest(&group, ExtractRow::date_of_birth)?;
    let (tin, several_tins) = latest(&group, ExtractRow::tin)?;
    Ok(Placed {
        order: order(&group.person, keys),
        stated: Stated {
            date_of_birth,
            tin,
            marker,
            contradictory: several_births || several_tins,
        },
        group,
    })
}

/// All of a person that the files keep.
pub struct Made {
    /// The record of the match plane; residences are not known yet.
    pub record: MatchRecord,
    /// Fingerprint of the residence of each of its addresses, unit included.
    pub residences: Vec<u64>,
    /// Fingerprints the record is indexed under.
    pub prints: Vec<u64>,
    /// What refines them.
    pub refinement: Refinement,
    /// Count (2 bytes), then each entry behind its length (4 bytes), little-endian.
    pub sealed: Vec<u8>,
    /// Canonical bytes of the header.
    pub header: Vec<u8>,
    /// The header's leaf.
    pub leaf: Digest,
    /// Distinct addresses.
    pub entries: usize,
}

/// What people are made with: the same for all.
pub struct Maker<'a> {
    /// The epoch's keys.
    pub keys: &'a EpochKeys,
    /// Tokens.
    pub tokens: TokenMemory<'a>,
    /// Sealing; `None` where only headers are built.
    pub sealer: Option<Sealer<'a>>,
}

impl Maker<'_> {
    /// Makes everything of the person at a place.
    ///
    /// # Errors
    /// [`BuildError`] naming a row where an address is too long or the entries make no header.
    pub fn make(&self, person: Placed, record: RecordNumber) -> Result<Made, BuildError> {
        let Placed { stated, group, .. } = person;
        let name = latest_name(&group);
        let entries = entries(&group, &self.tokens);
        let tin = stated
            .tin
            .map(|tin| self.tokens.token(TokenKind::Tin, &tin.digits()));
        let standard: Vec<(u16, &AddressTokens)> = (0_u16..)
            .zip(&entries)
            .filter_map(|(number, entry)| Some((number, &entry.standard.as_ref()?.1)))
            .collect();
        let tokens: Vec<&AddressTokens> = standard.iter().map(|(_, tokens)| *tokens).collect();
        let prints = record_prints(&name, stated.date_of_birth, tin.as_ref(), &tokens);
        let header = header(record, &entries)?;
        let sealed = match &self.sealer {
            Some(sealer) => self.seal(&header, &entries, sealer)?,
            None => 0_u16.to_le_bytes().to_vec(),
        };
        let header = header.to_bytes();
        Ok(Made {
            residences: tokens.iter().map(|tokens| residence(tokens)).collect(),
            prints: prints.into_iter().map(|(_, print)| print).collect(),
            refinement: Refinement::of(&name, stated.date_of_birth),
            sealed,
            leaf: leaf_hash(&header),
            header,
            entries: entries.len(),
            record: MatchRecord {
                tin: tin
                    .as_ref()
                    .and_then(|token| u32::try_from(token.bound(record) >> 32).ok()),
                name,
                date_of_birth: stated.date_of_birth,
                marker: stated.marker,
                addresses: standard
                    .iter()
                    .map(|(number, tokens)| bind(tokens, record, EntryNumber(*number)))
                    .collect(),
            },
        })
    }

    /// A person's entries, sealed.
    fn seal(
        &self,
        header: &RecordHeader,
        entries: &[PreparedEntry],
        sealer: &Sealer<'_>,
    ) -> Result<Vec<u8>, BuildError> {
        let mut bytes = Vec::with_capacity(2 + entries.len() * 360);
        let count = u16::try_from(entries.len()).map_err(|_| BuildError::TooLarge)?;
        bytes.extend_from_slice(&count.to_le_bytes());
        for (number, entry) in (0_u16..).zip(entries) {
            let context = header
                .context(self.keys.register(), self.keys.epoch(), EntryNumber(number))
                .ok_or(BuildError::TooLarge)?;
            let sealed = sealer
                .seal(&context, &entry.mailing, &slot_keys(entry, entries))
                .map_err(|source| BuildError::Seal {
                    row: entry.row,
                    source,
                })?
                .to_bytes();
            let length = u32::try_from(sealed.len()).map_err(|_| BuildError::TooLarge)?;
            bytes.extend_from_slice(&length.to_le_bytes());
            bytes.extend_from_slice(&sealed);
        }
        Ok(bytes)
    }
}

fn order(person: &PersonId, keys: &EpochKeys) -> [u8; 32] {
    keys.builder_value("record-order", &[person.as_str().as_bytes()])
}

/// Shards of a token memory, so that threads seldom wait for each other.
const SHARDS: usize = 64;
/// Most tokens one shard remembers.
const SHARD_TOKENS_MAX: usize = 1 << 14;

/// Part of a token memory.
type Shard = Mutex<HashMap<(TokenKind, Box<str>), Token>>;

/// Tokens by part: ZIP codes, numbers and streets repeat across people. It lives as long as a build,
/// in a program that holds the whole extract anyway.
pub struct TokenMemory<'a> {
    evaluator: &'a TokenEvaluator,
    shards: Vec<Shard>,
    hasher: RandomState,
}

impl<'a> TokenMemory<'a> {
    /// An empty one.
    pub fn new(evaluator: &'a TokenEvaluator) -> Self {
        Self {
            evaluator,
            shards: (0..SHARDS).map(|_| Mutex::default()).collect(),
            hasher: RandomState::new(),
        }
    }

    fn token(&self, kind: TokenKind, part: &str) -> Token {
        if kind == TokenKind::Tin {
            return self.evaluator.evaluate(kind, part);
        }
        let key: (TokenKind, Box<str>) = (kind, part.into());
        let place = usize::try_from(self.hasher.hash_one(&key)).unwrap_or(0) % SHARDS;
        let Some(shard) = self.shards.get(place) else {
            return self.evaluator.evaluate(kind, part);
        };
        let known = lock(shard).get(&key).cloned();
        known.unwrap_or_else(|| {
            let token = self.evaluator.evaluate(kind, part);
            let mut shard = lock(shard);
            if shard.len() < SHARD_TOKENS_MAX {
                shard.insert(key, token.clone());
            }
            token
        })
    }
}

/// The map, also after a thread that held it panicked: an entry is inserted whole or not at all.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn check_tin<K: RegisterKind>(row: &ExtractRow) -> Result<(), BuildError> {
    match row.tin()? {
        Some(tin) if !K::admits(&tin) => Err(BuildError::TinNotAdmitted {
            row: row.number(),
            problem: if K::SYNTHETIC {
                "a synthetic register takes never-issued numbers only"
            } else {
                "a production register takes no never-issued number"
            },
        }),
        _ => Ok(()),
    }
}

/// The latest value stated, and whether rows state several.
fn latest<T: PartialEq>(
    group: &PersonRows,
    read: impl Fn(&ExtractRow) -> Result<Option<T>, ExtractError>,
) -> Result<(Option<T>, bool), BuildError> {
    let mut last: Option<T> = None;
    let mut several = false;
    for (_, row) in &group.rows {
        if let Some(value) = read(row)? {
            several |= last.as_ref().is_some_and(|other| *other != value);
            last = Some(value);
        }
    }
    Ok((last, several))
}

/// The name of the latest row that states one.
fn latest_name(group: &PersonRows) -> StandardName {
    let named = |row: &ExtractRow| {
        !row.text(Field::GivenNames).is_empty() || !row.text(Field::Surnames).is_empty()
    };
    let row = group.rows.iter().rev().find(|(_, row)| named(row));
    row.map_or_else(StandardName::default, |(_, row)| {
        bounded_name(standard_name(
            row.text(Field::GivenNames),
            row.text(Field::Surnames),
            row.text(Field::Suffix),
        ))
    })
}

fn address_text(row: &ExtractRow) -> AddressText<'_> {
    AddressText {
        line_1: row.text(Field::AddressLine1),
        line_2: row.text(Field::AddressLine2),
        city: row.text(Field::City),
        state: row.text(Field::State),
        postal_code: row.text(Field::PostalCode),
    }
}

fn same_text(a: &ExtractRow, b: &ExtractRow) -> bool {
    let fields = [
        Field::AddressLine1,
        Field::AddressLine2,
        Field::City,
        Field::State,
        Field::PostalCode,
    ];
    fields
        .into_iter()
        .all(|field| a.text(field) == b.text(field))
}

/// What makes two addresses of one person the same entry: delivery line and ZIP in standard form,
/// or the folded text where there is none.
fn identity_of(row: &ExtractRow, standard: Option<&StandardAddress>) -> String {
    match standard {
        Some(address) => format!(
            "S|{}|{}|{}",
            address.key().expose(),
            address.delivery_line(),
            address.zip5
        ),
        None => {
            let text = address_text(row);
            let fields = [
                text.line_1,
                text.line_2,
                text.city,
                text.state,
                text.postal_code,
            ];
            format!("T|{}", fields.map(fold).join("|"))
        }
    }
}

fn entries(group: &PersonRows, tokens: &TokenMemory<'_>) -> Vec<PreparedEntry> {
    let mut found: Vec<(String, PreparedEntry)> = Vec::new();
    let mut before: Option<(&ExtractRow, String)> = None;
    for (period, row) in &group.rows {
        let repeated = before
            .take()
            .filter(|(last, _)| same_text(last, row))
            .map(|(_, identity)| (identity, None));
        let (identity, standard) = repeated.unwrap_or_else(|| {
            let standard = standardize(&address_text(row)).ok();
            (identity_of(row, standard.as_ref()), standard)
        });
        before = Some((row, identity.clone()));
        let place = found.iter().position(|(other, _)| *other == identity);
        match place.and_then(|place| found.get_mut(place)) {
            Some((_, entry)) => {
                entry.periods.push(*period);
                entry.mailing = mailing(row);
                entry.row = row.number();
            }
            None => found.push((identity, entry(*period, row, standard.as_ref(), tokens))),
        }
    }
    let mut entries: Vec<PreparedEntry> = found.into_iter().map(|(_, entry)| entry).collect();
    entries.sort_by_key(|entry| entry.periods.last().copied());
    entries
}

fn mailing(row: &ExtractRow) -> MailingAddress {
    let text = address_text(row);
    MailingAddress::new(
        text.line_1,
        text.line_2,
        text.city,
        text.state,
        text.postal_code,
    )
}

fn entry(
    period: TaxPeriod,
    row: &ExtractRow,
    standard: Option<&StandardAddress>,
    tokens: &TokenMemory<'_>,
) -> PreparedEntry {
    let standard = standard.map(|address| {
        let parts = address.token_parts().into_iter();
        let parts = parts.map(|(kind, part)| (kind, tokens.token(kind, &part)));
        let tokens = AddressTokens {
            parts: parts.collect(),
        };
        (SlotKey::on_file(address.key().expose()), tokens)
    });
    PreparedEntry {
        periods: vec![period],
        mailing: mailing(row),
        row: row.number(),
        standard,
    }
}

/// A fingerprint of number, street, ZIP and unit, made of tokens.
fn residence(tokens: &AddressTokens) -> u64 {
    let kinds = [
        TokenKind::Zip5,
        TokenKind::Number,
        TokenKind::Street,
        TokenKind::Unit,
    ];
    let nothing: &[u8] = &[];
    let part = |kind| tokens.get(kind).map_or(nothing, |token| token.expose());
    // A part is 32 bytes or none: which are there stands before them.
    let present: Vec<u8> = kinds
        .iter()
        .map(|kind| u8::from(tokens.get(*kind).is_some()))
        .collect();
    let label: &[u8] = b"countersign/residence/v2";
    let parts: Vec<&[u8]> = [label, &present]
        .into_iter()
        .chain(kinds.into_iter().map(part))
        .collect();
    let [a, b, c, d, e, f, g, h, ..] = *Digest::of_parts(&parts).as_bytes();
    u64::from_be_bytes([a, b, c, d, e, f, g, h])
}

/// An entry's slots: its own address key first, then the record's others, latest first.
fn slot_keys(entry: &PreparedEntry, entries: &[PreparedEntry]) -> Vec<SlotKey> {
    let key = |entry: &PreparedEntry| entry.standard.as_ref().map(|(key, _)| key.clone());
    let mut slots: Vec<SlotKey> = Vec::with_capacity(SLOTS_MAX);
    let others = entries.iter().rev().filter_map(key);
    for slot in key(entry).into_iter().chain(others) {
        if !slots.contains(&slot) && slots.len() < SLOTS_MAX {
            slots.push(slot);
        }
    }
    if slots.is_empty() {
        slots.push(SlotKey::CourtOrder);
    }
    slots
}

fn bind(tokens: &AddressTokens, record: RecordNumber, entry: EntryNumber) -> BoundAddress {
    let mut bound = BoundAddress {
        entry,
        ..BoundAddress::default()
    };
    let places = TokenKind::OF_ADDRESS.iter().zip(bound.parts.iter_mut());
    for (bit, (kind, part)) in places.enumerate() {
        if let Some(token) = tokens.get(*kind) {
            *part = bound_part(token, record);
            bound.present |= 1 << bit;
        }
    }
    bound
}

fn header(record: RecordNumber, entries: &[PreparedEntry]) -> Result<RecordHeader, BuildError> {
    let row = entries.first().map_or(0, |entry| entry.row);
    let periods = entries.iter().map(|e| e.periods.clone()).collect();
    RecordHeader::new(record, periods).map_err(|source| BuildError::Header { row, source })
}
