//! Gathering: from a query and a register to the transcript that alone decides.
//!
//! Place in the flow: the only part of stage B that touches the register; decide judges what it
//! gives.
//!
//! Left to others: odds, floors and reasons (decide).

use model::id::RecordNumber;
use standard::name::StandardName;

use crate::{
    blocking::{BlockKey, KEYS_VERSION, Slips, near_years, query_keys},
    candidates::{Candidates, CandidatesError, KnownName, Marker, NameField, Records},
    compare::{Bearing, Comparator},
    level::Levels,
    numbering::Numbering,
    parameters::{HARDLY_ANYBODY, MODEL_VERSION, model_digest},
    query::Query,
    score::{fields_weight, name_classes},
    transcript::{CandidateGroup, RowFacts, Transcript},
};

/// What a query is looked up under in a register: its keys, and the years of birth under which
/// oversized blocks are read.
#[must_use]
pub fn keys_of(query: &Query, register: &dyn Candidates) -> (Vec<BlockKey>, Vec<i16>) {
    keys_with(query, &Known::of(query.name(), register))
}

fn keys_with(query: &Query, known: &Known<'_>) -> (Vec<BlockKey>, Vec<i16>) {
    let keys = query_keys(query, &known.slips());
    (keys, near_years(query.date_of_birth()))
}

/// Compares the query with every candidate.
///
/// # Errors
/// [`CandidatesError`] where the register cannot be read.
pub fn gather(query: &Query, register: &dyn Candidates) -> Result<Transcript, CandidatesError> {
    let known = Known::of(query.name(), register);
    let (keys, years) = keys_with(query, &known);
    let found = register.candidates(&keys, &years)?;
    let people = register.people();
    let (row, bearing) = row_facts(query, &known, register);
    let comparator = Comparator::new(query, bearing);
    let records = register.records(&found.records)?;
    let levels = comparator.levels_of(&found.records, &records, register)?;
    let groups = grouped(&found.records, &records, &levels);
    let best = best_record(&groups, &row);
    let entries_given = match best {
        Some(record) => comparator.entries_given(record, &register.record(record)?.addresses),
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
        candidates: groups.into_iter().map(|(group, _)| group).collect(),
        best,
        entries_given,
    })
}

/// Candidates that agree alike, ascending, each group with its first record.
fn grouped(
    numbers: &[RecordNumber],
    records: &Records,
    levels: &[Levels],
) -> Vec<(CandidateGroup, RecordNumber)> {
    let mut kinds = Numbering::for_at_most(levels.len());
    let mut groups: Vec<(CandidateGroup, RecordNumber)> = Vec::new();
    for ((record, head), levels) in numbers.iter().zip(&records.heads).zip(levels) {
        let (levels, marker) = (*levels, head.marker);
        let place = kinds.place(levels.number() << 1 | u32::from(marker == Marker::Hold));
        match groups.get_mut(place) {
            Some((group, _)) => group.count = group.count.saturating_add(1),
            None => groups.push((
                CandidateGroup {
                    levels,
                    marker,
                    count: 1,
                },
                *record,
            )),
        }
    }
    groups.sort_unstable();
    groups
}

/// The model's digest, as transcripts write it.
pub(crate) fn model_digest_text() -> &'static str {
    static DIGEST: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    DIGEST.get_or_init(|| model_digest().to_string())
}

/// The one record of greatest weight; `None` where several weigh the same.
fn best_record(groups: &[(CandidateGroup, RecordNumber)], row: &RowFacts) -> Option<RecordNumber> {
    let weights = groups
        .iter()
        .map(|(group, _)| fields_weight(&group.levels, row));
    let greatest = weights.clone().max()?;
    let mut first = weights
        .zip(groups)
        .filter(|(weight, _)| *weight == greatest);
    match (first.next(), first.next()) {
        (Some((_, (group, record))), None) if group.count == 1 => Some(*record),
        _ => None,
    }
}

/// What the register knows of the names of a row as written.
struct Known<'r> {
    given: Option<KnownName<'r>>,
    surnames: Vec<KnownName<'r>>,
}

impl<'r> Known<'r> {
    fn of(name: &StandardName, register: &'r dyn Candidates) -> Self {
        let known = |field| move |token: &String| register.known(field, token);
        Self {
            given: name.given.first().map(known(NameField::Given)),
            surnames: name
                .surnames
                .iter()
                .map(known(NameField::Surname))
                .collect(),
        }
    }

    /// Names on file a slip away from the row's.
    fn slips(&self) -> Slips<'r> {
        Slips {
            given: self
                .given
                .iter()
                .flat_map(|name| name.slips.iter().copied())
                .collect(),
            surnames: self
                .surnames
                .iter()
                .flat_map(|name| name.slips.iter().copied())
                .collect(),
        }
    }
}

fn row_facts(query: &Query, known: &Known<'_>, register: &dyn Candidates) -> (RowFacts, Bearing) {
    let small = |count: usize| u8::try_from(count).unwrap_or(u8::MAX);
    let name = query.name();
    let people = register.people();
    let share = |field| move |token: &String| register.share(field, token);
    let given = known.given.as_ref().map(|name| name.share);
    let surnames: Vec<_> = known.surnames.iter().map(|name| name.share).collect();
    let exchanged_given = name.surnames.first().map(share(NameField::Given));
    let exchanged_surnames: Vec<_> = name.given.iter().map(share(NameField::Surname)).collect();
    let bearers = given.map_or(0, |share| share.same);
    let facts = RowFacts {
        given_names: small(name.given.len()),
        later_written_out: small(name.given.iter().skip(1).filter(|n| n.len() > 1).count()),
        surnames: small(name.surnames.len()),
        given_on_file: bearers > 0,
        surname_on_file: surnames.iter().any(|share| share.same > 0),
        suffix: name.suffix.is_some(),
        date_of_birth: query.date_of_birth().is_some(),
        tin: query.tin().is_some(),
        addresses: small(query.addresses().len()),
        straight: name_classes(given, &surnames, people),
        exchanged: name_classes(exchanged_given, &exchanged_surnames, people),
    };
    let bearing = if bearers.saturating_mul(HARDLY_ANYBODY) > people {
        Bearing::Common
    } else {
        Bearing::HardlyAnybody
    };
    (facts, bearing)
}
