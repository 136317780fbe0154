//! People before their records have numbers, as millions of them are held in memory.
//!
//! Place in the flow: made by prepare from the rows of one piece (and by order for people of several
//! runs), read by person. People of a piece stand one after the other, and an address that several of
//! them have stands once.
//!
//! Left to others: what the rows say (prepare), everything that depends on a record's number (person).

use identity::{blocking::AddressKeys, candidates::Marker};
use model::{
    time::{Date, TaxPeriod},
    token::{Binder, Token},
};
use seal::{
    address::{AddressTooLong, PackedAddress},
    context::SlotKey,
};
use standard::name::Suffix;

use super::BuildError;

/// A value that rows may state, of the latest period that states one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Latest<T> {
    /// The value, and the latest period of a row that states it.
    pub stated: Option<(TaxPeriod, T)>,
    /// Whether rows state several.
    pub several: bool,
}

impl<T> Default for Latest<T> {
    fn default() -> Self {
        Self {
            stated: None,
            several: false,
        }
    }
}

impl<T: PartialEq> Latest<T> {
    /// Takes what a row of this period states, whatever came before.
    pub fn take(&mut self, period: TaxPeriod, value: T) {
        let later = match &self.stated {
            Some((last, known)) => {
                self.several |= *known != value;
                *last < period
            }
            None => true,
        };
        if later {
            self.stated = Some((period, value));
        }
    }

    /// A later row states the same again.
    pub fn again(&mut self, period: TaxPeriod) {
        if let Some((last, _)) = &mut self.stated {
            *last = period;
        }
    }

    /// Takes what other rows of the person state.
    pub fn join(&mut self, other: Self) {
        self.several |= other.several;
        if let Some((period, value)) = other.stated {
            self.take(period, value);
        }
    }

    /// The same of another kind of value, which keeps different values different.
    pub fn map<U>(self, value_of: impl FnOnce(T) -> U) -> Latest<U> {
        Latest {
            stated: self.stated.map(|(period, value)| (period, value_of(value))),
            several: self.several,
        }
    }
}

/// What a person's rows state beside names and addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Date of birth.
    pub date_of_birth: Latest<Date>,
    /// Token of the taxpayer number.
    pub tin: Latest<Token>,
    /// Whether any row has a hold or identity-theft marker.
    pub marker: Marker,
}

impl Facts {
    /// Whether rows state several birth dates or numbers.
    pub fn contradictory(&self) -> bool {
        self.date_of_birth.several || self.tin.several
    }
}

/// A name: words in standard form, joined by spaces.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct NameText<'a> {
    /// Given names.
    pub given: &'a str,
    /// Surnames.
    pub surnames: &'a str,
    /// Generational suffix.
    pub suffix: Option<Suffix>,
    /// The period of the row that states it.
    pub period: Option<TaxPeriod>,
}

/// An address, whoever lives there, as one text of the extract has it.
#[derive(Clone)]
pub struct AddressFacts {
    /// Half of a digest of what makes two addresses of one person the same entry.
    pub identity: [u8; 16],
    /// As it is sealed.
    pub mailing: Result<PackedAddress, AddressTooLong>,
    /// Where it has a standard form.
    pub standard: Option<StandardFacts>,
}

/// An address with a standard form.
#[derive(Clone)]
pub struct StandardFacts {
    /// The slot of its on-file address key.
    pub slot: SlotKey,
    /// What binds its parts, in the order of [`model::token::TokenKind::OF_ADDRESS`].
    pub binders: [Option<Binder>; 8],
    /// Its blocking keys.
    pub keys: AddressKeys,
    /// Fingerprint of number, street, ZIP and unit.
    pub residence: u64,
}

/// A person's place in the keyed order of records: the first 16 bytes of a keyed value of their id.
/// Two people of one place are as likely as two equal keys.
pub type Place = (u64, u64);

/// One person, all but entries and texts.
struct Person {
    facts: Facts,
    suffix: Option<Suffix>,
    name_period: Option<TaxPeriod>,
    /// The first row, counted from 1.
    first_row: u64,
    given_end: u32,
    surnames_end: u32,
    entries_end: u32,
}

