//! One trial of the matcher: a synthetic register, requests about its people, and the truth.
//!
//! Place in the flow: [`super::tune`] and [`super::measure`] run several and count. The laboratory holds
//! every key itself, so tokens need no keepers; rows are read exactly as the gate reads admitted ones. A
//! trial's memory is given back before the next.
//!
//! Left to others: what the answers mean (tally, misled), the matcher (identity).

use std::collections::HashMap;

use identity::{
    decide::{Decision, Outcome, Thresholds, identify},
    level::BirthLevel,
    query::{Query, RowParts},
};
use instrument::certificate::{
    measurement::{RowKind, band_of, part_of_group},
    thresholds::Trial,
};
use model::{
    column::Column,
    id::{Epoch, PersonId, RecordNumber},
    personal::Personal,
    row::{Cell, CellKind, Row},
};
use rayon::prelude::*;
use register::{
    build::{self, BuildOptions, SealedPlane},
    extract,
    kind::Synthetic,
    register::Register,
};
use seal::{keys::EpochKeys, shares::ShareSets, token::TokenEvaluator};
use statute::{date::DateReading, reading, statute_book};

use super::{CalibrateError, misled::Misled};
use crate::{
    error::LabError,
    extract::{ExtractFormat, ExtractWriter},
    nation::{
        self, Parameters, PersonSink, World,
        person::{Person, Profile},
    },
    rates::{Rate, Rates},
    request::{self, Chooser, Chosen, Kind, RequestParameters, Subject, Value},
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

/// Writes the extract, samples whom to ask about, and remembers who is on file.
struct Writer<'run> {
    extract: ExtractWriter<'run>,
    chooser: Chooser,
    on_file: Vec<(PersonId, Profile)>,
    bearers: HashMap<u64, u64>,
}

impl PersonSink for Writer<'_> {
    fn person(&mut self, person: &Person) -> Result<(), LabError> {
        self.chooser.offer(person);
        if let Some(id) = &person.id {
            let profile = Profile::of(person);
            *self.bearers.entry(profile.surname).or_default() += 1;
            self.on_file.push((id.clone(), profile));
        }
        self.extract.person(person)
    }
}

/// A register with everything needed to ask it and to know the right answer.
struct Bench {
    register: Register<Synthetic>,
    tokens: TokenEvaluator,
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
    let parameters = Parameters {
        people: trial.people,
        seed: trial.seed,
        as_of: trial.as_of,
        rates: rates.clone(),
    };
    parameters.check()?;
    let world = World::new(&parameters)?;
    let asked = RequestParameters {
        rows: trial.rows,
        seed: trial.seed,
        deficient: Rate::millionths(0),
        officers: 1,
        boilerplate: 0,
    };
    let wanted = request::wanted(&asked, rates);
    let path = folder.path().join("extract.csv");
    let mut writer = Writer {
        extract: ExtractWriter::create(&path, ExtractFormat::Csv, world.atlas())?,
        chooser: Chooser::new(trial.seed, parameters.last_year(), wanted),
        on_file: Vec::new(),
        bearers: HashMap::new(),
    };
    nation::populate(&world, trial.people, &mut writer)?;
    writer.extract.finish()?;
    let chosen = writer.chooser.finish();
    if chosen.present.len() < wanted.present || chosen.absent.len() < wanted.absent {
        return Err(too_many_rows(trial, &chosen));
    }
    let mut subjects = Vec::new();
    request::rows(&world, rates, &asked, &chosen, &mut |subject| {
        subjects.push(subject);
        Ok(())
    })?;
    let out = folder.path().join("register");
    let bench = Bench::build(trial, &path, writer.on_file, writer.bearers, &out)?;
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
    fn build(
        trial: &Trial,
        extract: &std::path::Path,
        on_file: Vec<(PersonId, Profile)>,
        bearers: HashMap<u64, u64>,
        out: &std::path::Path,
    ) -> Result<Self, CalibrateError> {
        let digest = extract::digest_of_file(extract).map_err(CalibrateError::register)?;
        let register =
            extract::register_id("CALIBRATION", &digest).map_err(CalibrateError::register)?;
        let keepers = ["lab-1", "lab-2"].map(str::parse).into_iter();
        let keepers = keepers
            .collect::<Result<Vec<_>, _>>()
            .map_err(CalibrateError::register)?;
        let sets = ShareSets::new(2, keepers).map_err(CalibrateError::register)?;
        let seed = model::digest::Digest::of_parts(&[
            b"countersign/lab/calibration-keys/v1",
            &trial.seed.to_be_bytes(),
        ]);
        let keys = EpochKeys::from_seed(register, Epoch(1), sets, seed.as_bytes());
        let rows = extract::open(extract).map_err(CalibrateError::register)?;
        let options = BuildOptions {
            sealed_plane: SealedPlane::HeadersOnly,
            ..BuildOptions::standard()
        };
        build::build::<Synthetic>(rows, &digest, &keys, &options, out)
            .map_err(CalibrateError::register)?;
        let register = Register::open(out).map_err(CalibrateError::register)?;
        let (records, profiles) = records(&on_file, &keys);
        Ok(Self {
            register,
            tokens: TokenEvaluator::new(&keys),
            records,
            profiles,
            bearers,
        })
    }

