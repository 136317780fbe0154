//! One trial of the matcher: a synthetic register, requests about its people, and the truth.
//!
//! Place in the flow: [`super::tune`] and [`super::measure`] run several and count. A trial's memory is
//! given back before the next.
//!
//! Left to others: extract and rows (staging), keys and reading (in_hand), what the answers mean (tally,
//! misled), the matcher (identity).

use std::collections::HashMap;

use identity::{
    decide::{Decision, Outcome, Thresholds, identify},
    level::BirthLevel,
    score::BIRTH_DATE_FIELD,
};
use instrument::certificate::{
    measurement::{RowKind, band_of, part_of_group},
    thresholds::Trial,
};
use model::id::{PersonId, RecordNumber};
use rayon::prelude::*;

use super::{CalibrateError, misled::Misled};
use crate::{
    error::LabError,
    in_hand::{self, KeysInHand, Purpose, RegisterInHand},
    nation::{
        PersonSink,
        person::{Person, Profile},
    },
    rates::Rates,
    request::{Chosen, Kind, Subject},
    staging::{Stage, StageParameters},
};

/// The registers made here.
const PURPOSE: Purpose = Purpose {
    name: "CALIBRATION",
    label: "countersign/lab/calibration-keys/v1",
};

/// What came of one row.
pub(super) struct Answer {
    /// Whether the row states a birth date.
    pub kind: RowKind,
    /// Its parts of [`instrument::certificate::measurement::PARTS`]: band and group.
    pub parts: [usize; 2],
    /// Whether the person is on file under the given address, and the row has a birth date or TIN.
    pub answerable: bool,
    /// Who was named, if anybody.
    pub named: Option<Named>,
}

/// Somebody was named.
pub(super) struct Named {
    /// Log-odds, milli-bits.
    pub odds: i64,
    /// Which threshold applied: that with a birth date only where the record has one too.
    pub threshold: RowKind,
    /// What the name was, where it was the wrong one.
    pub misled: Option<Box<Misled>>,
}

/// Remembers who is on file while the nation streams past.
#[derive(Default)]
struct Onlooker {
    on_file: Vec<PersonId>,
    profiles: Vec<Profile>,
    bearers: HashMap<u64, u64>,
}

impl PersonSink for Onlooker {
    fn person(&mut self, person: &Person) -> Result<(), LabError> {
        if let Some(id) = &person.id {
            let profile = Profile::of(person);
            *self.bearers.entry(profile.surname).or_default() += 1;
            self.on_file.push(id.clone());
            self.profiles.push(profile);
        }
        Ok(())
    }
}

/// A register with everything needed to ask it and to know the right answer.
struct Bench {
    register: RegisterInHand,
    /// By place in the extract.
    records: Vec<RecordNumber>,
    /// By record.
    profiles: Vec<Profile>,
    bearers: HashMap<u64, u64>,
}

/// Runs a trial at these thresholds and gives what came of every row.
pub(super) fn run(
    trial: &Trial,
    rates: &Rates,
    thresholds: &Thresholds,
) -> Result<Vec<Answer>, CalibrateError> {
    let folder = tempfile::tempdir().map_err(CalibrateError::Folder)?;
    let stage = StageParameters {
        people: trial.people,
        rows: trial.rows,
        seed: trial.seed,
        as_of: trial.as_of,
    };
    let stage = Stage::new(&stage, rates)?;
    let mut onlooker = Onlooker::default();
    let (extract, chosen) = stage.populate(folder.path(), &mut onlooker)?;
    let wanted = stage.wanted();
    if chosen.present.len() < wanted.present || chosen.absent.len() < wanted.absent {
        return Err(too_many_rows(trial, &chosen));
    }
    let subjects = stage.rows(&chosen)?;
    let out = folder.path().join("register");
    let keys = KeysInHand::of(&extract, PURPOSE, trial.seed)?;
    keys.build(&extract, &in_hand::headers_only(), &out)?;
    let bench = Bench::of(keys.open(&out)?, onlooker);
    let thresholds = Thresholds {
        largest_register: trial.people,
        ..*thresholds
    };
    subjects
        .par_iter()
        .map(|subject| bench.answer(subject, &thresholds))
        .collect()
}

/// No household is asked about twice: a bound counts independent rows.
fn too_many_rows(trial: &Trial, chosen: &Chosen) -> CalibrateError {
    LabError::Argument {
        what: "--rows",
        range: format!(
            "so few that no household is asked about twice (of {} people, {} households with somebody on file \
             and {} with somebody absent were found)",
            trial.people,
            chosen.present.len(),
            chosen.absent.len()
        ),
        value: trial.rows.to_string(),
    }
    .into()
}

impl Bench {
    fn of(register: RegisterInHand, seen: Onlooker) -> Self {
        let ordered = register.in_record_order(seen.on_file.par_iter());
        let mut records = vec![RecordNumber(u32::MAX); seen.on_file.len()];
        for (number, place) in (0_u32..).zip(&ordered) {
            if let Some(record) = records.get_mut(*place) {
                *record = RecordNumber(number);
            }
        }
        let profile = |place: &usize| seen.profiles.get(*place).copied();
        Self {
            register,
            records,
            profiles: ordered.iter().filter_map(profile).collect(),
            bearers: seen.bearers,
        }
    }

    /// Asks one row.
    fn answer(&self, subject: &Subject, thresholds: &Thresholds) -> Result<Answer, CalibrateError> {
        let parts = in_hand::row_parts(&in_hand::sheet_row(subject));
        let kind = if parts.date_of_birth.is_some() {
            RowKind::WithBirthDate
        } else {
            RowKind::WithoutBirthDate
        };
        let query = self.register.query(&parts)?;
        let decision = identify(&query, &self.register.register, thresholds)?;
        let bearers = self.bearers.get(&subject.profile.surname).copied();
        Ok(Answer {
            kind,
            parts: [
                band_of(bearers.unwrap_or(0)),
                part_of_group(subject.profile.group.index()),
            ],
            answerable: subject.kind == Kind::Answerable,
            named: self.named(subject, &decision),
        })
    }

    fn named(&self, subject: &Subject, decision: &Decision) -> Option<Named> {
        let Outcome::Identified(record) = decision.outcome else {
            return None;
        };
        let place = subject
            .number
            .and_then(|number| usize::try_from(number.0).ok());
        let meant = place.and_then(|place| self.records.get(place));
        let threshold =
            if decision.evidence.iter().any(|line| {
                line.field == BIRTH_DATE_FIELD && line.level == BirthLevel::Missing.code()
            }) {
                RowKind::WithoutBirthDate
            } else {
                RowKind::WithBirthDate
            };
        let misled = (meant != Some(&record)).then(|| {
            let named = usize::try_from(record.0).ok();
            let named = named.and_then(|record| self.profiles.get(record));
            Box::new(Misled::of(subject, named, decision))
        });
        Some(Named {
            odds: decision.odds.unwrap_or(i64::MIN),
            threshold,
            misled,
        })
    }
}