/// One distinct address of a person.
struct Entry {
    /// The address as the earliest row has it.
    address: u32,
    /// As the latest has it.
    latest: u32,
    periods_end: u32,
}

/// People, one after the other.
#[derive(Default)]
pub struct Drafts {
    people: Vec<Person>,
    entries: Vec<Entry>,
    periods: Vec<TaxPeriod>,
    /// Of each period, how many rows after the person's first its row stands.
    rows: Vec<u32>,
    names: String,
    addresses: Vec<AddressFacts>,
}

/// A person's rows while they are added to drafts: by period, with the entry each belongs to.
#[derive(Default)]
pub struct Outline {
    /// Rows with their entry; by period ascending when they are added.
    pub rows: Vec<OutlineRow>,
    /// Entries in the order they are found.
    pub entries: Vec<OutlineEntry>,
}

/// A row of an [`Outline`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct OutlineRow {
    /// Its period.
    pub period: TaxPeriod,
    /// Its number.
    pub row: u64,
    /// Its entry's place.
    pub entry: usize,
}

/// An entry of an [`Outline`]; addresses are those of the drafts it will be added to.
#[derive(Clone, Copy)]
pub struct OutlineEntry {
    /// The address as the earliest row has it.
    pub address: u32,
    /// As the latest has it.
    pub latest: u32,
    /// Its latest period.
    pub last: TaxPeriod,
    /// Its place in the outline.
    pub place: usize,
}

impl Outline {
    /// Forgets everything but its memory.
    pub fn clear(&mut self) {
        self.rows.clear();
        self.entries.clear();
    }
}

fn count32(length: usize) -> Result<u32, BuildError> {
    u32::try_from(length).map_err(|_| BuildError::TooLarge)
}

/// All values, in memory of just their size.
fn taken<T>(values: &mut Vec<T>) -> Vec<T> {
    let mut exact = Vec::with_capacity(values.len());
    exact.append(values);
    exact
}

/// What stands from one end to another.
fn between<T>(values: &[T], start: u32, end: u32) -> &[T] {
    let place = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
    values.get(place(start)..place(end)).unwrap_or(&[])
}

impl Drafts {
    /// Adds an address and gives its place.
    ///
    /// # Errors
    /// [`BuildError::TooLarge`] beyond 2^32.
    pub fn add_address(&mut self, address: AddressFacts) -> Result<u32, BuildError> {
        let place = count32(self.addresses.len())?;
        self.addresses.push(address);
        Ok(place)
    }

    /// An address by its place.
    pub fn address(&self, place: u32) -> Option<&AddressFacts> {
        self.addresses.get(usize::try_from(place).ok()?)
    }

    /// Adds a person; puts the outline's entries in the order of their latest period.
    ///
    /// # Errors
    /// [`BuildError::TooLarge`] beyond 4 GiB of names.
    pub fn add_person(
        &mut self,
        facts: Facts,
        name: NameText<'_>,
        outline: &mut Outline,
    ) -> Result<(), BuildError> {
        let rows = outline.rows.iter().map(|row| row.row);
        let first_row = rows.min().unwrap_or(0);
        outline.entries.sort_by_key(|entry| entry.last);
        for entry in &outline.entries {
            let own = outline.rows.iter().filter(|row| row.entry == entry.place);
            for row in own {
                let after = row.row.saturating_sub(first_row);
                self.periods.push(row.period);
                self.rows.push(u32::try_from(after).unwrap_or(u32::MAX));
            }
            self.entries.push(Entry {
                address: entry.address,
                latest: entry.latest,
                periods_end: count32(self.periods.len())?,
            });
        }
        self.names.push_str(name.given);
        let given_end = count32(self.names.len())?;
        self.names.push_str(name.surnames);
        self.people.push(Person {
            facts,
            suffix: name.suffix,
            name_period: name.period,
            first_row,
            given_end,
            surnames_end: count32(self.names.len())?,
            entries_end: count32(self.entries.len())?,
        });
        Ok(())
    }

