//! One row against one record, or against many: a level for each field.
//!
//! Place in the flow: identify runs it over the candidates of the blocking keys. Pure; its cost is
//! bounded because queries are cut to size (query) and the builder cuts names the same way. Many
//! records are compared in stages, each for all of them: fixed parts, texts of distinct names, levels;
//! addresses only of those whom they could make matter. What one stage fetches it fetches side by side.
//!
//! Left to others: names (names), what a level weighs (score).

use std::cell::Cell;

use model::{
    id::{EntryNumber, RecordNumber},
    time::Date,
    token::{Binder, Token, TokenKind},
};
use standard::name::Suffix;

pub use crate::names::{is_slip, is_slip_of_bytes};
use crate::{
    candidates::{
        BOUND_PART_BITS, BoundAddress, Candidates, CandidatesError, NameField, RecordHead,
        RecordView,
    },
    complete::all_of,
    level::{
        AddressLevel, Arrangement, BirthLevel, GivenLevel, Levels, MiddleLevel, SuffixLevel,
        SurnameLevel, TinLevel,
    },
    names::{RowGiven, RowSurnames},
    numbering::Numbering,
    parameters::HARDLY_ANYBODY,
    query::{AddressTokens, Query},
    words::with_words,
};

/// Compares one query with many records. Names are compared once for each distinct text.
#[derive(Debug)]
pub struct Comparator<'q> {
    query: &'q Query,
    straight: (RowSurnames<'q>, RowGiven<'q>),
    exchanged: (RowSurnames<'q>, RowGiven<'q>),
    tin: Option<Binder>,
    addresses: Vec<AddressBinders>,
}

/// Whether the row's first given name is one that people bear.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bearing {
    /// It is a name of its own.
    Common,
    /// Hardly anybody bears it.
    HardlyAnybody,
}

impl Bearing {
    /// Of a name that so many of the people bear.
    #[must_use]
    pub const fn of(bearers: u64, people: u64) -> Self {
        if bearers.saturating_mul(HARDLY_ANYBODY) > people {
            Self::Common
        } else {
            Self::HardlyAnybody
        }
    }
}

/// What surnames of a record agree with.
#[derive(Debug, Clone, Copy)]
pub struct SurnameLevels {
    /// With the row's surnames.
    pub straight: SurnameLevel,
    /// With the row's given names, where they are borne.
    pub exchanged: Option<SurnameLevel>,
}

/// A record whose surnames were compared.
#[derive(Debug, Clone, Copy)]
pub struct NamedRecord {
    /// The record.
    pub record: RecordNumber,
    /// Its fixed part.
    pub head: RecordHead,
    /// What its surnames agree with.
    pub surnames: SurnameLevels,
}

/// What given names of a record agree with.
#[derive(Debug, Clone, Copy)]
struct GivenLevels {
    straight: (GivenLevel, MiddleLevel),
    /// With the row's surnames, where the first are one name.
    exchanged: Option<(GivenLevel, MiddleLevel)>,
}

/// A record's fields beside names and addresses.
struct Plain {
    record: RecordNumber,
    suffix: Option<Suffix>,
    date_of_birth: Option<Date>,
    tin: Option<u32>,
}

/// What names by number agree with, each distinct text compared once.
fn of_distinct<L: Copy>(
    numbers: impl ExactSizeIterator<Item = u32>,
    field: NameField,
    register: &dyn Candidates,
    compare: impl Fn(&str) -> L,
) -> Result<Vec<L>, CandidatesError> {
    let mut distinct = Numbering::for_at_most(numbers.len());
    let places: Vec<usize> = numbers.map(|number| distinct.place(number)).collect();
    let texts = register.texts(field, distinct.numbers())?;
    let levels: Vec<L> = texts.into_iter().map(compare).collect();
    let of_each = places.into_iter().map(|place| levels.get(place).copied());
    all_of(of_each).ok_or(CandidatesError::Damaged { part: "texts" })
}

