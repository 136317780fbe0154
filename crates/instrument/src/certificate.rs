//! The calibration certificate: how often identification may be wrong, as measured.
//!
//! Place in the flow: the laboratory freezes thresholds ([`thresholds`]) and measures them on seeds nothing
//! was tuned on ([`measurement`]); the certifier signs that measurement, whole, as a certificate. The gate
//! refuses to identify without one that fits its register's size and its matcher; every statement names
//! it. Gate and auditor compute every bound again from the counts ([`bound`]).
//!
//! Left to others: measuring (lab), applying thresholds (identity).

pub mod bound;
pub mod measurement;
pub mod thresholds;

use model::{
    digest::Digest,
    fault::{Explain, Fault},
    id::CertificateId,
    time::Date,
};
use thiserror::Error;

use self::{
    measurement::{GroupShares, Measurement},
    thresholds::Matcher,
};
use crate::document::{Document, DocumentError, Reader, Writer, date};

/// Why a certificate or measurement does not hold. The fault of whoever made it, or, for
/// [`CertificateError::Matcher`] and [`CertificateError::Register`], of whoever uses it for something else.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CertificateError {
    /// The thresholds are not those that were frozen.
    #[error("the thresholds are not those that were frozen before the measurement")]
    Frozen,
    /// A threshold does not follow from the rule it was chosen by.
    #[error("the threshold `{stated}` does not follow from the rule it was chosen by")]
    Threshold {
        /// As stated, milli-bits.
        stated: i64,
        /// As it follows.
        follows: Option<i64>,
    },
    /// No trial is named that the thresholds were chosen on.
    #[error("no trial is named that the thresholds were chosen on")]
    Tuning,
    /// A seed measured twice, or one the thresholds were chosen on.
    #[error("seed `{0}` was measured twice or tuned on")]
    Seed(u64),
    /// The rows counted are not those asked.
    #[error("the rows counted are not the `{asked}` rows of the trials")]
    Rows {
        /// Rows of the trials.
        asked: u64,
    },
    /// Counts of a part contradict each other, or parts do not add up to the whole.
    #[error("the counts of `{0} {1}` do not add up")]
    Counts(&'static str, &'static str),
    /// A bound does not follow from its counts.
    #[error("the bound `{stated}` of `{kind} {part}` does not follow from its counts")]
    Bound {
        /// Kind of row.
        kind: &'static str,
        /// The part.
        part: &'static str,
        /// As stated, parts per billion.
        stated: u64,
        /// As it follows.
        follows: u64,
    },
    /// It claims to hold for a larger register than was measured.
    #[error("it is for registers of `{stated}` people, measured were `{measured}`")]
    Largest {
        /// As stated.
        stated: u64,
        /// People of the smallest register measured.
        measured: u64,
    },
    /// The rows measured were made easier or harder than the nation's rates say.
    #[error("it was measured at `{0}` times the rates of errors in rows")]
    RowErrors(String),
    /// The nation measured had other shares of groups than its rates say.
    #[error("it was measured on a nation whose groups are `{0}`")]
    Groups(&'static str),
    /// It is for another matcher: calibrate anew.
    #[error("it is for another model than this program's")]
    Matcher,
    /// The register is larger than it holds for: calibrate anew on a larger one.
    #[error(
        "it is for registers of at most `{largest}` people, a smaller register than these `{people}`"
    )]
    Register {
        /// People in the register.
        people: u64,
        /// Most people it holds for.
        largest: u64,
    },
}

impl Explain for CertificateError {
    fn fault(&self) -> Fault {
        Fault::Refused
    }
}

/// The certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// Digest of the genesis it stands under.
    pub genesis: Digest,
    /// Its name.
    pub id: CertificateId,
    /// Day it was made.
    pub made_on: Date,
    /// What was measured.
    pub measurement: Measurement,
}

impl Certificate {
    /// Checks that all it states follows from the counts, and that nation and rows were as the nation's rates say.
    ///
    /// # Errors
    /// [`CertificateError`].
    pub fn check(&self) -> Result<(), CertificateError> {
        self.measurement.check()?;
        let times = &self.measurement.row_errors_times;
        if times != "1" {
            return Err(CertificateError::RowErrors(times.clone()));
        }
        let groups = self.measurement.groups;
        if groups != GroupShares::AsInTheNation {
            return Err(CertificateError::Groups(groups.label()));
        }
        Ok(())
    }

    /// Checks all of [`Certificate::check`], and that this matcher may identify under it in a register of
    /// so many people.
    ///
    /// # Errors
    /// [`CertificateError`].
    pub fn holds_for(&self, people: u64, matcher: &Matcher) -> Result<(), CertificateError> {
        self.check()?;
        if self.measurement.thresholds.matcher != *matcher {
            return Err(CertificateError::Matcher);
        }
        let largest = self.measurement.largest_register;
        if people > largest {
            return Err(CertificateError::Register { people, largest });
        }
        Ok(())
    }
}

impl Document for Certificate {
    const CONTEXT: &'static str = "countersign/certificate/v3";

    fn write(&self, writer: &mut Writer) {
        writer
            .line("genesis", self.genesis)
            .line("id", &self.id)
            .line("made-on", self.made_on);
        self.measurement.write(writer);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DocumentError> {
        Ok(Self {
            genesis: reader.value("genesis")?,
            id: reader.value("id")?,
            made_on: reader.with("made-on", date)?,
            measurement: Measurement::read(reader)?,
        })
    }
}
