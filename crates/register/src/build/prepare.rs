//! What a person's rows say, before the record's number is known: checks, standard forms, tokens.
//!
//! Place in the flow: after grouping; runs on all threads, a piece each, in the order of the file, so
//! that an address several neighbours share is read once.
//!
//! Left to others: people of several runs (order), everything that depends on the record's number
//! (person).

use std::{collections::HashMap, hash::BuildHasher};

use identity::{candidates::Marker, query::bounded_name};
use model::{
    id::PersonId,
    siphash::SipKey,
    time::TaxPeriod,
    token::{Token, TokenKind},
};
use seal::{keys::BuilderValues, token::TokenEvaluator};
use standard::{
    address::{AddressKey, AddressParts, AddressText, StandardAddress, standardize},
    fold::fold,
    name::{StandardName, standard_name},
};

use super::{
    BuildError,
    bucket::Buckets,
    draft::{
        Drafts, NameText, NewAddress, Outline, OutlineEntry, OutlineRow, Place, StandardFacts,
    },
    group::Piece,
    stated::{Facts, Latest},
    tokens::{PartTokens, Wanted, token_of},
};
use crate::{
    extract::{ExtractRow, Field},
    interner::Seed,
    kind::RegisterKind,
};

/// A row of a piece.
struct PeriodRow<'r> {
    period: TaxPeriod,
    row: &'r ExtractRow,
    /// Its place among the piece's.
    number: u32,
}

/// What people are prepared with.
pub struct Preparer<'k> {
    /// Evaluates taxpayer numbers, which hardly repeat.
    pub evaluator: &'k TokenEvaluator,
    /// Tokens of addresses.
    pub tokens: &'k PartTokens<'k>,
    /// The builder's values: places of people.
    pub values: BuilderValues,
    /// Fingerprints that live as long as this build.
    pub prints: Prints,
}

/// Keys of fingerprints of addresses, made of the builder's key: who has none learns nothing from
/// their values, nor from their order.
pub struct Prints {
    identity: SipKey,
    residence: SipKey,
}

impl Prints {
    /// Makes the keys.
    pub fn new(values: &BuilderValues) -> Self {
        let key = |purpose| SipKey::from_first_half(&values.value(purpose, &[]));
        Self {
            identity: key("identity-print"),
            residence: key("residence-print"),
        }
    }
}

/// Memory to prepare a piece in, used again for others.
#[derive(Default)]
pub struct Desk {
    /// A person for each run.
    drafts: Drafts,
    /// Their places.
    places: Vec<Place>,
    outline: Outline,
    wanted: Wanted,
    /// The row that an address was first read in, and its place among the drafts, by its hash. What
    /// is remembered decides how long a build takes, never what comes out.
    known: HashMap<u64, (u32, u32), Seed>,
    hasher: Seed,
}

