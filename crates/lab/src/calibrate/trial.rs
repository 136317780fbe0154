//! One trial of the matcher: a synthetic register, requests about its people, and the truth.
//!
//! Place in the flow: [`super::measure`] runs one and counts. The laboratory holds every key itself,
//! so tokens need no keepers; rows are read exactly as the gate reads admitted ones.
//!
//! Left to others: what the counts mean (the module above), the matcher (identity).

use std::collections::HashMap;

use identity::{
    decide::{Outcome, Thresholds, identify},
    query::{Query, RowParts},
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

use super::{CalibrateError, Counted, Trial};
use crate::{
    error::LabError,
    extract::{ExtractFormat, ExtractWriter},
    nation::{self, Parameters, PersonSink, World, person::Person},
    rates::{Rate, Rates},
    request::{self, Chooser, Kind, RequestParameters, Subject, Value},
};

/// Writes the extract, samples whom to ask about, and remembers who is on file.
struct Writer<'run> {
    extract: ExtractWriter<'run>,
    chooser: Chooser,
    on_file: Vec<PersonId>,
}

impl PersonSink for Writer<'_> {
    fn person(&mut self, person: &Person) -> Result<(), LabError> {
        self.chooser.offer(person);
        self.on_file.extend(person.id.clone());
        self.extract.person(person)
    }
}

/// A register with everything needed to ask it and to know the right answer.
struct Bench {
    register: Register<Synthetic>,
    tokens: TokenEvaluator,
    records: HashMap<PersonId, RecordNumber>,
}

/// Runs a trial and gives the counts of rows with and without a birth date.
pub(super) fn run(
    trial: &Trial,
    thresholds: &Thresholds,
) -> Result<(Counted, Counted), CalibrateError> {
    let folder = tempfile::tempdir().map_err(CalibrateError::Folder)?;
    let rates = Rates::built_in()?;
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
    let path = folder.path().join("extract.csv");
    let mut writer = Writer {
        extract: ExtractWriter::create(&path, ExtractFormat::Csv, world.atlas())?,
        chooser: Chooser::new(
            trial.seed,
            parameters.last_year(),
            request::wanted(&asked, &rates),
        ),
        on_file: Vec::new(),
    };
    nation::populate(&world, trial.people, &mut writer)?;
    writer.extract.finish()?;
    let mut subjects = Vec::new();
    request::rows(
        &world,
        &rates,
        &asked,
        &writer.chooser.finish(),
        &mut |subject| {
            subjects.push(subject);
            Ok(())
        },
    )?;
    let bench = Bench::build(
        trial,
        &path,
        &writer.on_file,
        &folder.path().join("register"),
    )?;
    bench.count(&subjects, thresholds)
}

impl Bench {
    fn build(
        trial: &Trial,
        extract: &std::path::Path,
        on_file: &[PersonId],
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
        Ok(Self {
            register,
            tokens: TokenEvaluator::new(&keys),
            records: records(on_file, &keys),
        })
    }

    fn count(
        &self,
        subjects: &[Subject],
        thresholds: &Thresholds,
    ) -> Result<(Counted, Counted), CalibrateError> {
        subjects
            .par_iter()
            .map(|subject| self.one(subject, thresholds))
            .try_reduce(
                || (Counted::default(), Counted::default()),
                |left, right| Ok((left.0.plus(right.0), left.1.plus(right.1))),
            )
    }

    /// Asks one row.
    fn one(
        &self,
        subject: &Subject,
        thresholds: &Thresholds,
    ) -> Result<(Counted, Counted), CalibrateError> {
        let parts = row_parts(&row(subject));
        let with_birth_date = parts.date_of_birth.is_some();
        let query = self.query(&parts)?;
        let decision = identify(&query, &self.register, thresholds)?;
        let meant = subject
            .person_id
            .as_deref()
            .and_then(|id| id.parse().ok())
            .and_then(|id: PersonId| self.records.get(&id).copied());
        let named = match decision.outcome {
            Outcome::Identified(record) => Some(record),
            Outcome::Withheld(_) => None,
        };
        let counted = Counted {
            rows: 1,
            answerable: u64::from(subject.kind == Kind::Answerable),
            identified: u64::from(named.is_some()),
            wrong: u64::from(named.is_some() && named != meant),
        };
        Ok(if with_birth_date {
            (counted, Counted::default())
        } else {
            (Counted::default(), counted)
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

/// Record numbers, as the builder gives them: people in the order of a keyed value.
fn records(on_file: &[PersonId], keys: &EpochKeys) -> HashMap<PersonId, RecordNumber> {
    let mut ordered: Vec<([u8; 32], &PersonId)> = on_file
        .par_iter()
        .map(|id| {
            let order = keys.builder_value("record-order", &[id.as_str().as_bytes()]);
            (order, id)
        })
        .collect();
    ordered.par_sort_unstable();
    (0_u32..)
        .zip(ordered)
        .map(|(number, (_, id))| (id.clone(), RecordNumber(number)))
        .collect()
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