    /// Asks one row.
    fn answer(&self, subject: &Subject, thresholds: &Thresholds) -> Result<Answer, CalibrateError> {
        let parts = row_parts(&row(subject));
        let kind = if parts.date_of_birth.is_some() {
            RowKind::WithBirthDate
        } else {
            RowKind::WithoutBirthDate
        };
        let query = self.query(&parts)?;
        let decision = identify(&query, &self.register, thresholds)?;
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
        let threshold = if decision
            .evidence
            .iter()
            .any(|line| line.field == "birth" && line.level == BirthLevel::Missing.code())
        {
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

    fn query(&self, parts: &RowParts) -> Result<Query, CalibrateError> {
        let tokens = parts
            .token_values()
            .iter()
            .map(|value| self.tokens.evaluate(value.kind, value.part.expose()))
            .collect();
        parts.query(tokens).map_err(CalibrateError::register)
    }
}

/// Record numbers by place in the extract, and profiles by record, as the builder numbers them: people in
/// the order of a keyed value.
fn records(on_file: &[(PersonId, Profile)], keys: &EpochKeys) -> (Vec<RecordNumber>, Vec<Profile>) {
    let mut ordered: Vec<([u8; 32], usize)> = on_file
        .par_iter()
        .enumerate()
        .map(|(place, (id, _))| {
            let order = keys.builder_value("record-order", &[id.as_str().as_bytes()]);
            (order, place)
        })
        .collect();
    ordered.par_sort_unstable();
    let mut records = vec![RecordNumber(u32::MAX); on_file.len()];
    for (number, (_, place)) in (0_u32..).zip(&ordered) {
        if let Some(record) = records.get_mut(*place) {
            *record = RecordNumber(number);
        }
    }
    let profile = |(_, place): &([u8; 32], usize)| on_file.get(*place).map(|(_, profile)| *profile);
    (records, ordered.iter().filter_map(profile).collect())
}

/// The row as intake reads it from a workbook.
fn row(subject: &Subject) -> Row {
    let cells = Column::ALL
        .iter()
        .zip(0_u16..)
        .filter_map(|(column, position)| {
            let (kind, text) = match subject.row.value(*column)? {
                Value::Text(text) => (CellKind::Text, text.clone()),
                Value::Number(number) => (CellKind::Number, number.to_string()),
                Value::Date(date) => (CellKind::Date, date.to_string()),
            };
            Some(Cell {
                column: *column,
                position,
                kind,
                formula: false,
                text: Personal::new(text),
            })
        });
    Row::new(1, 2, false, cells.collect())
}

/// What the row states about the person, read as casework reads an admitted row.
fn row_parts(row: &Row) -> RowParts {
    let read = reading::read_row(row, statute_book());
    let older = reading::more_addresses(row);
    let sufficient = |address: &&standard::address::Reading| {
        let mut problems = address.problems.iter();
        problems.all(standard::address::AddressProblem::is_question)
    };
    RowParts {
        name: standard::name::standard_name(
            reading::value(row, Column::GivenNames),
            reading::value(row, Column::Surnames),
            reading::value(row, Column::Suffix),
        ),
        date_of_birth: match read.date_of_birth {
            DateReading::Date(date) => Some(date),
            _ => None,
        },
        tin: match read.tin {
            reading::TinReading::Tin(ref tin) => Some(tin.clone()),
            _ => None,
        },
        addresses: std::iter::once(&read.address)
            .chain(&older)
            .filter(sufficient)
            .map(|address| address.address.clone())
            .collect(),
    }
}