impl Preparer<'_> {
    /// Prepares the people of a piece and adds them to the buckets.
    ///
    /// # Errors
    /// [`BuildError`] naming row and field, of the first run that has an error.
    pub fn prepare<K: RegisterKind>(
        &self,
        piece: &Piece,
        desk: &mut Desk,
        buckets: &Buckets,
    ) -> Result<(), BuildError> {
        desk.clear();
        let mut numbers = 0_u32..;
        for run in piece.runs() {
            desk.places.push(self.place(run)?);
            let rows = by_period(run, &mut numbers)?;
            let facts = self.facts::<K>(&rows)?;
            self.outline(&rows, piece, desk)?;
            let (period, name) = latest_name(&rows);
            let name = NameText {
                given: &name.given.join(" "),
                surnames: &name.surnames.join(" "),
                suffix: name.suffix,
                period,
            };
            desk.drafts.add_person(facts, name, &mut desk.outline)?;
            if desk.wanted.is_full() {
                desk.find_tokens(self)?;
            }
        }
        desk.find_tokens(self)?;
        for (number, place) in desk.places.iter().enumerate() {
            let person = desk.drafts.person(number).ok_or(BuildError::TooLarge)?;
            buckets.add(*place, person)?;
        }
        Ok(())
    }

    /// Outlines the entries of a person of these rows.
    fn outline(
        &self,
        rows: &[PeriodRow<'_>],
        piece: &Piece,
        desk: &mut Desk,
    ) -> Result<(), BuildError> {
        desk.outline.clear();
        let mut before: Option<(&ExtractRow, u32)> = None;
        for row in rows {
            let known = before.filter(|(last, _)| last.address_span() == row.row.address_span());
            let address = match known {
                Some((_, address)) => address,
                None => self.address(row, piece, desk)?,
            };
            before = Some((row.row, address));
            desk.take_row(row, address);
        }
        Ok(())
    }

    /// The place of a row's address among the drafts', where it is added if new.
    fn address(
        &self,
        row: &PeriodRow<'_>,
        piece: &Piece,
        desk: &mut Desk,
    ) -> Result<u32, BuildError> {
        let span = row.row.address_span();
        let hash = desk.hasher.hash_one(span);
        if let Some((first, place)) = desk.known.get(&hash) {
            let first = usize::try_from(*first).ok();
            let first = first.and_then(|first| piece.rows().get(first));
            if first.is_some_and(|first| first.address_span() == span) {
                return Ok(*place);
            }
        }
        let text = address_text(row.row);
        let standard = standardize(&text).ok();
        let parts = standard.as_ref().map(StandardAddress::parts);
        let key = parts.as_ref().map(AddressParts::key);
        let fields = [
            text.line_1,
            text.line_2,
            text.city,
            text.state,
            text.postal_code,
        ];
        let place = desk.drafts.add_address(&NewAddress {
            identity: self
                .prints
                .identity(fields, key.as_ref().zip(standard.as_ref())),
            fields,
            key: key.as_ref().map(AddressKey::expose),
        })?;
        for (kind, part) in parts.iter().flat_map(AddressParts::tokens) {
            desk.wanted.push(place, kind, part, self.tokens);
        }
        desk.known.insert(hash, (row.number, place));
        Ok(place)
    }

    /// A person's place: a keyed value of their id.
    fn place(&self, run: &[ExtractRow]) -> Result<Place, BuildError> {
        let Some(first) = run.first() else {
            return Ok(Place::default());
        };
        let _: PersonId = first.person()?;
        let person = first.text(Field::PersonId).as_bytes();
        let value = self.values.value("record-order", &[person]);
        let (words, _) = value.as_chunks::<8>();
        let word = |place: usize| words.get(place).map_or(0, |word| u64::from_be_bytes(*word));
        Ok((word(0), word(1)))
    }

    /// Reads and checks each row; a field that says what it said in the row before is not read again.
    fn facts<K: RegisterKind>(&self, rows: &[PeriodRow<'_>]) -> Result<Facts, BuildError> {
        let mut date_of_birth = Latest::default();
        let mut tin = Latest::default();
        let mut marker = Marker::None;
        let mut before: Option<&ExtractRow> = None;
        for PeriodRow { period, row, .. } in rows {
            let is_new = |field| before.is_none_or(|last| last.text(field) != row.text(field));
            if row.text(Field::Tin).is_empty() {
                // States none.
            } else if is_new(Field::Tin) {
                let stated = admitted_tin::<K>(row)?;
                stated
                    .into_iter()
                    .for_each(|value| tin.take(*period, value));
            } else {
                tin.again(*period);
            }
            row.filed_on()?;
            for field in [Field::Hold, Field::IdentityTheft] {
                if is_new(field) && row.marker(field)? {
                    marker = Marker::Hold;
                }
            }
            if row.text(Field::DateOfBirth).is_empty() {
                // States none.
            } else if is_new(Field::DateOfBirth) {
                let stated = row.date_of_birth()?;
                stated
                    .into_iter()
                    .for_each(|value| date_of_birth.take(*period, value));
            } else {
                date_of_birth.again(*period);
            }
            before = Some(row);
        }
        let token =
            |tin: model::tin::Tin| self.evaluator.evaluate_once(TokenKind::Tin, &tin.digits());
        Ok(Facts {
            date_of_birth,
            tin: tin.map(token),
            marker,
        })
    }
}

/// A run's rows, by period ascending.
fn by_period<'r>(
    run: &'r [ExtractRow],
    numbers: &mut impl Iterator<Item = u32>,
) -> Result<Vec<PeriodRow<'r>>, BuildError> {
    let mut rows: Vec<PeriodRow<'_>> = Vec::with_capacity(run.len());
    for (row, number) in run.iter().zip(numbers) {
        rows.push(PeriodRow {
            period: row.tax_period()?,
            row,
            number,
        });
    }
    rows.sort_by_key(|row| row.period);
    let twice = rows.windows(2).find_map(|pair| match pair {
        [a, b] if a.period == b.period => Some(BuildError::PeriodTwice {
            first: a.row.number(),
            second: b.row.number(),
            period: a.period,
        }),
        _ => None,
    });
    twice.map_or(Ok(rows), Err)
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

