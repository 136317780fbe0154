//! What a person's rows say, before the record's number is known: checks, standard forms, tokens.
//!
//! Place in the flow: between grouping and making; runs on all threads, in the order of the file, so
//! that an address several neighbours share is read once.
//!
//! Left to others: everything that depends on the record's number (person).

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    sync::Arc,
};

use identity::{
    blocking::AddressKeys,
    candidates::Marker,
    query::{AddressTokens, bounded_name},
};
use model::{
    digest::Digest,
    time::{Date, TaxPeriod},
    token::{Token, TokenKind},
};
use seal::{
    address::{AddressTooLong, PackedAddress},
    context::SlotKey,
};
use standard::{
    address::{AddressText, StandardAddress, standardize},
    fold::fold,
    name::{StandardName, standard_name},
};

use super::{BuildError, group::PeriodRow, tokens::TokenMemory};
use crate::{
    extract::{AddressEnds, ExtractRow, Field},
    kind::RegisterKind,
};

/// A person ready to be made.
pub struct Prepared {
    /// The name of the latest row that states one.
    pub name: StandardName,
    /// The latest stated.
    pub date_of_birth: Option<Date>,
    /// Token of the latest TIN stated.
    pub tin: Option<Token>,
    /// Whether any row has a hold or identity-theft marker.
    pub marker: Marker,
    /// Whether rows state several birth dates or TINs.
    pub contradictory: bool,
    /// In the order of their latest period.
    pub entries: Vec<PreparedEntry>,
}

/// One distinct address of a person.
pub struct PreparedEntry {
    /// Ascending.
    pub periods: Vec<TaxPeriod>,
    /// As the latest row has it.
    pub mailing: Result<PackedAddress, AddressTooLong>,
    /// The latest row, for errors.
    pub row: u64,
    /// What is known of the address.
    pub facts: Arc<AddressFacts>,
}

/// An address, whoever lives there.
pub struct AddressFacts {
    /// What makes two addresses of one person the same entry.
    identity: String,
    /// Where the address has a standard form.
    pub standard: Option<StandardFacts>,
}

/// An address with a standard form.
pub struct StandardFacts {
    /// The slot of its on-file address key.
    pub slot: SlotKey,
    /// Its parts' tokens.
    pub tokens: AddressTokens,
    /// Its blocking keys.
    pub keys: AddressKeys,
    /// Fingerprint of number, street, ZIP and unit.
    pub residence: u64,
}

/// Prepares a person of rows in order of period.
///
/// # Errors
/// [`BuildError`] naming row and field.
pub fn prepare<K: RegisterKind>(
    rows: &[&PeriodRow],
    addresses: &mut AddressMemory<'_>,
) -> Result<Prepared, BuildError> {
    let stated = Stated::read::<K>(rows)?;
    let tokens = addresses.tokens;
    Ok(Prepared {
        name: latest_name(rows),
        date_of_birth: stated.date_of_birth.value,
        tin: stated
            .tin
            .value
            .map(|tin| tokens.token(TokenKind::Tin, &tin.digits())),
        marker: stated.marker,
        contradictory: stated.date_of_birth.several || stated.tin.several,
        entries: entries(rows, addresses),
    })
}

/// The latest value stated, and whether rows state several.
struct Latest<T> {
    value: Option<T>,
    several: bool,
}

impl<T: PartialEq> Latest<T> {
    const NOTHING: Self = Self {
        value: None,
        several: false,
    };

    fn take(&mut self, value: Option<T>) {
        if value.is_some() {
            self.several |= self.value.is_some() && self.value != value;
            self.value = value;
        }
    }
}

/// What rows state beside names and addresses.
struct Stated {
    date_of_birth: Latest<Date>,
    tin: Latest<model::tin::Tin>,
    marker: Marker,
}

impl Stated {
    /// Reads and checks each row; a field that says what it said in the row before is not read again.
    fn read<K: RegisterKind>(rows: &[&PeriodRow]) -> Result<Self, BuildError> {
        let mut stated = Self {
            date_of_birth: Latest::NOTHING,
            tin: Latest::NOTHING,
            marker: Marker::None,
        };
        let mut before: Option<&ExtractRow> = None;
        for (_, row) in rows {
            let is_new = |field| before.is_none_or(|last| last.text(field) != row.text(field));
            if is_new(Field::Tin) {
                stated.tin.take(admitted_tin::<K>(row)?);
            }
            row.filed_on()?;
            for marker in [Field::Hold, Field::IdentityTheft] {
                if is_new(marker) && row.marker(marker)? {
                    stated.marker = Marker::Hold;
                }
            }
            if is_new(Field::DateOfBirth) {
                stated.date_of_birth.take(row.date_of_birth()?);
            }
            before = Some(row);
        }
        Ok(stated)
    }
}

fn admitted_tin<K: RegisterKind>(row: &ExtractRow) -> Result<Option<model::tin::Tin>, BuildError> {
    match row.tin()? {
        Some(tin) if !K::admits(&tin) => Err(BuildError::TinNotAdmitted {
            row: row.number(),
            problem: if K::SYNTHETIC {
                "a synthetic register takes never-issued numbers only"
            } else {
                "a production register takes no never-issued number"
            },
        }),
        tin => Ok(tin),
    }
}

