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
    bound::Bounds,
    candidates::{Candidates, CandidatesError, KnownName, Marker, NameField, Records},
    compare::{Bearing, Comparator},
    floor::floor,
    found::CandidateSet,
    level::Levels,
    numbering::Numbering,
    parameters::{LEAST_WEIGHT, MODEL_VERSION, PASSED_OVER, model_digest},
    query::Query,
    scale::Millibits,
    score::{best_group, fields_weight, name_classes, prior},
    sieve::Sieve,
    transcript::{CandidateGroup, PassedOver, RowFacts, Transcript},
};

/// What a query is looked up under in a register: its keys, and the years of birth under which
/// oversized blocks are read.
#[must_use]
pub fn keys_of(query: &Query, register: &dyn Candidates) -> (Vec<BlockKey>, &'static [i16]) {
    keys_with(query, &Known::of(query.name(), register))
}

fn keys_with(query: &Query, known: &Known<'_>) -> (Vec<BlockKey>, &'static [i16]) {
    let keys = query_keys(query, &known.slips());
    (keys, near_years(query.date_of_birth()))
}

/// Compares the query with every candidate that could matter.
///
/// # Errors
/// [`CandidatesError`] where the register cannot be read.
pub fn gather(query: &Query, register: &dyn Candidates) -> Result<Transcript, CandidatesError> {
    let known = Known::of(query.name(), register);
    let (keys, years) = keys_with(query, &known);
    let CandidateSet { found, mut unread } = register.candidates(&keys, years)?;
    unread.sort_unstable();
    let people = register.people();
    let (row, bearing) = row_facts(query, &known, register);
    let comparator = Comparator::new(query, bearing);
    let sieve = Sieve::of(
        &found,
        query.date_of_birth(),
        &Bounds::new(&row, &unread, people),
    );
    let mut compared = Compared::for_at_most(found.len(), prior(people));
    let mut passed_over = Vec::new();
    for group in sieve.groups() {
        if compared.could_be_changed_by(group.greatest) {
            let numbers = sieve.records(group);
            let records = register.records(numbers)?;
            let levels = comparator.levels_of(numbers, &records, register)?;
            compared.add(numbers, &records, &levels, &row);
        } else {
            passed_over.push(PassedOver {
                kinds: group.kinds,
                birth: group.birth,
                count: u64::try_from(sieve.records(group).len()).unwrap_or(u64::MAX),
            });
        }
    }
    passed_over.sort_unstable();
    compared.groups.sort_unstable();
    let best = compared.best(&row);
    let entries_given = match best {
        Some(record) => comparator.entries_given(record, &register.record(record)?.addresses),
        None => Vec::new(),
    };
    Ok(Transcript {
        version: MODEL_VERSION.to_owned(),
        model: model_digest_text().to_owned(),
        keys: KEYS_VERSION.to_owned(),
        people,
        row,
        unread,
        candidates: compared
            .groups
            .into_iter()
            .map(|(group, _)| group)
            .collect(),
        passed_over,
        best,
        entries_given,
    })
}

/// Candidates that agree alike, each group with its first record.
struct Compared {
    kinds: Numbering,
    groups: Vec<(CandidateGroup, RecordNumber)>,
    heaviest: Option<Heaviest>,
    /// Of every record.
    prior: Millibits,
}

/// The heaviest record compared so far.
#[derive(Clone, Copy)]
struct Heaviest {
    weight: Millibits,
    /// Whether the floors allow to name it.
    is_nameable: bool,
}

impl Compared {
    fn for_at_most(records: usize, prior: Millibits) -> Self {
        Self {
            kinds: Numbering::for_at_most(records),
            groups: Vec::new(),
            heaviest: None,
            prior,
        }
    }

    fn add(
        &mut self,
        numbers: &[RecordNumber],
        records: &Records,
        levels: &[Levels],
        row: &RowFacts,
    ) {
        for ((record, head), levels) in numbers.iter().zip(&records.heads).zip(levels) {
            let (levels, marker) = (*levels, head.marker);
            let held = u32::from(marker == Marker::Hold);
            let place = self.kinds.place(levels.number() << 1 | held);
            if let Some((group, _)) = self.groups.get_mut(place) {
                group.count = group.count.saturating_add(1);
            } else {
                let group = CandidateGroup {
                    levels,
                    marker,
                    count: 1,
                };
                self.groups.push((group, *record));
                self.weigh(&levels, fields_weight(&levels, row) + self.prior);
            }
        }
    }

    fn weigh(&mut self, levels: &Levels, weight: Millibits) {
        let is_nameable = floor(levels).is_ok();
        match &mut self.heaviest {
            Some(heaviest) if heaviest.weight > weight => {}
            Some(heaviest) if heaviest.weight == weight => heaviest.is_nameable |= is_nameable,
            heaviest => {
                *heaviest = Some(Heaviest {
                    weight,
                    is_nameable,
                });
            }
        }
    }

    /// Whether records that weigh so much at most could change the outcome: as the person meant, or
    /// as rivals of somebody who could be named. Groups come heaviest first, so that what is
    /// compared in the end depends on the heaviest record alone.
    ///
    /// A record passed over counts for at most 2^-24 of the heaviest ([`PASSED_OVER`]). A person added
    /// elsewhere may bring it under a key more, by a name a slip away, so that it is compared and counts
    /// for less: another's odds can rise by that much, and by no more, through somebody's being added.
    fn could_be_changed_by(&self, greatest: Millibits) -> bool {
        let heaviest = self
            .heaviest
            .filter(|heaviest| heaviest.weight >= LEAST_WEIGHT);
        match heaviest {
            None => greatest >= LEAST_WEIGHT,
            Some(heaviest) if heaviest.is_nameable => greatest > heaviest.weight - PASSED_OVER,
            Some(heaviest) => greatest >= heaviest.weight,
        }
    }

    /// The one record of greatest weight; `None` where several weigh the same.
    fn best(&self, row: &RowFacts) -> Option<RecordNumber> {
        let best = best_group(self.groups.iter().map(|(group, _)| group), row)?;
        let (_, record) = self.groups.get(best.place)?;
        best.is_alone.then_some(*record)
    }
}

/// The model's digest, as transcripts write it.
pub(crate) fn model_digest_text() -> &'static str {
    static DIGEST: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    DIGEST.get_or_init(|| model_digest().to_string())
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
    // Exchanged names are compared as they stand, never with slips.
    let borne = |field| move |token: &String| register.borne(field, token);
    let given = known.given.as_ref().map(|name| name.share);
    let surnames: Vec<_> = known.surnames.iter().map(|name| name.share).collect();
    let exchanged_given = name.surnames.first().map(borne(NameField::Given));
    let exchanged_surnames: Vec<_> = name.given.iter().map(borne(NameField::Surname)).collect();
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
    (facts, Bearing::of(bearers, people))
}
