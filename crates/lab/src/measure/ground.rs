//! The ground measured on: a synthetic register from the real builder's library, and rows with their truth.
//!
//! Place in the flow: made first. The laboratory holds every key itself, so tokens need no keepers; the
//! sealed plane has headers only, since nothing is opened.
//!
//! Left to others: asking (the module above), files for a peer (peer).

use std::{
    collections::HashMap,
    path::Path,
    time::{Duration, Instant},
};

use identity::{
    candidates::{Candidates as _, NameField},
    query::{Query, RowParts},
};
use model::id::{Epoch, PersonId, RecordNumber};
use rayon::prelude::*;
use register::{
    build::{self, BuildOptions, SealedPlane},
    extract,
    kind::Synthetic,
    register::Register,
};
use seal::{keys::EpochKeys, shares::ShareSets, token::TokenEvaluator};

use super::{MeasureError, MeasureParameters, peer::PeerPeople, row::row_parts};
use crate::{
    error::LabError,
    extract::{ExtractFormat, ExtractWriter},
    link::report::peak_mebibytes,
    nation::{self, Parameters, PersonSink, World, person::Person},
    rates::{Rate, Rates},
    request::{self, Chooser, Kind, RequestParameters},
    tables::Group,
};

/// A row with its truth, ready to be asked.
pub struct Asked {
    /// What it states.
    pub parts: RowParts,
    /// The same with its tokens.
    pub query: Query,
    /// The record meant, where the person is on file.
    pub meant: Option<RecordNumber>,
    /// The id in the extract of the person meant.
    pub person: Option<String>,
    /// Whether a right answer may be given.
    pub answerable: bool,
    /// Group of the person meant.
    pub group: Option<Group>,
    /// Bearers on file of the surname of the person meant, or of the row's where nobody is.
    pub bearers: u64,
}

/// Seconds of the steps.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct GroundSeconds {
    /// Making the nation and writing its extract (and the peer's people).
    pub nation: f64,
    /// Building the register from the extract.
    pub build: f64,
    /// Opening it.
    pub open: f64,
}

/// A register with everything needed to ask it and to know the right answer.
pub struct Ground {
    /// The register.
    pub register: Register<Synthetic>,
    /// Rows, in their order.
    pub rows: Vec<Asked>,
    /// Bearers on file of the surname at the 99th percentile of distinct surnames.
    pub common_bearers: u64,
    /// Seconds of the steps.
    pub seconds: GroundSeconds,
    /// Peak memory after building and after opening, MiB.
    pub peak_mebibytes: [u64; 2],
}

/// Sees the nation stream past.
struct Writer<'run> {
    extract: ExtractWriter<'run>,
    chooser: Chooser,
    on_file: Vec<PersonId>,
    surnames: HashMap<String, u64>,
    peer: Option<PeerPeople<'run>>,
}

impl PersonSink for Writer<'_> {
    fn person(&mut self, person: &Person) -> Result<(), LabError> {
        self.chooser.offer(person);
        if let Some(id) = &person.id {
            self.on_file.push(id.clone());
            match self.surnames.get_mut(&person.surnames) {
                Some(count) => *count += 1,
                None => {
                    self.surnames.insert(person.surnames.clone(), 1);
                }
            }
        }
        if let Some(peer) = &mut self.peer {
            peer.person(person)?;
        }
        self.extract.person(person)
    }
}

