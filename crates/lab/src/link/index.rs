//! Blocking keys: which people a request is compared with.
//!
//! Place in the flow: after loading, before comparing. A person has a key for each way of being
//! found; a request looks up its own keys and those of the names like its own. A block that is too
//! large is read only where another field agrees; one left unread is counted.
//!
//! Left to others: comparing (compare), what an unread block may hide (decide).

use rayon::prelude::*;

use super::{
    compare::Neighbours,
    date::Birth,
    form::{Dictionary, Form, WordId},
    load::{Loaded, PersonNumber, mix},
    map::MOST_EXTRA,
};

/// Largest block read whole under a key of two fields or a number.
const WHOLE: usize = 1_000;
/// Largest block read whole under a key of one common field; larger ones add nothing others lack.
const WIDE: usize = 300;
/// Largest block gone through for rows that agree in other fields too.
const REFINED: usize = 50_000;
/// Most rows taken of such a block; where more agree, more must agree.
const TAKEN: usize = 2_000;
/// Fields that must agree in such a block, at least.
const AGREEING: u8 = 3;

/// What a key is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u64)]
enum Kind {
    Tin = 1,
    Birth,
    SurnameYear,
    GivenSurname,
    SurnameArea,
    SurnameCity,
    GivenPostcode,
    GivenYear,
    GivenMonthDay,
    HouseStreet,
    // One field, perhaps a common one.
    Surname,
    Given,
    Postcode,
    GivenCity,
    Extra,
}

impl Kind {
    const fn is_wide(self) -> bool {
        matches!(
            self,
            Self::Surname | Self::Given | Self::Postcode | Self::GivenCity | Self::Extra
        )
    }
}

/// A key with what it is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct BlockKey {
    kind: Kind,
    hash: u64,
}

/// A key of two values; `None` where one is not stated.
fn key(kind: Kind, a: u32, b: u32) -> Option<BlockKey> {
    let stated = a != 0 && b != 0;
    let whole = mix(mix(kind as u64) ^ (u64::from(a) << 32 | u64::from(b)));
    stated.then_some(BlockKey { kind, hash: whole })
}

fn born(birth: Birth) -> u32 {
    let stated = birth.year != 0 && birth.month != 0;
    u32::from(stated) * (u32::from(birth.year) * 10_000 + month_day(birth))
}

fn month_day(birth: Birth) -> u32 {
    u32::from(birth.month) * 100 + u32::from(birth.day)
}

/// Values whose keys a person has, or a request asks under.
struct Values {
    surnames: Vec<WordId>,
    givens: Vec<WordId>,
    pairs: Vec<(WordId, WordId)>,
    births: Vec<u32>,
}

fn keys(form: &Form, values: &Values) -> Vec<BlockKey> {
    let mut found = Vec::with_capacity(32 + 4 * (values.surnames.len() + values.givens.len()));
    let year = u32::from(form.birth.year);
    let mut push = |key: Option<BlockKey>| found.extend(key);
    push(key(Kind::Tin, form.tin, 1));
    push(key(Kind::HouseStreet, form.house, form.street));
    push(key(Kind::Postcode, form.postcode, 1));
    for birth in &values.births {
        push(key(Kind::Birth, *birth, 1));
    }
    for surname in &values.surnames {
        push(key(Kind::SurnameYear, *surname, year));
        push(key(Kind::SurnameArea, *surname, form.area));
        push(key(Kind::SurnameCity, *surname, form.city));
        push(key(Kind::Surname, *surname, 1));
    }
    for given in &values.givens {
        push(key(Kind::GivenPostcode, *given, form.postcode));
        push(key(Kind::GivenYear, *given, year));
        push(key(Kind::GivenCity, *given, form.city));
        push(key(Kind::GivenMonthDay, *given, month_day(form.birth)));
        push(key(Kind::Given, *given, 1));
    }
    for (given, surname) in &values.pairs {
        push(key(Kind::GivenSurname, *given, *surname));
    }
    for (place, value) in (1..).zip(form.extra).take(MOST_EXTRA) {
        push(key(Kind::Extra, value, place));
    }
    found
}