    /// Moves everything into memory of just its size, and keeps the room it had.
    pub fn take(&mut self) -> Self {
        Self {
            people: taken(&mut self.people),
            entries: taken(&mut self.entries),
            periods: taken(&mut self.periods),
            rows: taken(&mut self.rows),
            addresses: taken(&mut self.addresses),
            names: {
                let names = self.names.as_str().into();
                self.names.clear();
                names
            },
        }
    }

    /// How many entries there are.
    pub fn entries(&self) -> usize {
        self.entries.len()
    }

    /// A person by place.
    pub fn person(&self, place: usize) -> Option<PersonView<'_>> {
        let person = self.people.get(place)?;
        let before = place.checked_sub(1).and_then(|last| self.people.get(last));
        let (name_start, entries_start) =
            before.map_or((0, 0), |last| (last.surnames_end, last.entries_end));
        let at = |number: u32| usize::try_from(number).ok();
        let text = |start, end| self.names.get(at(start)?..at(end)?);
        let entry_before = at(entries_start)?.checked_sub(1);
        let periods_start = entry_before.and_then(|last| self.entries.get(last));
        Some(PersonView {
            facts: &person.facts,
            name: NameText {
                given: text(name_start, person.given_end)?,
                surnames: text(person.given_end, person.surnames_end)?,
                suffix: person.suffix,
                period: person.name_period,
            },
            first_row: person.first_row,
            drafts: self,
            entries: between(&self.entries, entries_start, person.entries_end),
            periods_start: periods_start.map_or(0, |entry| entry.periods_end),
        })
    }
}

/// A person of some drafts.
#[derive(Clone, Copy)]
pub struct PersonView<'a> {
    /// What the rows state beside names and addresses.
    pub facts: &'a Facts,
    /// The latest name stated.
    pub name: NameText<'a>,
    first_row: u64,
    drafts: &'a Drafts,
    entries: &'a [Entry],
    periods_start: u32,
}

/// An entry of a person.
#[derive(Clone, Copy)]
pub struct EntryView<'a> {
    /// Ascending.
    pub periods: &'a [TaxPeriod],
    /// Of each period, how many rows after the person's first its row stands.
    rows: &'a [u32],
    first_row: u64,
    /// The address as the earliest row has it.
    pub address: &'a AddressFacts,
    /// As the latest row has it.
    pub latest: &'a AddressFacts,
}

impl<'a> EntryView<'a> {
    /// Each period and the number of its row.
    pub fn rows(self) -> impl Iterator<Item = (TaxPeriod, u64)> + use<'a> {
        let rows = self.rows.iter().map(move |after| {
            let after = u64::from(*after);
            self.first_row.saturating_add(after)
        });
        self.periods.iter().copied().zip(rows)
    }

    /// The latest row, for errors.
    pub fn row(self) -> u64 {
        self.rows().last().map_or(0, |(_, row)| row)
    }
}

impl<'a> PersonView<'a> {
    /// The entries, by latest period.
    pub fn entries(self) -> impl DoubleEndedIterator<Item = EntryView<'a>> + Clone + use<'a> {
        let (drafts, first_row, all) = (self.drafts, self.first_row, self.entries);
        let periods_start = self.periods_start;
        all.iter().enumerate().filter_map(move |(place, entry)| {
            let before = place.checked_sub(1).and_then(|last| all.get(last));
            let start = before.map_or(periods_start, |last| last.periods_end);
            Some(EntryView {
                periods: between(&drafts.periods, start, entry.periods_end),
                rows: between(&drafts.rows, start, entry.periods_end),
                first_row,
                address: drafts.address(entry.address)?,
                latest: drafts.address(entry.latest)?,
            })
        })
    }

    /// A number that depends on what lies apart in memory: whoever asks many people for it before
    /// reading them has it fetched side by side.
    pub fn touch(self) -> u32 {
        self.entries
            .first()
            .map_or(self.periods_start, |entry| entry.address)
    }

    /// As [`Self::touch`], of what the entries point to.
    pub fn touch_addresses(self) -> u8 {
        let addresses = self.entries.iter();
        let addresses = addresses.filter_map(|entry| self.drafts.address(entry.address));
        addresses.fold(0, |all, address| {
            all ^ address.identity.first().copied().unwrap_or(0)
        })
    }
}