/// The name of the latest row that states one, and its period.
fn latest_name(rows: &[PeriodRow<'_>]) -> (Option<TaxPeriod>, StandardName) {
    let named = |row: &ExtractRow| {
        !row.text(Field::GivenNames).is_empty() || !row.text(Field::Surnames).is_empty()
    };
    let found = rows.iter().rev().find(|row| named(row.row));
    found.map_or(
        (None, StandardName::default()),
        |PeriodRow { period, row, .. }| {
            let name = standard_name(
                row.text(Field::GivenNames),
                row.text(Field::Surnames),
                row.text(Field::Suffix),
            );
            (Some(*period), bounded_name(name))
        },
    )
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

impl Desk {
    /// Forgets everything but its memory.
    fn clear(&mut self) {
        self.drafts.clear();
        self.places.clear();
        self.wanted.clear();
        self.known.clear();
    }

    /// Adds a row to the outline of its person, later than all before it.
    fn take_row(&mut self, row: &PeriodRow<'_>, address: u32) {
        let drafts = &self.drafts;
        let identity = |place: u32| drafts.address(place).map(|address| address.facts.identity);
        let outline = &mut self.outline;
        let known = outline
            .entries
            .iter_mut()
            .find(|entry| entry.latest == address || identity(entry.address) == identity(address));
        let entry = match known {
            Some(entry) => {
                (entry.latest, entry.last) = (address, row.period);
                entry.place
            }
            None => {
                let place = outline.entries.len();
                outline.entries.push(OutlineEntry {
                    address,
                    latest: address,
                    last: row.period,
                    place,
                });
                place
            }
        };
        outline.rows.push(OutlineRow {
            period: row.period,
            row: row.row.number(),
            entry,
        });
    }
}

impl Desk {
    /// Finds the tokens of the addresses read so far.
    fn find_tokens(&mut self, preparer: &Preparer<'_>) -> Result<(), BuildError> {
        preparer.tokens.find(&mut self.wanted)?;
        for (address, parts) in self.wanted.addresses() {
            let residence = preparer.prints.residence(|kind| token_of(&parts, kind));
            let facts = StandardFacts::of(&parts, residence);
            self.drafts.set_standard(address, facts);
        }
        self.wanted.clear();
        Ok(())
    }
}

impl Prints {
    /// What makes two addresses of one person the same entry: delivery line and ZIP in standard form,
    /// or the folded text where there is none.
    fn identity(
        &self,
        fields: [&str; 5],
        standard: Option<(&AddressKey, &StandardAddress)>,
    ) -> (u64, u64) {
        match standard {
            Some((key, address)) => {
                let line = address.delivery_line();
                self.joined(&["S", key.expose(), &line, &address.zip5])
            }
            None => {
                let [a, b, c, d, e] = fields.map(fold);
                self.joined(&["T", &a, &b, &c, &d, &e])
            }
        }
    }

    /// A fingerprint of texts, each behind its length.
    fn joined(&self, parts: &[&str]) -> (u64, u64) {
        let whole = parts.iter().fold(self.identity.begin_wide(), |hash, part| {
            let length = u64::try_from(part.len()).unwrap_or(u64::MAX);
            hash.bytes(&length.to_le_bytes()).bytes(part.as_bytes())
        });
        whole.finish()
    }

    /// A fingerprint of number, street, ZIP and unit, made of halves of their tokens.
    fn residence<'t>(&self, token: impl Fn(TokenKind) -> Option<&'t Token>) -> u64 {
        let kinds = [
            TokenKind::Zip5,
            TokenKind::Number,
            TokenKind::Street,
            TokenKind::Unit,
        ];
        let half = |kind| token(kind)?.expose().first_chunk::<16>();
        // A part is 16 bytes or none: which are there stands behind them.
        let present = kinds.map(|kind| u8::from(half(kind).is_some()));
        let halves = kinds.into_iter().filter_map(half);
        let hash = halves.fold(self.residence.begin(), |hash, half| hash.bytes(half));
        hash.bytes(&present).finish()
    }
}

#[cfg(test)]
mod tests {
    use model::id::Epoch;
    use seal::{keys::EpochKeys, shares::ShareSets};

    use super::*;

    fn prints(seed: u8) -> Prints {
        let names = ["a", "b", "c", "d"].map(|name| name.parse().unwrap());
        let sets = ShareSets::new(3, names.to_vec()).unwrap();
        let register = "R-1".parse().unwrap();
        let keys = EpochKeys::from_seed(register, Epoch(1), sets, &[seed; 32]);
        Prints::new(&keys.builder_values())
    }

    #[test]
    fn residences_are_equal_only_in_all_four_parts() {
        let of = |parts: &[(TokenKind, u8)]| {
            let token = |(kind, byte): &(TokenKind, u8)| (*kind, Token::new([*byte; 32]));
            let parts: Vec<(TokenKind, Token)> = parts.iter().map(token).collect();
            let found = |kind| parts.iter().find(|(other, _)| *other == kind);
            prints(1).residence(|kind| Some(&found(kind)?.1))
        };
        use TokenKind::{Number, Street, StreetLeft, Unit, Zip5};
        let whole = [(Zip5, 1), (Number, 2), (Street, 3), (Unit, 4)];
        let [zip, number, street, unit] = whole;
        assert_eq!(
            of(&[unit, street, (StreetLeft, 9), number, zip]),
            of(&whole)
        );
        let mut all = vec![
            of(&whole),
            of(&[zip, number, street]),
            of(&[zip, number, unit]),
            of(&[zip, number, (Unit, 3)]),
            of(&[zip, number, street, (Unit, 5)]),
            of(&[zip, number, (Street, 4), (Unit, 3)]),
            of(&[(Number, 1), (Street, 2)]),
            of(&[(Zip5, 1), (Number, 2)]),
            of(&[]),
        ];
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    }

    #[test]
    fn identities_keep_texts_apart_and_depend_on_the_key() {
        let joined = |parts: &[&str]| prints(1).joined(parts);
        assert_eq!(joined(&["ab", "c"]), joined(&["ab", "c"]));
        assert_ne!(joined(&["ab", "c"]), joined(&["a", "bc"]));
        assert_ne!(joined(&["ab", ""]), joined(&["ab"]));
        assert_ne!(joined(&["ab"]), prints(2).joined(&["ab"]));
    }
}
