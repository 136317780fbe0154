//! Why a register could not be built.
//!
//! Place in the flow: returned by build; the builder prints it with its sources.
//!
//! Left to others: errors of reading rows (extract).

use std::path::PathBuf;

use model::{
    fault::{Explain, Fault},
    time::TaxPeriod,
};
use seal::{entry::SealError, header::HeaderError};
use thiserror::Error;

use crate::extract::ExtractError;

/// Why a register could not be built. No variant holds anything of a person.
#[derive(Debug, Error)]
pub enum BuildError {
    /// The extract cannot be read.
    #[error("the extract cannot be used")]
    Extract(#[from] ExtractError),
    /// The extract has no rows. Input.
    #[error("the extract has no rows")]
    Empty,
    /// A taxpayer number of the other world: one that could have been issued in a synthetic
    /// register, or one that never was in a production register. Refused.
    #[error("row {row} of the extract, field `tin`: {problem}")]
    TinNotAdmitted {
        /// The row.
        row: u64,
        /// Which world refuses it.
        problem: &'static str,
    },
    /// A person has two rows for one period. Input.
    #[error("rows {first} and {second} of the extract are of one person and tax period `{period}`")]
    PeriodTwice {
        /// One row.
        first: u64,
        /// The other.
        second: u64,
        /// The period.
        period: TaxPeriod,
    },
    /// An address cannot be sealed, for example because it is too long. Input.
    #[error("row {row} of the extract cannot be sealed")]
    Seal {
        /// The row.
        row: u64,
        /// Why.
        #[source]
        source: SealError,
    },
    /// A person's entries make no header. Input.
    #[error("row {row} of the extract belongs to a person whose rows make no record")]
    Header {
        /// A row of the person.
        row: u64,
        /// Why.
        #[source]
        source: HeaderError,
    },
    /// More people, addresses or keys than the format can count. Input.
    #[error("the extract is larger than this format holds")]
    TooLarge,
    /// The output directory has files in it. Input.
    #[error("`{}` is not empty", path.display())]
    NotEmpty {
        /// The directory.
        path: PathBuf,
    },
    /// A file cannot be written. Unavailable.
    #[error("`{}` cannot be written", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
}

impl Explain for BuildError {
    fn fault(&self) -> Fault {
        match self {
            Self::Extract(error) => error.fault(),
            Self::TinNotAdmitted { .. } => Fault::Refused,
            Self::Seal { source, .. } => source.fault(),
            Self::Header { source, .. } => source.fault(),
            Self::Empty | Self::PeriodTwice { .. } | Self::TooLarge | Self::NotEmpty { .. } => {
                Fault::Input
            }
            Self::Unwritable { .. } => Fault::Unavailable,
        }
    }
}
