//! One person: standard forms, tokens, entries, sealing.
//!
//! Place in the flow: between grouping and writing; runs on all threads.
//!
//! Left to others: the planes' layout.

use std::convert::Infallible;

use identity::{
    blocking::{BlockKey, record_keys},
    candidates::{BoundAddress, Marker},
    compare::bound_part,
    query::{AddressTokens, bounded_name},
};
use model::{
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
    token::{TokenEvaluator, Tokens},
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
pub struct PreparedEntry {
    /// Ascending.
    periods: Vec<TaxPeriod>,
    mailing: MailingAddress,
    /// A row it stands in, for errors.
    row: u64,
    /// On-file address key and tokens, where the address has a standard form.
    standard: Option<(SlotKey, AddressTokens)>,
    /// Fingerprint of the residence, unit included.
    pub residence: Option<u64>,
    /// Its number among all residences.
    pub residence_number: u32,
}

/// A person before sealing.
pub struct Prepared {
    /// Keyed pseudorandom order.
    pub order: [u8; 32],
    /// Set when the order is known.
    pub record: RecordNumber,
    name: StandardName,
    date_of_birth: Option<Date>,
    tin: Option<Token>,
    marker: Marker,
    /// Whether rows state several birth dates or taxpayer numbers.
    pub contradictory: bool,
    /// Distinct addresses, by latest period.
    pub entries: Vec<PreparedEntry>,
}

/// A person's bytes in the sealed plane and among the headers.
pub struct Sealed {
    /// Count (2 bytes), then each entry behind its length (4 bytes), little-endian.
    pub entries: Vec<u8>,
    /// Canonical bytes of the header.
    pub header: Vec<u8>,
}

/// Reads a person's rows.
///
/// # Errors
/// [`BuildError`] naming row and field.
pub fn prepare<K: RegisterKind>(
    group: &PersonRows,
    keys: &EpochKeys,
    tokens: &TokenEvaluator,
) -> Result<Prepared, BuildError> {
    let mut marker = Marker::None;
    for (_, row) in &group.rows {
        check_tin::<K>(row)?;
        row.filed_on()?;
        if row.marker(Field::Hold)? || row.marker(Field::IdentityTheft)? {
            marker = Marker::Hold;
        }
    }
    let (date_of_birth, several_births) = latest(group, ExtractRow::date_of_birth)?;
    let (tin, several_tins) = latest(group, ExtractRow::tin)?;
    Ok(Prepared {
        order: order(&group.person, keys),
        record: RecordNumber(0),
        name: latest_name(group),
        date_of_birth,
        tin: tin.map(|tin: Tin| token(tokens, TokenKind::Tin, &tin.digits())),
        marker,
        contradictory: several_births || several_tins,
        entries: entries(group, tokens),
    })
}

fn order(person: &PersonId, keys: &EpochKeys) -> [u8; 32] {
    keys.builder_value("record-order", &[person.as_str().as_bytes()])
}

fn token(tokens: &TokenEvaluator, kind: TokenKind, part: &str) -> Token {
    let result: Result<Token, Infallible> = tokens.token(kind, part);
    match result {
        Ok(token) => token,
        Err(never) => match never {},
    }
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

fn entries(group: &PersonRows, tokens: &TokenEvaluator) -> Vec<PreparedEntry> {
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
    tokens: &TokenEvaluator,
) -> PreparedEntry {
    let standard = standard.map(|address| {
        let parts = address.token_parts().into_iter();
        let parts = parts.map(|(kind, part)| (kind, token(tokens, kind, &part)));
        let tokens = AddressTokens {
            parts: parts.collect(),
        };
        (SlotKey::on_file(address.key().expose()), tokens)
    });
    PreparedEntry {
        periods: vec![period],
        mailing: mailing(row),
        row: row.number(),
        residence: standard.as_ref().and_then(|(_, tokens)| residence(tokens)),
        residence_number: 0,
        standard,
    }
}

/// A fingerprint of number, street, ZIP and unit, made of tokens.
fn residence(tokens: &AddressTokens) -> Option<u64> {
    let zip = tokens.get(TokenKind::Zip5)?;
    let parts: Vec<String> = [TokenKind::Number, TokenKind::Street, TokenKind::Unit]
        .into_iter()
        .map(|kind| {
            tokens
                .get(kind)
                .map_or_else(String::new, |token| model::digest::hex(token.expose()))
        })
        .collect();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    Some(zip.fingerprint("residence", &parts))
}

impl Prepared {
    /// Whether the record has a marker.
    pub fn is_held(&self) -> bool {
        self.marker == Marker::Hold
    }

    /// Entries with a standard form.
    pub fn matchable(&self) -> usize {
        self.entries.iter().filter(|e| e.standard.is_some()).count()
    }

    /// The keys the record is indexed under.
    pub fn block_keys(&self) -> Vec<BlockKey> {
        let addresses: Vec<AddressTokens> = self
            .entries
            .iter()
            .filter_map(|entry| entry.standard.as_ref())
            .map(|(_, tokens)| tokens.clone())
            .collect();
        record_keys(
            &self.name,
            self.date_of_birth,
            self.tin.as_ref(),
            &addresses,
        )
    }

    /// The record as the match plane has it: tokens bound to its number.
    pub fn into_record(self) -> MatchRecord {
        let record = self.record;
        let addresses = (0_u16..)
            .zip(&self.entries)
            .filter_map(|(number, entry)| {
                let (_, tokens) = entry.standard.as_ref()?;
                Some(bind(tokens, record, EntryNumber(number), entry))
            })
            .collect();
        MatchRecord {
            tin: self
                .tin
                .as_ref()
                .and_then(|token| u32::try_from(token.bound(record) >> 32).ok()),
            name: self.name,
            date_of_birth: self.date_of_birth,
            marker: self.marker,
            addresses,
        }
    }

    /// Each entry's slots: its own address key first, then the record's others, latest first.
    fn slot_keys(&self, entry: &PreparedEntry) -> Vec<SlotKey> {
        let key = |entry: &PreparedEntry| entry.standard.as_ref().map(|(key, _)| key.clone());
        let mut slots: Vec<SlotKey> = Vec::with_capacity(SLOTS_MAX);
        let others = self.entries.iter().rev().filter_map(key);
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
}

fn bind(
    tokens: &AddressTokens,
    record: RecordNumber,
    entry: EntryNumber,
    prepared: &PreparedEntry,
) -> BoundAddress {
    let mut bound = BoundAddress {
        entry,
        residence: prepared.residence_number,
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

fn header(person: &Prepared) -> Result<RecordHeader, BuildError> {
    let row = person.entries.first().map_or(0, |entry| entry.row);
    let periods = person.entries.iter().map(|e| e.periods.clone()).collect();
    RecordHeader::new(person.record, periods).map_err(|source| BuildError::Header { row, source })
}

/// A record's header with no sealed entry at all.
pub fn header_only(person: &Prepared) -> Result<Sealed, BuildError> {
    Ok(Sealed {
        entries: 0_u16.to_le_bytes().to_vec(),
        header: header(person)?.to_bytes(),
    })
}

/// Seals a person's entries.
///
/// # Errors
/// [`BuildError`] naming a row where an address is too long or the entries make no header.
pub fn seal(
    person: &Prepared,
    keys: &EpochKeys,
    sealer: &Sealer<'_>,
) -> Result<Sealed, BuildError> {
    let header = header(person)?;
    let mut bytes = Vec::with_capacity(2 + person.entries.len() * 360);
    let count = u16::try_from(person.entries.len()).map_err(|_| BuildError::TooLarge)?;
    bytes.extend_from_slice(&count.to_le_bytes());
    for (number, entry) in (0_u16..).zip(&person.entries) {
        let context = header
            .context(keys.register(), keys.epoch(), EntryNumber(number))
            .ok_or(BuildError::TooLarge)?;
        let sealed = sealer
            .seal(&context, &entry.mailing, &person.slot_keys(entry))
            .map_err(|source| BuildError::Seal {
                row: entry.row,
                source,
            })?
            .to_bytes();
        let length = u32::try_from(sealed.len()).map_err(|_| BuildError::TooLarge)?;
        bytes.extend_from_slice(&length.to_le_bytes());
        bytes.extend_from_slice(&sealed);
    }
    Ok(Sealed {
        entries: bytes,
        header: header.to_bytes(),
    })
}
