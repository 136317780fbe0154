//! What can go wrong in measuring, and whose fault it is.
//!
//! Place in the flow: returned by everything of this module.
//!
//! Left to others: exit codes (main).

use std::error::Error;

use identity::decide::IdentifyError;
use model::fault::{Explain, Fault};
use thiserror::Error;

use crate::error::LabError;

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
    #[error("the synthetic register cannot be built")]
    Register(#[source] Box<dyn Error + Send + Sync>),
    /// The matcher did not decide.
    #[error(transparent)]
    Identify(#[from] IdentifyError),
    /// No threads could be started: the system's fault.
    #[error("no threads can be started")]
    Threads(#[source] rayon::ThreadPoolBuildError),
}

impl MeasureError {
    /// For `map_err`: anything of the register's making.
    pub(super) fn register(error: impl Error + Send + Sync + 'static) -> Self {
        Self::Register(Box::new(error))
    }
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