impl<'q> Comparator<'q> {
    /// A comparator for a query.
    #[must_use]
    pub fn new(query: &'q Query, bearing: Bearing) -> Self {
        let name = query.name();
        let pair = |surnames, given| (RowSurnames::of(surnames), RowGiven::of(given, bearing));
        Self {
            query,
            straight: pair(&name.surnames, &name.given),
            exchanged: pair(&name.given, &name.surnames),
            tin: query.tin().map(Token::binder),
            addresses: query.addresses().iter().map(AddressBinders::of).collect(),
        }
    }

    /// The levels of one record.
    #[must_use]
    pub fn levels(&self, record: RecordNumber, view: &RecordView<'_>) -> Levels {
        let plain = Plain {
            record,
            suffix: view.suffix,
            date_of_birth: view.date_of_birth,
            tin: view.tin,
        };
        let names = (self.surnames(view.surnames), self.given(view.given));
        let address = self.address_level(record, &view.addresses);
        self.all_levels(&plain, names, address)
    }

    /// What the surnames of many records agree with, in their order.
    ///
    /// # Errors
    /// [`CandidatesError`] where the register cannot be read.
    pub fn surnames_of(
        &self,
        heads: &[RecordHead],
        register: &dyn Candidates,
    ) -> Result<Vec<SurnameLevels>, CandidatesError> {
        let numbers = heads.iter().map(|head| head.surnames);
        of_distinct(numbers, NameField::Surname, register, |text| {
            self.surnames(text)
        })
    }

    /// The levels of many records, in their order: for each what [`Self::levels`] gives, with the
    /// surnames as they were compared ([`Self::surnames_of`]) and this address.
    ///
    /// # Errors
    /// [`CandidatesError`] where the register cannot be read.
    pub fn levels_but_address(
        &self,
        records: &[NamedRecord],
        address: AddressLevel,
        register: &dyn Candidates,
    ) -> Result<Vec<Levels>, CandidatesError> {
        let numbers = records.iter().map(|record| record.head.given);
        let given = of_distinct(numbers, NameField::Given, register, |text| self.given(text))?;
        let levels = records.iter().zip(given).map(|(named, given)| {
            let plain = Plain {
                record: named.record,
                suffix: named.head.suffix,
                date_of_birth: named.head.date_of_birth,
                tin: named.head.tin,
            };
            self.all_levels(&plain, (named.surnames, given), address)
        });
        Ok(levels.collect())
    }

    /// The level of a record's date of birth.
    #[must_use]
    pub fn birth_level(&self, head: &RecordHead) -> BirthLevel {
        birth_level(self.query.date_of_birth(), head.date_of_birth)
    }

    /// The level of a record's addresses.
    #[must_use]
    pub fn address_level(&self, record: RecordNumber, addresses: &[BoundAddress]) -> AddressLevel {
        address_level(&self.addresses, addresses, record)
    }

    fn all_levels(
        &self,
        plain: &Plain,
        (surnames, given): (SurnameLevels, GivenLevels),
        address: AddressLevel,
    ) -> Levels {
        let (arrangement, surname, (given, middle)) = arranged(surnames, given);
        Levels {
            arrangement,
            surname,
            given,
            middle,
            suffix: suffix_level(self.query.name().suffix, plain.suffix),
            birth: birth_level(self.query.date_of_birth(), plain.date_of_birth),
            tin: tin_level(self.tin, plain.tin, plain.record),
            address,
        }
    }

    fn surnames(&self, text: &str) -> SurnameLevels {
        with_words(text, |words| SurnameLevels {
            straight: self.straight.0.level(words),
            exchanged: self.exchanged.0.borne(words),
        })
    }

    fn given(&self, text: &str) -> GivenLevels {
        let (straight, exchanged) = (&self.straight.1, &self.exchanged.1);
        with_words(text, |words| GivenLevels {
            straight: (straight.level(words), straight.middle(words)),
            exchanged: exchanged
                .named(words)
                .map(|level| (level, exchanged.middle(words))),
        })
    }

    /// The entries of a record that the row's own address (the first) is the key of.
    #[must_use]
    pub fn entries_given(
        &self,
        record: RecordNumber,
        addresses: &[BoundAddress],
    ) -> Vec<EntryNumber> {
        let mut entries: Vec<EntryNumber> = self
            .addresses
            .first()
            .map(|address| BoundQuery::new(address, record))
            .map(|bound| {
                let on_file = addresses
                    .iter()
                    .filter(|address| bound.level(address).is_on_file());
                on_file.map(|address| address.entry).collect()
            })
            .unwrap_or_default();
        entries.sort_unstable();
        entries.dedup();
        entries
    }
}

