//! How often identification is wrong, measured.
//!
//! Place in the flow: before the gate may identify. [`tune`] chooses thresholds from a fixed grid on the
//! tuning seeds and freezes them; [`measure`] counts at those thresholds, on seeds nothing was tuned on,
//! each household asked at most once; `countersign certify` signs what was measured. It holds for
//! registers of at most as many people as were measured, and each bound follows from the number of
//! releases: few rows give a weak bound, and it says so.
//!
//! Left to others: signing (the gate's `certify`), bounds and what a measurement is (instrument's
//! certificate), files (the command).

mod kept;
mod misled;
mod tally;
mod trial;

use identity::{
    blocking::KEYS_VERSION,
    decide::{IdentifyError, Thresholds},
    parameters::{MODEL_VERSION, model_digest},
};
use instrument::{
    certificate::{
        CertificateError, bound,
        measurement::{Counted, GroupShares, Measurement, RowKind},
        thresholds::{ChoiceRule, FrozenThresholds, Grid, Matcher, Trial},
    },
    document::Document as _,
};
use model::fault::{Explain, Fault};
use thiserror::Error;

use self::tally::{Tally, Tuning};
pub use self::{
    kept::{KEPT, KEPT_GROUPS, KEPT_LARGE, Kept},
    misled::{Likeness, Misled},
    tally::GridPoint,
};
use crate::{error::LabError, in_hand::InHandError, rates::Rates};

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
    #[error(transparent)]
    Register(#[from] InHandError),
    /// The matcher did not decide.
    #[error(transparent)]
    Identify(#[from] IdentifyError),
    /// The matcher was wrong at odds too high for the grid: the matcher's fault.
    #[error("no threshold of the grid lies far enough above the odds of a wrong answer")]
    NoThreshold,
    /// The frozen thresholds are for another matcher or nation: the caller's fault, tune anew.
    #[error("the frozen thresholds are for another {0} than this program's")]
    Frozen(&'static str),
    /// What would be written does not hold: a seed measured twice, or tuned on. The caller's fault.
    #[error("this cannot be measured")]
    Measurement(#[from] CertificateError),
}

impl Explain for CalibrateError {
    fn fault(&self) -> Fault {
        match self {
            Self::Lab(error) => error.fault(),
            Self::Identify(error) => error.fault(),
            Self::Frozen(_) | Self::Measurement(_) => Fault::Input,
            Self::Folder(_) => Fault::Unavailable,
            Self::NoThreshold => Fault::Refused,
            Self::Register(_) => Fault::Integrity,
        }
    }
}

/// One-sided 95% upper bound on a share of which a sample was counted, in parts per billion: as
/// certificates state it for all rows of a kind.
#[must_use]
pub fn wrong_bound_per_billion(wrong: u64, trials: u64) -> u64 {
    bound::wrong_bound_per_billion(wrong, trials, 1)
}

/// Times the nation's rates of errors in rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowErrors {
    /// Above the line.
    pub numerator: u32,
    /// Below it.
    pub denominator: u32,
}

impl RowErrors {
    /// As the nation has them: what a certificate must be measured at.
    pub const USUAL: Self = Self {
        numerator: 1,
        denominator: 1,
    };

    fn words(self) -> String {
        match self.denominator {
            1 => self.numerator.to_string(),
            denominator => format!("{}/{denominator}", self.numerator),
        }
    }
}

/// What of the nation is measured otherwise than its rates say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conditions {
    /// How frequent errors in rows are.
    pub row_errors: RowErrors,
    /// The shares of the groups.
    pub groups: GroupShares,
}

impl Conditions {
    /// Nothing: what a certificate must be measured at.
    pub const USUAL: Self = Self {
        row_errors: RowErrors::USUAL,
        groups: GroupShares::AsInTheNation,
    };

    /// The nation's rates under these conditions.
    fn of(self, rates: &Rates) -> Rates {
        let RowErrors {
            numerator,
            denominator,
        } = self.row_errors;
        let rates = rates.with_row_errors(numerator, denominator);
        match self.groups {
            GroupShares::AsInTheNation => rates,
            GroupShares::Equal => rates.with_equal_groups(),
        }
    }
}

/// The grid: from odds of 1,000 to 1 upwards, in steps of half a bit.
pub const GRID: Grid = Grid {
    lowest: 10_000,
    highest: 30_000,
    step: 500,
};
/// How far a threshold lies above the best odds that misled: three bits.
pub const MARGIN_MILLIBITS: i64 = 3_000;

/// The matcher built into this program, as certificates name it.
#[must_use]
pub fn matcher() -> Matcher {
    Matcher {
        model_version: MODEL_VERSION.to_owned(),
        keys_version: KEYS_VERSION.to_owned(),
        parameters: model_digest(),
    }
}

/// Thresholds chosen, and what they were chosen from.
pub struct Tuned {
    /// The thresholds, to be frozen.
    pub frozen: FrozenThresholds,
    /// The whole grid.
    pub points: Vec<GridPoint>,
}

/// Chooses thresholds on tuning trials: the least of [`GRID`] that are nominally as good as
/// `aim_per_billion` and lie [`MARGIN_MILLIBITS`] above whatever misled. `told` hears of each trial done.
///
/// # Errors
/// [`CalibrateError`].
pub fn tune(
    trials: &[Trial],
    aim_per_billion: u64,
    told: &mut dyn FnMut(&Trial),
) -> Result<Tuned, CalibrateError> {
    let rates = Rates::built_in()?;
    let lowest = Thresholds {
        with_birth_date: GRID.lowest,
        without_birth_date: GRID.lowest,
        largest_register: u64::MAX,
    };
    let mut tuning = Tuning::default();
    for trial in trials {
        tuning.add(&trial::run(trial, &rates, &lowest)?);
        told(trial);
    }
    let rule = ChoiceRule {
        grid: GRID,
        aim_per_billion,
        margin_millibits: MARGIN_MILLIBITS,
    };
    let choose = |kind| {
        let chosen = tuning.choose(kind, &rule);
        chosen.ok_or(CalibrateError::NoThreshold)
    };
    let frozen = FrozenThresholds {
        matcher: matcher(),
        nation: Rates::digest_of_built_in(),
        rule,
        tuned_on: trials.to_vec(),
        with_birth_date: choose(RowKind::WithBirthDate)?,
        without_birth_date: choose(RowKind::WithoutBirthDate)?,
    };
    frozen.check()?;
    Ok(Tuned {
        points: tuning.points(&rule),
        frozen,
    })
}

/// Frozen thresholds as the matcher takes them, for registers of at most so many people.
#[must_use]
pub fn thresholds_for(frozen: &FrozenThresholds, largest_register: u64) -> Thresholds {
    Thresholds {
        with_birth_date: frozen.with_birth_date.threshold_millibits,
        without_birth_date: frozen.without_birth_date.threshold_millibits,
        largest_register,
    }
}

/// What was measured.
pub struct Measured {
    /// The counts and bounds.
    pub measurement: Measurement,
    /// The wrong answers: kind of row, odds in milli-bits, and what each was.
    pub misled: Vec<(RowKind, i64, Misled)>,
}

/// Counts at frozen thresholds, summed over trials of seeds nothing was tuned on. `told` hears of each
/// trial done, with rows identified and wrong so far.
///
/// # Errors
/// [`CalibrateError`].
pub fn measure(
    frozen: &FrozenThresholds,
    trials: &[Trial],
    conditions: Conditions,
    told: &mut dyn FnMut(&Trial, u64, u64),
) -> Result<Measured, CalibrateError> {
    if frozen.matcher != matcher() {
        return Err(CalibrateError::Frozen("matcher"));
    }
    if frozen.nation != Rates::digest_of_built_in() {
        return Err(CalibrateError::Frozen("nation"));
    }
    let rates = conditions.of(&Rates::built_in()?);
    let mut measurement = Measurement {
        frozen: frozen.digest(),
        thresholds: frozen.clone(),
        row_errors_times: conditions.row_errors.words(),
        groups: conditions.groups,
        data: "SYNTHETIC nation of countersign-lab, each household asked at most once".to_owned(),
        trials: trials.to_vec(),
        with_birth_date: Tally::default().strata(RowKind::WithBirthDate),
        without_birth_date: Tally::default().strata(RowKind::WithoutBirthDate),
        largest_register: trials.iter().map(|trial| trial.people).min().unwrap_or(0),
    };
    // Before the work: a seed tuned on, or twice.
    measurement.check_seeds()?;
    let thresholds = thresholds_for(frozen, measurement.largest_register);
    let mut tally = Tally::default();
    for trial in trials {
        tally.add(trial::run(trial, &rates, &thresholds)?);
        let Counted {
            identified, wrong, ..
        } = tally.whole();
        told(trial, identified, wrong);
    }
    measurement.with_birth_date = tally.strata(RowKind::WithBirthDate);
    measurement.without_birth_date = tally.strata(RowKind::WithoutBirthDate);
    measurement.check()?;
    Ok(Measured {
        measurement,
        misled: tally.misled,
    })
}