fn stated(ids: impl IntoIterator<Item = WordId>) -> Vec<WordId> {
    let mut ids: Vec<WordId> = ids.into_iter().filter(|id| *id != 0).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

fn pairs(givens: &[WordId], surnames: &[WordId]) -> impl Iterator<Item = (WordId, WordId)> {
    givens
        .iter()
        .flat_map(|given| surnames.iter().map(|surname| (*given, *surname)))
}

fn keys_of_person(names: &Dictionary, form: &Form) -> Vec<BlockKey> {
    let surnames = stated(form.surname);
    let givens = stated(form.given.map(|given| names.formal(given)));
    keys(
        form,
        &Values {
            pairs: pairs(&givens, &surnames).collect(),
            surnames,
            givens,
            births: vec![born(form.birth)],
        },
    )
}

fn keys_of_request(names: &Dictionary, near: &Neighbours, form: &Form) -> Vec<BlockKey> {
    let [first, later @ ..] = form.given;
    let alike = |id: WordId| near.near(id).iter().map(|near| near.id);
    let own_surnames = stated(form.surname);
    let own_givens = stated(form.given.map(|given| names.formal(given)));
    let mut surnames = stated(
        form.surname
            .into_iter()
            .flat_map(alike)
            .chain(own_surnames.iter().copied()),
    );
    let like_first = alike(first)
        .map(|id| names.formal(id))
        .chain([names.formal(first)]);
    let mut givens = stated(like_first.chain(later.map(|id| names.formal(id))));
    let mut both: Vec<(WordId, WordId)> = pairs(&own_givens, &surnames)
        .chain(pairs(&givens, &own_surnames))
        .collect();
    // Given name and surname in each other's place.
    let crossed = stated(form.surname.map(|id| names.formal(id)));
    both.extend(pairs(&crossed, &stated(form.given)));
    if own_surnames.is_empty() {
        surnames = stated(form.given.into_iter().chain(alike(first)));
    }
    if own_givens.is_empty() {
        givens = crossed;
    }
    both.sort_unstable();
    both.dedup();
    let exchanged = Birth {
        month: form.birth.day,
        day: form.birth.month,
        ..form.birth
    };
    let births = stated([born(form.birth), born(exchanged)]);
    keys(
        form,
        &Values {
            surnames,
            givens,
            pairs: both,
            births,
        },
    )
}

/// Every key of every person, sorted.
pub struct Index {
    hashes: Vec<u64>,
    people: Vec<PersonNumber>,
}

/// Whom a request is compared with.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Candidates {
    /// In order, each once.
    pub people: Vec<PersonNumber>,
    /// People in blocks that were too large to go through.
    pub unread: u64,
}

impl Index {
    /// Of all people.
    #[must_use]
    pub fn of(loaded: &Loaded) -> Self {
        let names = &loaded.words.names;
        let mut entries: Vec<(u64, PersonNumber)> = (0..u32::MAX)
            .zip(&loaded.people)
            .collect::<Vec<_>>()
            .into_par_iter()
            .flat_map_iter(|(number, form)| {
                keys_of_person(names, form)
                    .into_iter()
                    .map(move |key| (key.hash, number))
            })
            .collect();
        entries.par_sort_unstable();
        entries.dedup();
        Self {
            hashes: entries.iter().map(|(hash, _)| *hash).collect(),
            people: entries.iter().map(|(_, person)| *person).collect(),
        }
    }

    fn block(&self, hash: u64) -> &[PersonNumber] {
        let start = self.hashes.partition_point(|other| *other < hash);
        let rest = self.hashes.get(start..).unwrap_or_default();
        let length = if rest.get(WHOLE).is_some_and(|other| *other == hash) {
            rest.partition_point(|other| *other == hash)
        } else {
            rest.iter().take_while(|other| **other == hash).count()
        };
        self.people.get(start..start + length).unwrap_or_default()
    }

    /// Everybody who shares a key with the request.
    #[must_use]
    pub fn candidates(&self, loaded: &Loaded, near: &Neighbours, request: &Form) -> Candidates {
        let mut found = Candidates::default();
        for key in keys_of_request(&loaded.words.names, near, request) {
            let block = self.block(key.hash);
            match (block.len(), key.kind.is_wide()) {
                (..=WIDE, _) | (..=WHOLE, false) => found.people.extend(block),
                (_, true) => {}
                (..=REFINED, false) => {
                    let left = refined(loaded, request, block, &mut found.people);
                    found.unread = found.unread.max(left);
                }
                (size, false) => found.unread = found.unread.max(size as u64),
            }
        }
        found.people.sort_unstable();
        found.people.dedup();
        found
    }
}

/// Takes those of a large block who agree in other fields too, and counts who agree and were left: where
/// thousands agree alike, only those who agree in more are taken, and the others stay unread.
fn refined(
    loaded: &Loaded,
    request: &Form,
    block: &[PersonNumber],
    people: &mut Vec<PersonNumber>,
) -> u64 {
    let names = &loaded.words.names;
    let agreeing: Vec<(u8, PersonNumber)> = block
        .iter()
        .filter_map(|person| {
            let form = loaded.people.get(*person as usize)?;
            Some((agreements(request, form, names), *person))
        })
        .filter(|(count, _)| *count >= AGREEING)
        .collect();
    let with = |least: u8| agreeing.iter().filter(move |(count, _)| *count >= least);
    let mut least = AGREEING;
    while with(least).count() > TAKEN {
        least += 1;
    }
    let before = people.len();
    people.extend(with(least).map(|(_, person)| *person));
    (agreeing.len() - (people.len() - before)) as u64
}

/// In how many of birth year, day, first name, surname, postcode area and house number two agree.
fn agreements(request: &Form, person: &Form, names: &Dictionary) -> u8 {
    let ([a, ..], [b, ..]) = (request.given, person.given);
    let ([s, ..], [t, ..]) = (request.surname, person.surname);
    let same = |a: u32, b: u32| u8::from(a != 0 && a == b);
    same(u32::from(request.birth.year), u32::from(person.birth.year))
        + same(names.formal(a), names.formal(b))
        + same(s, t)
        + same(request.area, person.area)
        + same(month_day(request.birth), month_day(person.birth))
        + same(request.house, person.house)
}
