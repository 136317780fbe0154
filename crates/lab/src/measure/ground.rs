//! The ground measured on: a synthetic register from the real builder's library, and rows with their truth.
//!
//! Place in the flow: made first.
//!
//! Left to others: the nation's extract and rows (staging), the register's keys (in_hand), asking (the
//! module above), files for a peer (peer).

use std::{collections::HashMap, time::Instant};

use identity::{
    candidates::{Candidates as _, NameField},
    query::{Query, RowParts},
};
use model::id::{PersonId, RecordNumber};
use rayon::prelude::*;
use register::{kind::Synthetic, register::Register};
use standard::{address::StandardAddress, name::standard_name};

use super::{
    MeasureError, MeasureParameters,
    keys::{self, Buildings, Merged},
    peer::PeerPeople,
};
use crate::{
    error::LabError,
    in_hand::{self, KeysInHand, Purpose, RegisterInHand},
    link::report::peak_mebibytes,
    nation::{PersonSink, atlas::Atlas, person::Person},
    rates::Rates,
    request::{Chosen, Kind, Subject},
    staging::{Stage, StageParameters},
    tables::Group,
};

/// The register made here.
const PURPOSE: Purpose = Purpose {
    name: "MEASURE",
    label: "countersign/lab/measure-keys/v1",
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
    /// The addresses the person meant has on file.
    pub on_file: Vec<StandardAddress>,
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
    /// Buildings that share an on-file address key.
    pub merged: Merged,
    /// Seconds of the steps.
    pub seconds: GroundSeconds,
    /// Peak memory after building and after opening, MiB.
    pub peak_mebibytes: [u64; 2],
}

/// Sees the nation stream past.
struct Onlooker<'run> {
    on_file: Vec<PersonId>,
    surnames: HashMap<String, u64>,
    buildings: Buildings,
    peer: Option<PeerPeople<'run>>,
}

impl PersonSink for Onlooker<'_> {
    fn person(&mut self, person: &Person) -> Result<(), LabError> {
        if let Some(id) = &person.id {
            self.on_file.push(id.clone());
            self.buildings.person(person);
            match self.surnames.get_mut(&person.surnames) {
                Some(count) => *count += 1,
                None => {
                    self.surnames.insert(person.surnames.clone(), 1);
                }
            }
        }
        match &mut self.peer {
            Some(peer) => peer.person(person),
            None => Ok(()),
        }
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
    let stage = StageParameters {
        people: parameters.people,
        rows: parameters.rows.saturating_add(parameters.training),
        seed: parameters.seed,
        as_of: parameters.as_of,
    };
    let stage = Stage::new(&stage, &rates)?;
    let peer = parameters.peer.as_deref();
    let mut onlooker = Onlooker {
        on_file: Vec::new(),
        surnames: HashMap::new(),
        buildings: Buildings::new(parameters.people),
        peer: peer
            .map(|folder| PeerPeople::create(folder, stage.world().atlas()))
            .transpose()?,
    };
    let (extract, chosen) = stage.populate(folder.path(), &mut onlooker)?;
    onlooker.peer.map_or(Ok(()), PeerPeople::finish)?;
    let nation = start.elapsed();
    let out = folder.path().join("register");
    let keys = KeysInHand::of(&extract, PURPOSE, parameters.seed)?;
    keys.build(&extract, &in_hand::headers_only(), &out)?;
    let built = (start.elapsed(), peak_mebibytes());
    let register = keys.open(&out)?;
    let opened = (start.elapsed(), peak_mebibytes());
    let truth = Truth::of(&onlooker.on_file, &register, &chosen, stage.world().atlas());
    let rows = stage
        .rows(&chosen)?
        .par_iter()
        .map(|subject| truth.asked(subject, &register))
        .collect::<Result<Vec<_>, MeasureError>>()?;
    Ok(Ground {
        rows,
        merged: onlooker.buildings.merged(stage.world().atlas()),
        common_bearers: percentile_99(onlooker.surnames.into_values().collect()),
        seconds: GroundSeconds {
            nation: nation.as_secs_f64(),
            build: (built.0 - nation).as_secs_f64(),
            open: (opened.0 - built.0).as_secs_f64(),
        },
        peak_mebibytes: [built.1, opened.1],
        register: register.register,
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

/// Who is who.
struct Truth<'run> {
    records: HashMap<PersonId, RecordNumber>,
    /// Those the rows may be about, by id.
    people: HashMap<String, &'run Person>,
    atlas: &'run Atlas,
}

impl<'run> Truth<'run> {
    fn of(
        on_file: &[PersonId],
        register: &RegisterInHand,
        chosen: &'run Chosen,
        atlas: &'run Atlas,
    ) -> Self {
        let ordered = register.in_record_order(on_file.par_iter());
        let id = |place: usize| on_file.get(place).cloned();
        let people = chosen.present.iter();
        let people = people.filter_map(|person| Some((person.id.as_ref()?.to_string(), person)));
        Self {
            records: (0_u32..)
                .zip(ordered)
                .filter_map(|(number, place)| Some((id(place)?, RecordNumber(number))))
                .collect(),
            people: people.collect(),
            atlas,
        }
    }

    fn asked(&self, subject: &Subject, register: &RegisterInHand) -> Result<Asked, MeasureError> {
        let parts = in_hand::row_parts(&in_hand::sheet_row(subject));
        let id: Option<PersonId> = subject.person_id.as_deref().and_then(|id| id.parse().ok());
        let known = subject.person_id.as_ref();
        let known = known.and_then(|id| self.people.get(id));
        let surnames = match known {
            Some(person) => standard_name("", &person.surnames, "").surnames,
            None => parts.name.surnames.clone(),
        };
        let bearers = surnames
            .iter()
            .map(|token| register.register.share(NameField::Surname, token).same);
        Ok(Asked {
            query: register.query(&parts)?,
            meant: id.and_then(|id| self.records.get(&id).copied()),
            person: subject.person_id.clone(),
            answerable: subject.kind == Kind::Answerable,
            group: known.map(|person| person.group),
            on_file: known.map_or_else(Vec::new, |person| keys::on_file(person, self.atlas)),
            bearers: bearers.max().unwrap_or(0),
            parts,
        })
    }
}
