//! Gathering: from a query and a register to the transcript that alone decides.
//!
//! Place in the flow: the only part of stage B that touches the register; decide judges what it
//! gives.
//!
//! Left to others: odds, floors and reasons (decide).

use std::collections::BTreeMap;

use model::id::RecordNumber;
use standard::name::StandardName;

use crate::{
    blocking::{BlockKey, KEYS_VERSION, Slips, near_years, query_keys},
    candidates::{Candidates, CandidatesError, Marker, NameField, NameShare},
    compare::{Bearing, Comparator},
    level::Levels,
    parameters::{HARDLY_ANYBODY, MODEL_VERSION, model_digest},
    query::{Query, exchanged_name},
    score::{name_classes, weight},
    transcript::{CandidateGroup, RowFacts, Transcript},
};

/// What a query is looked up under in a register: its keys, and the years of birth under which
/// oversized blocks are read.
#[must_use]
pub fn keys_of(query: &Query, register: &dyn Candidates) -> (Vec<BlockKey>, Vec<i16>) {
    let keys = query_keys(query, &slips(query, register));
    (keys, near_years(query.date_of_birth()))
}

/// Compares the query with every candidate.
///
/// # Errors
/// [`CandidatesError`] where the register cannot be read.
pub fn gather(query: &Query, register: &dyn Candidates) -> Result<Transcript, CandidatesError> {
    let (keys, years) = keys_of(query, register);
    let found = register.candidates(&keys, &years)?;
    let people = register.people();
    let (row, bearing) = row_facts(query, register);
    let mut comparator = Comparator::new(query, bearing);
    let mut groups: BTreeMap<(Levels, Marker), (u64, RecordNumber)> = BTreeMap::new();
    for record in found.records {
        let view = register.record(record)?;
        let levels = comparator.levels(record, &view);
        let group = groups.entry((levels, view.marker)).or_insert((0, record));
        group.0 = group.0.saturating_add(1);
    }
    let best = best_record(&groups, &row, people);
    let entries_given = match best {
        Some(record) => comparator.entries_given(record, &register.record(record)?),
        None => Vec::new(),
    };
    let mut unread = found.unread;
    unread.sort_unstable();
    Ok(Transcript {
        version: MODEL_VERSION.to_owned(),
        model: model_digest_text().to_owned(),
        keys: KEYS_VERSION.to_owned(),
        people,
        row,
        unread,
        candidates: groups
            .into_iter()
            .map(|((levels, marker), (count, _))| CandidateGroup {
                levels,
                marker,
                count,
            })
            .collect(),
        best,
        entries_given,
    })
}

/// The model's digest, as transcripts write it.
pub(crate) fn model_digest_text() -> &'static str {
    static DIGEST: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    DIGEST.get_or_init(|| model_digest().to_string())
}

/// The one record of greatest weight; `None` where several weigh the same.
fn best_record(
    groups: &BTreeMap<(Levels, Marker), (u64, RecordNumber)>,
    row: &RowFacts,
    people: u64,
) -> Option<RecordNumber> {
    let weighed = || {
        groups
            .iter()
            .map(|((levels, _), group)| (weight(levels, row, people), group))
    };
    let greatest = weighed().map(|(weight, _)| weight).max()?;
    let mut first = weighed().filter(|(weight, _)| *weight == greatest);
    match (first.next(), first.next()) {
        (Some((_, (1, record))), None) => Some(*record),
        _ => None,
    }
}

/// Names on file a slip away from the row's.
fn slips(query: &Query, register: &dyn Candidates) -> Slips {
    let name = query.name();
    let given = name.given.first();
    let surnames = name.surnames.iter();
    Slips {
        given: given
            .map(|token| register.slips(NameField::Given, token))
            .unwrap_or_default(),
        surnames: surnames
            .flat_map(|token| register.slips(NameField::Surname, token))
            .collect(),
    }
}

fn row_facts(query: &Query, register: &dyn Candidates) -> (RowFacts, Bearing) {
    let small = |count: usize| u8::try_from(count).unwrap_or(u8::MAX);
    let name = query.name();
    let (given, surnames) = shares(name, register);
    let exchanged = shares(&exchanged_name(name), register);
    let people = register.people();
    let bearers = given.map_or(0, |share| share.same);
    let facts = RowFacts {
        given_names: small(name.given.len()),
        surnames: small(name.surnames.len()),
        given_on_file: bearers > 0,
        surname_on_file: surnames.iter().any(|share| share.same > 0),
        suffix: name.suffix.is_some(),
        date_of_birth: query.date_of_birth().is_some(),
        tin: query.tin().is_some(),
        addresses: small(query.addresses().len()),
        straight: name_classes(given, &surnames, people),
        exchanged: name_classes(exchanged.0, &exchanged.1, people),
    };
    let bearing = if bearers.saturating_mul(HARDLY_ANYBODY) > people {
        Bearing::Common
    } else {
        Bearing::HardlyAnybody
    };
    (facts, bearing)
}

fn shares(name: &StandardName, register: &dyn Candidates) -> (Option<NameShare>, Vec<NameShare>) {
    let given = name.given.first();
    let surnames = name.surnames.iter();
    (
        given.map(|token| register.share(NameField::Given, token)),
        surnames
            .map(|token| register.share(NameField::Surname, token))
            .collect(),
    )
}