/// Name levels as written, or exchanged where nothing agrees as written and the exchange makes both
/// agree.
fn arranged(
    surnames: SurnameLevels,
    given: GivenLevels,
) -> (Arrangement, SurnameLevel, (GivenLevel, MiddleLevel)) {
    let differs =
        surnames.straight == SurnameLevel::Different && given.straight.0 == GivenLevel::Different;
    match (surnames.exchanged, given.exchanged) {
        (Some(surname), Some(given)) if differs => (Arrangement::Exchanged, surname, given),
        _ => (Arrangement::Straight, surnames.straight, given.straight),
    }
}

fn suffix_level(row: Option<Suffix>, record: Option<Suffix>) -> SuffixLevel {
    match (row, record) {
        (None, None) => SuffixLevel::Neither,
        (Some(a), Some(b)) if a == b => SuffixLevel::Same,
        // A `Second` is often called `Junior`: no conflict, no agreement.
        (Some(Suffix::Junior), Some(Suffix::Second))
        | (Some(Suffix::Second), Some(Suffix::Junior))
        | (None, Some(_))
        | (Some(_), None) => SuffixLevel::OneOnly,
        (Some(_), Some(_)) => SuffixLevel::Conflict,
    }
}

/// Whether two numbers of four digits differ in one digit or by one exchange of neighbours.
fn is_digit_slip(a: u16, b: u16) -> bool {
    let differs = |power: u16| a / power % 10 != b / power % 10;
    let crossed =
        |high: u16, low: u16| a / high % 10 == b / low % 10 && a / low % 10 == b / high % 10;
    match [1000, 100, 10, 1].map(differs) {
        [true, true, false, false] => crossed(1000, 100),
        [false, true, true, false] => crossed(100, 10),
        [false, false, true, true] => crossed(10, 1),
        places => places.into_iter().filter(|place| *place).count() == 1,
    }
}

/// Dates of birth.
#[must_use]
pub fn birth_level(row: Option<Date>, record: Option<Date>) -> BirthLevel {
    let (Some(a), Some(b)) = (row, record) else {
        return BirthLevel::Missing;
    };
    let day = |date: Date| {
        u16::from(date.month().unsigned_abs()) * 100 + u16::from(date.day().unsigned_abs())
    };
    let year = |date: Date| date.year().unsigned_abs();
    let apart = a.year().abs_diff(b.year());
    match (apart == 0, day(a) == day(b)) {
        (true, true) => BirthLevel::Exact,
        (true, false) if a.month() == b.day() && a.day() == b.month() => BirthLevel::Exchanged,
        (true, false) if is_digit_slip(day(a), day(b)) => BirthLevel::DaySlip,
        (true, false) => BirthLevel::SameYear,
        (false, true) if is_digit_slip(year(a), year(b)) && apart <= 15 => BirthLevel::YearSlip,
        (false, true) if is_digit_slip(year(a), year(b)) => BirthLevel::GenerationSlip,
        (false, _) if apart <= 3 => BirthLevel::Near,
        (false, _) => BirthLevel::Different,
    }
}

fn tin_level(row: Option<Binder>, record: Option<u32>, number: RecordNumber) -> TinLevel {
    let (Some(binder), Some(bound)) = (row, record) else {
        return TinLevel::Missing;
    };
    if u32::try_from(binder.bound(number) >> 32) == Ok(bound) {
        TinLevel::Same
    } else {
        TinLevel::Different
    }
}

/// The part of a bound token that a record keeps.
#[must_use]
pub fn bound_part(token: &Token, record: RecordNumber) -> u16 {
    kept_part(token.binder(), record)
}

fn kept_part(binder: Binder, record: RecordNumber) -> u16 {
    u16::try_from(binder.bound(record) >> (64 - BOUND_PART_BITS)).unwrap_or(u16::MAX)
}

/// What binds the parts of one address of a row, in the order of [`TokenKind::OF_ADDRESS`].
#[derive(Debug)]
struct AddressBinders([Option<Binder>; 8]);

