//! Measuring the production matcher on a synthetic nation: what it gets right, and how fast.
//!
//! Place in the flow: beside it. `cargo xtask bench link` and `bench lookup` run it next to a peer that
//! links the same people and rows. Nothing is chosen or tuned here, and no certificate comes from here:
//! thresholds are those of [`Thresholds::UNCERTIFIED`], and recall at a share of wrong answers is read off
//! the rows measured, as other programs state theirs.
//!
//! Left to others: thresholds with a certificate (calibrate), the matcher (identity), other people's
//! labelled data (link).

mod clock;
mod error;
mod ground;
mod keys;
mod peer;
mod tally;

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use identity::decide::{Outcome, Thresholds, identify, judge};
use model::time::Date;
use rayon::prelude::*;
use register::snapshot::ShowBytes;
use serde::Serialize;

pub use self::{
    clock::{Latency, Lookup},
    error::MeasureError,
    ground::GroundSeconds,
    keys::KeyFigures,
    tally::{Curve, Tallies, Tally},
};
use self::{
    ground::{Asked, Ground},
    keys::KeyRow,
    tally::Answered,
};
use crate::link::report::peak_mebibytes;

/// What is measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeasureParameters {
    /// People on file.
    pub people: u64,
    /// Rows measured.
    pub rows: u32,
    /// Further rows for a peer to learn from; they are not measured.
    pub training: u32,
    /// Seed of nation and rows.
    pub seed: u64,
    /// The day it is in that nation.
    pub as_of: Date,
    /// Folder for the peer's `people.csv` and `requests.csv`; none are written without.
    pub peer: Option<PathBuf>,
}

/// The register measured on.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RegisterFacts {
    /// People on file.
    pub people: u32,
    /// Addresses a row can match.
    pub addresses: u64,
    /// Bytes of each plane.
    pub bytes: ShowBytes,
    /// Bytes of match plane and index for each person.
    pub bytes_per_person: u64,
    /// Seconds of the steps.
    pub seconds: GroundSeconds,
    /// Peak memory after building, MiB.
    pub peak_mebibytes_built: u64,
    /// Peak memory after opening, MiB.
    pub peak_mebibytes_opened: u64,
}

/// What was measured.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Measured {
    /// Always true: nothing else is made here.
    pub synthetic: bool,
    /// Seed of nation and rows.
    pub seed: u64,
    /// The day it is in that nation.
    pub as_of: Date,
    /// Rows measured.
    pub rows: usize,
    /// Rows left to a peer to learn from.
    pub training: u32,
    /// Version of the matcher.
    pub model: &'static str,
    /// Thresholds of the answers.
    pub thresholds: Thresholds,
    /// The register.
    pub register: RegisterFacts,
    /// What was right.
    pub accuracy: Tallies,
    /// Rightly identified rows whose address is one on file, and buildings told apart: by form of the key.
    pub address_keys: Vec<KeyFigures>,
    /// What it cost.
    pub lookup: Lookup,
    /// Seconds of asking each row once on all threads and judging it twice.
    pub asked_seconds: f64,
    /// Peak memory of all, MiB.
    pub peak_mebibytes: u64,
}

/// Thresholds that everybody passes who keeps the floors.
const LOWEST: i64 = -1_000_000_000;

/// Makes a nation, builds its register, asks the rows and counts.
///
/// # Errors
/// [`MeasureError`].
pub fn measure(parameters: &MeasureParameters) -> Result<Measured, MeasureError> {
    let ground = ground::make(parameters)?;
    let training = usize::try_from(parameters.training).unwrap_or(usize::MAX);
    if let Some(folder) = &parameters.peer {
        peer::write_requests(folder, &ground.rows, training)?;
    }
    let thresholds = Thresholds {
        largest_register: parameters.people,
        ..Thresholds::UNCERTIFIED
    };
    let rows: Vec<&Asked> = ground.rows.iter().skip(training).collect();
    let start = Instant::now();
    let answered = rows
        .par_iter()
        .map(|asked| Ok((*asked, answered(&ground, asked, &thresholds)?)))
        .collect::<Result<Vec<_>, MeasureError>>()?;
    let took = start.elapsed();
    let key_rows: Vec<KeyRow<'_>> = answered
        .iter()
        .filter(|(asked, _)| asked.meant.is_some())
        .map(|(asked, answer)| KeyRow {
            stated: &asked.parts.addresses,
            on_file: &asked.on_file,
            identified: answer.identified && answer.right,
            answerable: asked.answerable,
        })
        .collect();
    let address_keys = ground.merged.figures(&key_rows);
    let lookup = clock::lookup(&ground, &rows, &thresholds)?;
    Ok(Measured {
        synthetic: true,
        seed: parameters.seed,
        as_of: parameters.as_of,
        rows: rows.len(),
        training: parameters.training,
        model: identity::parameters::MODEL_VERSION,
        thresholds,
        register: facts(&ground),
        accuracy: tally::tallies(&answered),
        address_keys,
        lookup,
        asked_seconds: Duration::as_secs_f64(&took),
        peak_mebibytes: peak_mebibytes(),
    })
}

/// Asks one row: at no threshold for its odds, and at ours.
fn answered(
    ground: &Ground,
    asked: &Asked,
    thresholds: &Thresholds,
) -> Result<Answered, MeasureError> {
    let lowest = Thresholds {
        with_birth_date: LOWEST,
        without_birth_date: LOWEST,
        largest_register: thresholds.largest_register,
    };
    let decision = identify(&asked.query, &ground.register, &lowest)?;
    let judged = judge(&decision.transcript, thresholds)?;
    let reason = |outcome| match outcome {
        Outcome::Identified(_) => None,
        Outcome::Withheld(reason) => Some(reason),
    };
    let ours = reason(judged.outcome);
    let withheld = [reason(decision.outcome), ours];
    Ok(match decision.outcome {
        Outcome::Identified(record) => Answered {
            odds: decision.odds,
            right: Some(record) == asked.meant,
            identified: ours.is_none(),
            withheld,
        },
        Outcome::Withheld(_) => Answered {
            odds: None,
            right: false,
            identified: false,
            withheld,
        },
    })
}

fn facts(ground: &Ground) -> RegisterFacts {
    let show = ground.register.show();
    let [built, opened] = ground.peak_mebibytes;
    let bytes = show.bytes;
    RegisterFacts {
        people: show.people,
        addresses: show.addresses,
        bytes,
        bytes_per_person: (bytes.match_plane + bytes.index) / u64::from(show.people.max(1)),
        seconds: ground.seconds,
        peak_mebibytes_built: built,
        peak_mebibytes_opened: opened,
    }
}
