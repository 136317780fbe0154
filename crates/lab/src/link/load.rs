//! Both files read into standard forms, and how often each value occurs among the people.
//!
//! Place in the flow: after the map, before the index.
//!
//! Left to others: reading cells (table, form).

use std::{
    collections::{HashMap, HashSet},
    path::Path,
};

use super::{
    date::{Birth, DateOrder, OrderCount, RawDate},
    error::LinkError,
    form::{Form, WordId, Words, form},
    level::{
        CITY, EXTRA, FIELDS, GIVEN, HOUSE, MIDDLE, POSTCODE, STATE, STREET, SURNAME, TIN, UNIT,
    },
    map::{Columns, Key},
};

/// Number of a person: the place in the file, from 0.
pub type PersonNumber = u32;

/// A request.
#[derive(Debug, Clone)]
pub struct Request {
    /// What it is called in its file.
    pub id: Box<str>,
    /// The right person; `None` where nobody on file is.
    pub truth: Option<PersonNumber>,
    /// A number that all requests about one person share, for splits.
    pub subject: u64,
    /// Its standard form.
    pub form: Form,
}

/// Everything read.
pub struct Loaded {
    /// People in the order of the file.
    pub people: Vec<Form>,
    /// Numbers of people that do not depend on the order of the file.
    pub names_of_people: Vec<u64>,
    /// Requests in the order of the file.
    pub requests: Vec<Request>,
    /// Words of both.
    pub words: Words,
    /// How often values occur among the people.
    pub counts: Counts,
    /// Order of dates among people and requests.
    pub date_order: [DateOrder; 2],
    /// Requests whose truth is stated and not on file; they count as absent.
    pub truth_not_on_file: u64,
}

struct Rows {
    ids: Vec<Box<str>>,
    truths: Vec<Box<str>>,
    forms: Vec<Form>,
    order: DateOrder,
}

/// Reads both files.
///
/// # Errors
/// What reading returns; [`LinkError::Line`] for a row without an id or with one given before;
/// [`LinkError::File`] for a file without rows, or requests none of whose truths is on file.
pub fn load(people: (&Path, &Columns), requests: (&Path, &Columns)) -> Result<Loaded, LinkError> {
    let mut words = Words::default();
    let on_file = rows(people.0, people.1, &mut words)?;
    let asked = rows(requests.0, requests.1, &mut words)?;
    let numbers: HashMap<&str, PersonNumber> =
        on_file.ids.iter().map(AsRef::as_ref).zip(0..).collect();
    let mut truth_not_on_file = 0;
    let mut list = Vec::with_capacity(asked.forms.len());
    for ((id, truth), form) in asked.ids.iter().zip(&asked.truths).zip(&asked.forms) {
        let person = numbers.get(truth.as_ref()).copied();
        truth_not_on_file += u64::from(person.is_none() && !truth.is_empty());
        let subject = hash(if truth.is_empty() { id } else { truth });
        list.push(Request {
            id: id.clone(),
            truth: person,
            subject,
            form: *form,
        });
    }
    let stated = asked.truths.iter().any(|truth| !truth.is_empty());
    if stated && list.iter().all(|request| request.truth.is_none()) {
        return Err(LinkError::File {
            path: requests.0.to_owned(),
            problem: "has no `truth` that is an `id` of the people".into(),
        });
    }
    let counts = Counts::of(&on_file.forms, &words);
    Ok(Loaded {
        names_of_people: on_file.ids.iter().map(|id| hash(id)).collect(),
        people: on_file.forms,
        requests: list,
        words,
        counts,
        date_order: [on_file.order, asked.order],
        truth_not_on_file,
    })
}

