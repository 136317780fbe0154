//! The calibration certificate: how often identification may be wrong, as measured.
//!
//! Place in the flow: made by the laboratory on seeds no threshold was chosen on; the gate refuses
//! to identify without one that fits its register's size and its matcher's version; every statement
//! names it.
//!
//! Left to others: measuring (lab), applying thresholds (identity).

use model::{digest::Digest, id::CertificateId, time::Date};

use crate::document::{Document, DocumentError, Reader, Writer, date, parts};

/// What was measured on one kind of row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measurement {
    /// Score a best candidate must reach, in milli-bits of posterior odds.
    pub threshold_millibits: i64,
    /// Answerable rows put to the matcher.
    pub answerable: u64,
    /// Rows identified.
    pub identified: u64,
    /// Of these, rows where it was another person.
    pub wrong: u64,
    /// One-sided 95% Clopper–Pearson upper bound on the share wrong, in parts per billion.
    pub wrong_bound_per_billion: u64,
}

impl Measurement {
    /// Rightly identified among answerable, in per mille, rounded down.
    #[must_use]
    pub fn recall_per_mille(&self) -> u64 {
        let right = self.identified.saturating_sub(self.wrong);
        right
            .saturating_mul(1000)
            .checked_div(self.answerable)
            .unwrap_or(0)
    }

    fn write(self) -> String {
        format!(
            "{} {} {} {} {}",
            self.threshold_millibits,
            self.answerable,
            self.identified,
            self.wrong,
            self.wrong_bound_per_billion
        )
    }

    fn read(text: &str) -> Option<Self> {
        let [threshold, answerable, identified, wrong, bound] = parts(text)?;
        Some(Self {
            threshold_millibits: threshold.parse().ok()?,
            answerable: answerable.parse().ok()?,
            identified: identified.parse().ok()?,
            wrong: wrong.parse().ok()?,
            wrong_bound_per_billion: bound.parse().ok()?,
        })
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
    /// Version and digest of the matcher's model and parameters.
    pub model_version: String,
    /// Digest of the matcher's parameters.
    pub parameters: Digest,
    /// The data it was measured on, in words.
    pub data: String,
    /// Seed of that data.
    pub seed: u64,
    /// People in the register it was measured on.
    pub people: u64,
    /// Largest register it holds for.
    pub largest_register: u64,
    /// Rows with a birth date.
    pub with_birth_date: Measurement,
    /// Rows with a TIN and no birth date.
    pub without_birth_date: Measurement,
}

impl Certificate {
    /// Whether the gate may identify under it: same parameters, register not too large.
    #[must_use]
    pub fn holds_for(&self, people: u64, parameters: &Digest) -> bool {
        people <= self.largest_register && self.parameters == *parameters
    }
}

impl Document for Certificate {
    const CONTEXT: &'static str = "countersign/certificate/v1";

    fn write(&self, writer: &mut Writer) {
        writer
            .line("genesis", self.genesis)
            .line("id", &self.id)
            .line("made-on", self.made_on)
            .line("model-version", &self.model_version)
            .line("parameters", self.parameters)
            .line("data", &self.data)
            .line("seed", self.seed)
            .line("people", self.people)
            .line("largest-register", self.largest_register)
            .line("with-birth-date", self.with_birth_date.write())
            .line("without-birth-date", self.without_birth_date.write());
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DocumentError> {
        Ok(Self {
            genesis: reader.value("genesis")?,
            id: reader.value("id")?,
            made_on: reader.with("made-on", date)?,
            model_version: reader.text("model-version")?.to_owned(),
            parameters: reader.value("parameters")?,
            data: reader.text("data")?.to_owned(),
            seed: reader.value("seed")?,
            people: reader.value("people")?,
            largest_register: reader.value("largest-register")?,
            with_birth_date: reader.with("with-birth-date", Measurement::read)?,
            without_birth_date: reader.with("without-birth-date", Measurement::read)?,
        })
    }
}