/// Makes nation, register and rows.
///
/// # Errors
/// [`MeasureError`].
pub fn make(parameters: &MeasureParameters) -> Result<Ground, MeasureError> {
    let start = Instant::now();
    let folder = tempfile::tempdir().map_err(MeasureError::Folder)?;
    let rates = Rates::built_in()?;
    let nation = Parameters {
        people: parameters.people,
        seed: parameters.seed,
        as_of: parameters.as_of,
        rates: rates.clone(),
    };
    nation.check()?;
    let world = World::new(&nation)?;
    let asked = RequestParameters {
        rows: parameters.rows + parameters.training,
        seed: parameters.seed,
        deficient: Rate::millionths(0),
        officers: 1,
        boilerplate: 0,
    };
    let path = folder.path().join("extract.csv");
    let wanted = request::wanted(&asked, &rates);
    let peer = parameters.peer.as_deref();
    let mut writer = Writer {
        extract: ExtractWriter::create(&path, ExtractFormat::Csv, world.atlas())?,
        chooser: Chooser::new(parameters.seed, nation.last_year(), wanted),
        on_file: Vec::new(),
        surnames: HashMap::new(),
        peer: peer
            .map(|folder| PeerPeople::create(folder, world.atlas()))
            .transpose()?,
    };
    nation::populate(&world, parameters.people, &mut writer)?;
    writer.extract.finish()?;
    writer.peer.map_or(Ok(()), PeerPeople::finish)?;
    let made = start.elapsed();
    let built = Built::of(parameters, &path, &folder.path().join("register"))?;
    let records = records(&writer.on_file, &built.keys);
    let chosen = writer.chooser.finish();
    let facts: HashMap<String, (Group, String)> = chosen
        .present
        .iter()
        .filter_map(|person| {
            let id = person.id.as_ref()?.to_string();
            Some((id, (person.group, person.surnames.clone())))
        })
        .collect();
    let mut rows = Vec::new();
    request::rows(&world, &rates, &asked, &chosen, &mut |subject| {
        rows.push(subject);
        Ok(())
    })?;
    let ask = |subject: &request::Subject| built.asked(subject, &records, &facts);
    let rows = rows
        .par_iter()
        .map(ask)
        .collect::<Result<Vec<_>, MeasureError>>()?;
    Ok(Ground {
        rows,
        common_bearers: percentile_99(writer.surnames.into_values().collect()),
        seconds: GroundSeconds {
            nation: made.as_secs_f64(),
            build: built.took[0].as_secs_f64(),
            open: built.took[1].as_secs_f64(),
        },
        peak_mebibytes: built.peak_mebibytes,
        register: built.register,
    })
}

/// The count that one surname in a hundred reaches.
fn percentile_99(mut counts: Vec<u64>) -> u64 {
    counts.sort_unstable();
    counts
        .get(counts.len() * 99 / 100)
        .copied()
        .unwrap_or(u64::MAX)
}

struct Built {
    keys: EpochKeys,
    register: Register<Synthetic>,
    tokens: TokenEvaluator,
    took: [Duration; 2],
    peak_mebibytes: [u64; 2],
}

impl Built {
    fn of(
        parameters: &MeasureParameters,
        extract: &Path,
        out: &Path,
    ) -> Result<Self, MeasureError> {
        let start = Instant::now();
        let digest = extract::digest_of_file(extract).map_err(MeasureError::register)?;
        let register = extract::register_id("MEASURE", &digest).map_err(MeasureError::register)?;
        let keepers = ["lab-1", "lab-2"].map(str::parse).into_iter();
        let keepers = keepers
            .collect::<Result<Vec<_>, _>>()
            .map_err(MeasureError::register)?;
        let sets = ShareSets::new(2, keepers).map_err(MeasureError::register)?;
        let seed = model::digest::Digest::of_parts(&[
            b"countersign/lab/measure-keys/v1",
            &parameters.seed.to_be_bytes(),
        ]);
        let keys = EpochKeys::from_seed(register, Epoch(1), sets, seed.as_bytes());
        let rows = extract::open(extract).map_err(MeasureError::register)?;
        let options = BuildOptions {
            sealed_plane: SealedPlane::HeadersOnly,
            ..BuildOptions::standard()
        };
        build::build::<Synthetic>(rows, &digest, &keys, &options, out)
            .map_err(MeasureError::register)?;
        let built = start.elapsed();
        let built_peak = peak_mebibytes();
        let register = Register::open(out).map_err(MeasureError::register)?;
        Ok(Self {
            tokens: TokenEvaluator::new(&keys),
            keys,
            register,
            took: [built, start.elapsed() - built],
            peak_mebibytes: [built_peak, peak_mebibytes()],
        })
    }

    fn asked(
        &self,
        subject: &request::Subject,
        records: &HashMap<PersonId, RecordNumber>,
        facts: &HashMap<String, (Group, String)>,
    ) -> Result<Asked, MeasureError> {
        let parts = row_parts(subject);
        let tokens = parts
            .token_values()
            .iter()
            .map(|value| self.tokens.evaluate(value.kind, value.part.expose()))
            .collect();
        let query = parts.query(tokens).map_err(MeasureError::register)?;
        let id: Option<PersonId> = subject.person_id.as_deref().and_then(|id| id.parse().ok());
        let known = subject.person_id.as_ref().and_then(|id| facts.get(id));
        let surnames = match known {
            Some((_, surnames)) => standard::name::standard_name("", surnames, "").surnames,
            None => parts.name.surnames.clone(),
        };
        let bearers = surnames
            .iter()
            .map(|token| self.register.share(NameField::Surname, token).same);
        Ok(Asked {
            query,
            meant: id.and_then(|id| records.get(&id).copied()),
            person: subject.person_id.clone(),
            answerable: subject.kind == Kind::Answerable,
            group: known.map(|(group, _)| *group),
            bearers: bearers.max().unwrap_or(0),
            parts,
        })
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