fn rows(path: &Path, columns: &Columns, words: &mut Words) -> Result<Rows, LinkError> {
    let wanted = columns.named();
    let keys: Vec<Key> = wanted.iter().map(|(key, _)| *key).collect();
    let at = |key: Key| keys.iter().position(|other| *other == key);
    let (id_at, truth_at) = (at(Key::Id), at(Key::Truth));
    let mut rows = Rows {
        ids: Vec::new(),
        truths: Vec::new(),
        forms: Vec::new(),
        order: DateOrder::YearFirst,
    };
    let mut births: Vec<RawDate> = Vec::new();
    let mut count = OrderCount::default();
    let mut seen: HashSet<Box<str>> = HashSet::new();
    super::table::read_rows(path, &wanted, &mut |line, row| {
        let cell = |at: Option<usize>| at.and_then(|at| row.get(at)).copied().unwrap_or_default();
        let id: Box<str> = cell(id_at).into();
        if id.is_empty() || !seen.insert(id.clone()) {
            let what = if id.is_empty() {
                "is empty"
            } else {
                "was given before"
            };
            return Err(LinkError::Line {
                path: path.to_owned(),
                line,
                problem: format!("the `id` {what}"),
            });
        }
        let (form, birth) = form(words, &keys, row);
        count.add(birth);
        rows.ids.push(id);
        if truth_at.is_some() {
            rows.truths.push(cell(truth_at).into());
        }
        rows.forms.push(form);
        births.push(birth);
        Ok(())
    })?;
    if rows.forms.is_empty() {
        return Err(LinkError::File {
            path: path.to_owned(),
            problem: "has no rows".into(),
        });
    }
    rows.order = count.order();
    for (form, birth) in rows.forms.iter_mut().zip(births) {
        form.birth = birth.settle(rows.order);
    }
    Ok(rows)
}

/// A number of a text that is the same on every machine (FNV-1a, finished as in SplitMix64).
#[must_use]
pub fn hash(text: &str) -> u64 {
    let mixed = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| {
        (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    mix(mixed)
}

/// Spreads a number over all bits (SplitMix64, Steele, Lea and Flood 2014).
#[must_use]
pub const fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// How many people have each value.
#[derive(Default)]
pub struct Counts {
    /// People on file.
    pub people: u64,
    fields: Vec<Vec<u32>>,
    births: HashMap<Birth, u32>,
}

impl Counts {
    fn of(people: &[Form], words: &Words) -> Self {
        let (names, values) = (
            words.names.words().count() + 1,
            words.values.words().count() + 1,
        );
        let mut counts = Self {
            people: people.len() as u64,
            fields: (0..FIELDS)
                .map(|field| vec![0; if field <= MIDDLE { names } else { values }])
                .collect(),
            births: HashMap::new(),
        };
        for form in people {
            counts.add(form);
        }
        counts
    }

    fn add(&mut self, form: &Form) {
        let mut one = |field: usize, id: WordId| {
            let slot = self
                .fields
                .get_mut(field)
                .and_then(|field| field.get_mut(id as usize));
            if let Some(slot) = slot {
                *slot += 1;
            }
        };
        let [first, later @ ..] = form.given;
        one(GIVEN, first);
        later.into_iter().for_each(|id| one(MIDDLE, id));
        form.surname.into_iter().for_each(|id| one(SURNAME, id));
        for (field, id) in values_of(form) {
            one(field, id);
        }
        *self.births.entry(form.birth).or_default() += 1;
    }

    /// People with this value in this field; 0 for the empty value.
    #[must_use]
    pub fn of_value(&self, field: usize, id: WordId) -> u64 {
        let count = self
            .fields
            .get(field)
            .and_then(|field| field.get(id as usize));
        if id == 0 {
            0
        } else {
            count.copied().unwrap_or(0).into()
        }
    }

    /// People born then.
    #[must_use]
    pub fn born(&self, birth: Birth) -> u64 {
        self.births.get(&birth).copied().unwrap_or(0).into()
    }
}

/// Fields compared as whole values, with a form's values.
pub fn values_of(form: &Form) -> impl Iterator<Item = (usize, WordId)> {
    let fixed = [
        (TIN, form.tin),
        (HOUSE, form.house),
        (STREET, form.street),
        (UNIT, form.unit),
        (CITY, form.city),
        (STATE, form.state),
        (POSTCODE, form.postcode),
    ];
    fixed.into_iter().chain((EXTRA..).zip(form.extra))
}
