//! People before their records have numbers, as millions of them are held in memory.
//!
//! Place in the flow: made by prepare from the rows of one piece (and by order for people of several
//! runs), read by person. People of a piece stand one after the other, and an address that several of
//! them have stands once.
//!
//! Left to others: what the rows say (prepare), everything that depends on a record's number (person).

use identity::{blocking::AddressKeys, fingerprint::FingerprintKey};
use model::{time::TaxPeriod, token::TokenKind};
use seal::address::PackedAddress;
use standard::name::Suffix;

use super::{
    BuildError,
    stated::Facts,
    tokens::{AddressParts, KINDS, KeptTokens, TokenNumber, token_of},
    view::{AddressView, EntryView, PersonView},
};

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
#[derive(Clone, Copy)]
pub struct AddressFacts {
    /// A fingerprint of what makes two addresses of one person the same entry.
    pub identity: (u64, u64),
    // INVARIANT: those of its tokens where it has a key, before it leaves the desk it was read at.
    standard: StandardFacts,
    /// Where its texts begin: as it is sealed, then the on-file address key.
    pub(super) texts: u32,
    /// Bytes of it packed.
    pub(super) packed: Result<u8, TooLong>,
    // INVARIANT: 0 without a standard form, and only then: a key begins with its version.
    /// Bytes of the on-file address key.
    pub(super) key: u16,
}

impl AddressFacts {
    /// Where it has a standard form.
    pub fn standard(&self) -> Option<&StandardFacts> {
        (self.key > 0).then_some(&self.standard)
    }
}

/// Bytes of text of an address that is too long to be sealed.
#[derive(Clone, Copy)]
pub(super) struct TooLong(pub(super) u32);

/// An address with a standard form.
#[derive(Clone, Copy)]
pub struct StandardFacts {
    /// Tokens of its parts, in the order of [`model::token::TokenKind::OF_ADDRESS`].
    pub parts: [Option<TokenNumber>; KINDS],
    /// The key of its number, street and ZIP3; means nothing where [`AddressKeys::whole`] has none.
    whole: FingerprintKey,
    /// Fingerprint of number, street, ZIP and unit.
    pub residence: u64,
}

impl StandardFacts {
    /// Before its tokens are found.
    const UNKNOWN: Self = Self {
        parts: [None; KINDS],
        whole: FingerprintKey::OPEN,
        residence: 0,
    };

    /// Of its tokens.
    pub fn of(parts: &AddressParts<'_>, residence: u64) -> Self {
        let token = |kind| token_of(parts, kind);
        let street = [TokenKind::Number, TokenKind::Street].map(token);
        let whole = AddressKeys::whole(street, token(TokenKind::Zip3));
        Self {
            parts: parts.map(|part| part.map(|(number, _)| number)),
            whole: whole.unwrap_or(FingerprintKey::OPEN),
            residence,
        }
    }

    fn part(&self, kind: TokenKind) -> Option<TokenNumber> {
        *self.parts.get(kind.address_place()?)?
    }

    /// Its blocking keys.
    pub fn keys(&self, tokens: &KeptTokens) -> AddressKeys {
        let zip = |kind| Some(tokens.get(self.part(kind)?)?.zip_key);
        let zip3 = zip(TokenKind::Zip3);
        let has_street =
            [TokenKind::Number, TokenKind::Street].map(|kind| self.part(kind).is_some());
        let has_whole = AddressKeys::is_place(has_street, zip3.is_some());
        AddressKeys::of_keys(has_whole.then_some(self.whole), zip(TokenKind::Zip5), zip3)
    }
}

