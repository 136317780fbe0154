//! What can go wrong in measuring, and whose fault it is.
//!
//! Place in the flow: returned by everything of this module.
//!
//! Left to others: exit codes (main).

use identity::decide::IdentifyError;
use model::fault::{Explain, Fault};
use thiserror::Error;

use crate::{error::LabError, in_hand::InHandError};

/// Why a measurement stopped.
#[derive(Debug, Error)]
pub enum MeasureError {
    /// Nation, rows or a file could not be made.
    #[error(transparent)]
    Lab(#[from] LabError),
    /// There is no room for temporary files: the disk's fault.
    #[error("a temporary folder cannot be made")]
    Folder(#[source] std::io::Error),
    /// The synthetic register could not be built or opened: ours, or the disk's.
    #[error(transparent)]
    Register(#[from] InHandError),
    /// The matcher did not decide.
    #[error(transparent)]
    Identify(#[from] IdentifyError),
    /// No threads could be started: the system's fault.
    #[error("no threads can be started")]
    Threads(#[source] rayon::ThreadPoolBuildError),
}

impl Explain for MeasureError {
    fn fault(&self) -> Fault {
        match self {
            Self::Lab(error) => error.fault(),
            Self::Identify(error) => error.fault(),
            Self::Folder(_) | Self::Threads(_) => Fault::Unavailable,
            Self::Register(_) => Fault::Integrity,
        }
    }
}
