//! How often identification is wrong, measured, and the certificate that says so.
//!
//! Place in the flow: before the gate may identify. The thresholds are fixed beforehand; nothing is
//! chosen on the data measured. The certificate states the size of the register it was measured on
//! as the largest it holds for, and a bound that follows from the number of rows: few rows give a weak
//! bound, and it says so.
//!
//! Left to others: choosing thresholds, strata and held-out evaluation (the laboratory's evaluation),
//! the clock (the command).

mod bound;
mod trial;

use identity::{
    decide::{IdentifyError, Thresholds},
    parameters::{MODEL_VERSION, model_digest},
};
use instrument::{
    certificate::{Certificate, Measurement},
    genesis::{Genesis, GenesisKind},
    signed::{Signed, SignedError},
};
use model::{
    digest::Digest,
    fault::{Explain, Fault},
    time::Date,
};
use note::SigningKey;
use serde::Serialize;
use thiserror::Error;

pub use bound::wrong_bound_per_billion;

use crate::error::LabError;

/// Why a calibration stopped.
#[derive(Debug, Error)]
pub enum CalibrateError {
    /// Population or request could not be made.
    #[error(transparent)]
    Lab(#[from] LabError),
    /// There is no room for temporary files: the disk's fault.
    #[error("a temporary folder cannot be made")]
    Folder(#[source] std::io::Error),
    /// The synthetic register could not be built or read: ours, or the disk's.
    #[error("the synthetic register cannot be built")]
    Register(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The matcher did not decide.
    #[error(transparent)]
    Identify(#[from] IdentifyError),
    /// The genesis is not a synthetic one signed by its authorities: the caller's fault.
    #[error("the genesis is not a synthetic one in order")]
    Genesis,
    /// The key is not the certifier's of the genesis: the caller's fault.
    #[error("the key is not the certifier's of this genesis")]
    Key,
    /// The certificate cannot be signed: our fault.
    #[error(transparent)]
    Sign(#[from] SignedError),
    /// The certificate's name does not read: our fault.
    #[error("a certificate cannot be named for seed `{0}`")]
    Name(u64),
}

impl CalibrateError {
    /// For `map_err`: anything of the register's making.
    pub(crate) fn register(error: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Register(Box::new(error))
    }
}

impl Explain for CalibrateError {
    fn fault(&self) -> Fault {
        match self {
            Self::Lab(error) => error.fault(),
            Self::Identify(error) => error.fault(),
            Self::Genesis | Self::Key => Fault::Input,
            Self::Folder(_) => Fault::Unavailable,
            Self::Register(_) | Self::Sign(_) | Self::Name(_) => Fault::Integrity,
        }
    }
}

/// What is measured on. Equal trials give equal counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Trial {
    /// People on file.
    pub people: u64,
    /// Rows asked.
    pub rows: u32,
    /// Seed of nation and rows.
    pub seed: u64,
    /// The day it is in that nation.
    pub as_of: Date,
}

/// Rows counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Counted {
    /// Rows asked.
    pub rows: u64,
    /// Of these, rows whose person is on file under the given address.
    pub answerable: u64,
    /// Of all rows, those in which somebody was identified.
    pub identified: u64,
    /// Of those identified, rows that mean somebody else, or nobody on file.
    pub wrong: u64,
}

impl Counted {
    /// Both together.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            rows: self.rows + other.rows,
            answerable: self.answerable + other.answerable,
            identified: self.identified + other.identified,
            wrong: self.wrong + other.wrong,
        }
    }

    fn measurement(self, threshold_millibits: i64) -> Measurement {
        Measurement {
            threshold_millibits,
            answerable: self.answerable,
            identified: self.identified,
            wrong: self.wrong,
            wrong_bound_per_billion: wrong_bound_per_billion(self.wrong, self.identified),
        }
    }
}

/// A trial with its counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Measured {
    /// The trial.
    pub trial: Trial,
    /// Rows with a birth date.
    pub with_birth_date: Counted,
    /// Rows without.
    pub without_birth_date: Counted,
}

/// The thresholds measured: fixed before anything is counted.
pub const THRESHOLDS: Thresholds = Thresholds::UNCERTIFIED;

/// Runs a trial at [`THRESHOLDS`].
///
/// # Errors
/// [`CalibrateError`].
pub fn measure(trial: Trial) -> Result<Measured, CalibrateError> {
    let thresholds = Thresholds {
        largest_register: trial.people,
        ..THRESHOLDS
    };
    let (with_birth_date, without_birth_date) = trial::run(&trial, &thresholds)?;
    Ok(Measured {
        trial,
        with_birth_date,
        without_birth_date,
    })
}

/// Signs what was measured, for a synthetic deployment.
///
/// # Errors
/// [`CalibrateError::Genesis`], [`CalibrateError::Key`], [`CalibrateError::Sign`].
pub fn certify(
    measured: &Measured,
    genesis: &Signed<Genesis>,
    key: &SigningKey,
    made_on: Date,
) -> Result<Signed<Certificate>, CalibrateError> {
    check_genesis(genesis)?;
    if genesis.document().certifier != key.verifier().into() {
        return Err(CalibrateError::Key);
    }
    let Measured {
        trial,
        with_birth_date,
        without_birth_date,
    } = *measured;
    let certificate = Certificate {
        genesis: genesis.digest(),
        id: format!("CAL-{}", trial.seed)
            .parse()
            .map_err(|_| CalibrateError::Name(trial.seed))?,
        made_on,
        model_version: MODEL_VERSION.to_owned(),
        parameters: model_digest(),
        data: format!(
            "SYNTHETIC nation of countersign-lab as of {}, {} rows, one trial, thresholds fixed beforehand",
            trial.as_of, trial.rows
        ),
        seed: trial.seed,
        people: trial.people,
        largest_register: trial.people,
        with_birth_date: with_birth_date.measurement(THRESHOLDS.with_birth_date),
        without_birth_date: without_birth_date.measurement(THRESHOLDS.without_birth_date),
    };
    Ok(Signed::sign(certificate, &[key])?)
}

fn check_genesis(genesis: &Signed<Genesis>) -> Result<(), CalibrateError> {
    let document = genesis.document();
    let needed = usize::try_from(document.authority_threshold).unwrap_or(usize::MAX);
    let signed = genesis.verify_threshold(&document.authorities, needed);
    if document.kind != GenesisKind::Synthetic || signed.is_err() {
        return Err(CalibrateError::Genesis);
    }
    Ok(())
}

/// Digest of the matcher's numbers that certificates made here name.
#[must_use]
pub fn parameters() -> Digest {
    model_digest()
}