/// The name of the latest row that states one.
fn latest_name(rows: &[&PeriodRow]) -> StandardName {
    let named = |row: &ExtractRow| {
        !row.text(Field::GivenNames).is_empty() || !row.text(Field::Surnames).is_empty()
    };
    let row = rows.iter().rev().find(|(_, row)| named(row));
    row.map_or_else(StandardName::default, |(_, row)| {
        bounded_name(standard_name(
            row.text(Field::GivenNames),
            row.text(Field::Surnames),
            row.text(Field::Suffix),
        ))
    })
}

/// An entry while a person's rows are read.
struct Draft<'r> {
    periods: Vec<TaxPeriod>,
    last: &'r ExtractRow,
    facts: Arc<AddressFacts>,
}

fn entries(rows: &[&PeriodRow], addresses: &mut AddressMemory<'_>) -> Vec<PreparedEntry> {
    let mut found: Vec<Draft<'_>> = Vec::with_capacity(4);
    let mut before: Option<(&ExtractRow, usize)> = None;
    for (period, row) in rows {
        let same = before.filter(|(last, _)| last.address_span() == row.address_span());
        let place = same.map_or_else(|| place_of(row, &mut found, addresses), |(_, place)| place);
        if let Some(draft) = found.get_mut(place) {
            draft.periods.push(*period);
            draft.last = row;
        }
        before = Some((row, place));
    }
    found.sort_by_key(|draft| draft.periods.last().copied());
    found.into_iter().map(Draft::finish).collect()
}

/// The place of a row's address among those found, where it is added if new.
fn place_of<'r>(
    row: &'r ExtractRow,
    found: &mut Vec<Draft<'r>>,
    addresses: &mut AddressMemory<'_>,
) -> usize {
    let facts = addresses.facts(row);
    let known = found
        .iter()
        .position(|draft| draft.facts.identity == facts.identity);
    known.unwrap_or_else(|| {
        found.push(Draft {
            periods: Vec::with_capacity(8),
            last: row,
            facts,
        });
        found.len().saturating_sub(1)
    })
}

impl Draft<'_> {
    fn finish(self) -> PreparedEntry {
        let text = address_text(self.last);
        let fields = [
            text.line_1,
            text.line_2,
            text.city,
            text.state,
            text.postal_code,
        ];
        PreparedEntry {
            periods: self.periods,
            mailing: PackedAddress::new(fields),
            row: self.last.number(),
            facts: self.facts,
        }
    }
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

/// An address as an extract has it.
type AddressKey = (Box<str>, AddressEnds);

/// Addresses of people who stand near each other in the file. What it remembers decides how long a
/// build takes, never what comes out.
pub struct AddressMemory<'a> {
    tokens: &'a TokenMemory<'a>,
    hasher: RandomState,
    known: HashMap<u64, (AddressKey, Arc<AddressFacts>)>,
}

impl<'a> AddressMemory<'a> {
    /// An empty one.
    pub fn new(tokens: &'a TokenMemory<'a>) -> Self {
        Self {
            tokens,
            hasher: RandomState::new(),
            known: HashMap::new(),
        }
    }

    fn facts(&mut self, row: &ExtractRow) -> Arc<AddressFacts> {
        let (text, ends) = row.address_span();
        let hash = self.hasher.hash_one((text, ends));
        match self.known.get(&hash) {
            Some((key, facts)) if *key.0 == *text && key.1 == ends => Arc::clone(facts),
            _ => {
                let facts = Arc::new(AddressFacts::read(&address_text(row), self.tokens));
                let entry = ((text.into(), ends), Arc::clone(&facts));
                self.known.insert(hash, entry);
                facts
            }
        }
    }
}

impl AddressFacts {
    fn read(text: &AddressText<'_>, tokens: &TokenMemory<'_>) -> Self {
        let standard = standardize(text).ok();
        Self {
            identity: identity_of(text, standard.as_ref()),
            standard: standard.map(|address| StandardFacts::of(&address, tokens)),
        }
    }
}

impl StandardFacts {
    fn of(address: &StandardAddress, tokens: &TokenMemory<'_>) -> Self {
        let parts = address.token_parts().into_iter();
        let parts = parts.map(|(kind, part)| (kind, tokens.token(kind, &part)));
        let tokens = AddressTokens {
            parts: parts.collect(),
        };
        Self {
            slot: SlotKey::on_file(address.key().expose()),
            keys: AddressKeys::of(&tokens),
            residence: residence(&tokens),
            tokens,
        }
    }
}

/// What makes two addresses of one person the same entry: delivery line and ZIP in standard form,
/// or the folded text where there is none.
fn identity_of(text: &AddressText<'_>, standard: Option<&StandardAddress>) -> String {
    match standard {
        Some(address) => format!(
            "S|{}|{}|{}",
            address.key().expose(),
            address.delivery_line(),
            address.zip5
        ),
        None => {
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
    let present = kinds.map(|kind| u8::from(tokens.get(kind).is_some()));
    let [zip, number, street, unit] = kinds.map(part);
    let label: &[u8] = b"countersign/residence/v2";
    let digest = Digest::of_parts(&[label, &present, zip, number, street, unit]);
    let [a, b, c, d, e, f, g, h, ..] = *digest.as_bytes();
    u64::from_be_bytes([a, b, c, d, e, f, g, h])
}