/// What an address is added to drafts as.
pub struct NewAddress<'t> {
    /// See [`AddressFacts::identity`].
    pub identity: (u64, u64),
    /// Its five fields.
    pub fields: [&'t str; 5],
    /// Its on-file address key, where it has a standard form; the rest follows.
    pub key: Option<&'t str>,
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
pub(super) struct Entry {
    /// The address as the earliest row has it.
    pub(super) address: u32,
    /// As the latest has it.
    pub(super) latest: u32,
    pub(super) periods_end: u32,
}

/// People, one after the other.
#[derive(Default)]
pub struct Drafts {
    people: Vec<Person>,
    entries: Vec<Entry>,
    pub(super) periods: Vec<TaxPeriod>,
    /// Of each period, how many rows after the person's first its row stands.
    pub(super) rows: Vec<u32>,
    names: String,
    addresses: Vec<AddressFacts>,
    /// Texts of the addresses.
    pub(super) texts: Texts,
}

/// Texts that are wiped when dropped.
#[derive(Default)]
pub(super) struct Texts(pub(super) Vec<u8>);

impl Texts {
    /// Makes room for so many bytes more. What stood in memory that is given up for it is wiped.
    pub(super) fn reserve(&mut self, more: usize) {
        let needed = self.0.len().saturating_add(more);
        if needed > self.0.capacity() {
            let mut grown = Vec::with_capacity(needed.max(self.0.len().saturating_mul(2)));
            grown.extend_from_slice(&self.0);
            // Dropped, and so wiped.
            drop(Self(std::mem::replace(&mut self.0, grown)));
        }
    }
}

impl Drop for Texts {
    fn drop(&mut self) {
        // Also what stood beyond the end once.
        self.0.clear();
        self.0.resize(self.0.capacity(), 0);
        std::hint::black_box(&self.0);
    }
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

/// As many, and a sixteenth more.
fn room(count: usize) -> usize {
    count.saturating_add(count / 16)
}

/// Memory for as many values, and a few more.
fn like<T>(values: &[T]) -> Vec<T> {
    Vec::with_capacity(room(values.len()))
}

/// What stands from one end to another.
pub(super) fn between<T>(values: &[T], start: u32, end: u32) -> &[T] {
    let place = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
    values.get(place(start)..place(end)).unwrap_or(&[])
}

impl Drafts {
    /// Adds an address and gives its place.
    ///
    /// # Errors
    /// [`BuildError::TooLarge`] beyond 2^32 addresses or bytes of their texts.
    pub fn add_address(&mut self, address: &NewAddress<'_>) -> Result<u32, BuildError> {
        let texts = count32(self.texts.0.len())?;
        let length: usize = address.fields.iter().map(|field| field.len()).sum();
        // A byte before each field, and two before all.
        self.texts.reserve(length.saturating_add(7));
        let packed = PackedAddress::pack(address.fields, &mut self.texts.0);
        let packed =
            packed.map_err(|error| TooLong(u32::try_from(error.length).unwrap_or(u32::MAX)));
        let key = address.key.unwrap_or("");
        self.texts.reserve(key.len());
        self.texts.0.extend_from_slice(key.as_bytes());
        self.put(AddressFacts {
            identity: address.identity,
            standard: StandardFacts::UNKNOWN,
            texts,
            packed,
            key: u16::try_from(key.len()).map_err(|_| BuildError::TooLarge)?,
        })
    }

    /// Adds an address of other drafts and gives its place here.
    ///
    /// # Errors
    /// [`BuildError::TooLarge`] as above.
    pub fn copy_address(&mut self, address: AddressView<'_>) -> Result<u32, BuildError> {
        let texts = count32(self.texts.0.len())?;
        self.texts.reserve(address.texts().len());
        self.texts.0.extend_from_slice(address.texts());
        self.put(AddressFacts {
            texts,
            ..*address.facts
        })
    }

    /// Says what the standard form of the address at a place is.
    pub fn set_standard(&mut self, place: u32, facts: StandardFacts) {
        let place = usize::try_from(place).ok();
        if let Some(address) = place.and_then(|place| self.addresses.get_mut(place)) {
            address.standard = facts;
        }
    }

    fn put(&mut self, facts: AddressFacts) -> Result<u32, BuildError> {
        let place = count32(self.addresses.len())?;
        self.addresses.push(facts);
        Ok(place)
    }

    /// An address by its place.
    pub fn address(&self, place: u32) -> Option<AddressView<'_>> {
        Some(AddressView {
            facts: self.addresses.get(usize::try_from(place).ok()?)?,
            drafts: self,
        })
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
        self.end_person(facts, name, first_row)
    }

    /// Ends a person, whose entries are the last.
    fn end_person(
        &mut self,
        facts: Facts,
        name: NameText<'_>,
        first_row: u64,
    ) -> Result<(), BuildError> {
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

    /// Adds a person of other drafts.
    ///
    /// # Errors
    /// [`BuildError::TooLarge`] as above.
    pub fn copy_person(&mut self, person: PersonView<'_>) -> Result<(), BuildError> {
        for entry in person.entries() {
            let [address, latest] = self.copy_addresses(entry)?;
            self.periods.extend_from_slice(entry.periods);
            self.rows.extend_from_slice(entry.rows_after);
            self.entries.push(Entry {
                address,
                latest,
                periods_end: count32(self.periods.len())?,
            });
        }
        self.end_person(person.facts.clone(), person.name, person.first_row)
    }

    /// Adds the addresses of an entry of other drafts, which mostly are one.
    ///
    /// # Errors
    /// [`BuildError::TooLarge`] as above.
    pub fn copy_addresses(&mut self, entry: EntryView<'_>) -> Result<[u32; 2], BuildError> {
        let address = self.copy_address(entry.address)?;
        let latest = if entry.address.is(entry.latest) {
            address
        } else {
            self.copy_address(entry.latest)?
        };
        Ok([address, latest])
    }

    /// Forgets everything but its memory.
    pub fn clear(&mut self) {
        self.people.clear();
        self.entries.clear();
        self.periods.clear();
        self.rows.clear();
        self.addresses.clear();
        self.texts.0.clear();
        self.names.clear();
    }

    /// How many people there are.
    pub fn count(&self) -> usize {
        self.people.len()
    }

    /// Gives everything away as it stands, and makes room for as much again: where people are counted,
    /// what they take hardly varies.
    pub fn take(&mut self) -> Self {
        let next = Self {
            people: like(&self.people),
            entries: like(&self.entries),
            periods: like(&self.periods),
            rows: like(&self.rows),
            addresses: like(&self.addresses),
            texts: Texts(like(&self.texts.0)),
            names: String::with_capacity(room(self.names.len())),
        };
        std::mem::replace(self, next)
    }

    /// The same in memory of just its size.
    pub fn exact(mut self) -> Self {
        self.people.shrink_to_fit();
        self.entries.shrink_to_fit();
        self.periods.shrink_to_fit();
        self.rows.shrink_to_fit();
        self.addresses.shrink_to_fit();
        self.names.shrink_to_fit();
        // What they leave is wiped.
        self.texts = Texts(self.texts.0.as_slice().to_vec());
        self
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