impl AddressBinders {
    fn of(address: &AddressTokens) -> Self {
        Self(TokenKind::OF_ADDRESS.map(|kind| address.get(kind).map(Token::binder)))
    }
}

/// A row's address bound to one record; each part is bound when it is first looked at.
struct BoundQuery<'q> {
    address: &'q AddressBinders,
    record: RecordNumber,
    parts: [Cell<Option<u16>>; 8],
}

/// How one part of two addresses compares.
#[derive(PartialEq, Eq, Clone, Copy)]
enum Part {
    Same,
    Different,
    OneOnly,
    Neither,
}

impl<'q> BoundQuery<'q> {
    fn new(address: &'q AddressBinders, record: RecordNumber) -> Self {
        Self {
            address,
            record,
            parts: Default::default(),
        }
    }

    fn bound(&self, kind: TokenKind) -> Option<u16> {
        let position = kind.address_place()?;
        let binder = (*self.address.0.get(position)?)?;
        let place = self.parts.get(position)?;
        let part = place
            .get()
            .unwrap_or_else(|| kept_part(binder, self.record));
        place.set(Some(part));
        Some(part)
    }

    fn part(&self, kind: TokenKind, other: &BoundAddress) -> Part {
        match (self.bound(kind), other.part(kind)) {
            (Some(a), Some(b)) if a == b => Part::Same,
            (Some(_), Some(_)) => Part::Different,
            (None, None) => Part::Neither,
            _ => Part::OneOnly,
        }
    }

    fn level(&self, other: &BoundAddress) -> AddressLevel {
        use TokenKind as K;
        let part = |kind| self.part(kind, other);
        if part(K::Zip3) != Part::Same {
            return AddressLevel::Different;
        }
        let (number, street) = (part(K::Number), part(K::Street));
        let agrees = |part| matches!(part, Part::Same | Part::Neither);
        let one_there = number == Part::Same || street == Part::Same;
        let both = one_there && agrees(number) && agrees(street);
        let halves = || part(K::StreetLeft) == Part::Same || part(K::StreetRight) == Part::Same;
        match (part(K::Zip5), both) {
            (Part::Same, true) => match part(K::Unit) {
                Part::Same => AddressLevel::OnFileUnit,
                Part::Different => AddressLevel::OnFileOtherUnit,
                Part::OneOnly | Part::Neither => AddressLevel::OnFile,
            },
            (Part::Same, false) if one_there || halves() => AddressLevel::Near,
            (Part::Same, false) => AddressLevel::Zip5,
            (_, true) => AddressLevel::OtherZip,
            (_, false) => AddressLevel::Zip3,
        }
    }
}

fn address_level(
    row: &[AddressBinders],
    record: &[BoundAddress],
    number: RecordNumber,
) -> AddressLevel {
    row.iter()
        .map(|address| BoundQuery::new(address, number))
        .filter_map(|bound| record.iter().map(|other| bound.level(other)).min())
        .min()
        .unwrap_or(AddressLevel::Different)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Option<Date> {
        (!text.is_empty()).then(|| model::time::parse_date(text).unwrap())
    }

    #[test]
    fn births() {
        let check = |a, b, level| assert_eq!(birth_level(date(a), date(b)), level, "{a} {b}");
        check("1980-02-03", "1980-02-03", BirthLevel::Exact);
        check("1980-02-03", "1980-03-02", BirthLevel::Exchanged);
        check("1980-02-03", "1980-02-13", BirthLevel::DaySlip);
        check("1980-03-12", "1980-03-21", BirthLevel::DaySlip);
        check("1980-02-03", "1980-11-27", BirthLevel::SameYear);
        check("1980-02-03", "1990-02-03", BirthLevel::YearSlip);
        check("1979-02-03", "1997-02-03", BirthLevel::GenerationSlip);
        check("1960-02-03", "1980-02-03", BirthLevel::GenerationSlip);
        check("1980-02-03", "1982-05-03", BirthLevel::Near);
        check("1980-02-03", "1955-05-03", BirthLevel::Different);
        check("1980-02-03", "", BirthLevel::Missing);
    }
}
