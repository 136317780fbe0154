//! Why a keeper does not answer, in a code and words.
//!
//! Place in the flow: every check of the keeper ends in one of these or goes on; it becomes
//! [`Reply::Refused`].
//!
//! Left to others: what the gate does about it.

use instrument::{
    warrant::WarrantError,
    wire::{RefusalCode, Reply},
};
use translog::{CheckpointError, FollowError};

/// A refusal on its way to the wire. Its words hold nothing personal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Why.
    pub code: RefusalCode,
    /// In words, for the operator's log.
    pub message: String,
}

impl Refusal {
    /// A refusal with fixed words.
    pub(crate) fn new(code: RefusalCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }

    /// The ask cannot be read.
    pub(crate) fn unreadable(error: &dyn std::error::Error) -> Self {
        Self::new(RefusalCode::Unreadable, chain(error))
    }

    /// The warrant is refused.
    pub(crate) fn warrant(message: &'static str) -> Self {
        Self::new(RefusalCode::Warrant, message)
    }

    /// The keeper's own disk failed.
    pub(crate) fn unavailable(error: &dyn std::error::Error) -> Self {
        Self::new(RefusalCode::Unavailable, chain(error))
    }
}

impl From<WarrantError> for Refusal {
    fn from(error: WarrantError) -> Self {
        let code = match &error {
            WarrantError::Archive(_) | WarrantError::Document(_) => RefusalCode::Unreadable,
            WarrantError::Budget(_) => RefusalCode::Budget,
            _ => RefusalCode::Warrant,
        };
        Self::new(code, chain(&error))
    }
}

impl From<CheckpointError> for Refusal {
    fn from(error: CheckpointError) -> Self {
        let code = match &error {
            CheckpointError::Malformed { .. } => RefusalCode::Unreadable,
            CheckpointError::Signature(_) => RefusalCode::Fork,
            CheckpointError::Quorum { .. } => RefusalCode::Warrant,
        };
        Self::new(code, chain(&error))
    }
}

impl From<FollowError> for Refusal {
    fn from(error: FollowError) -> Self {
        let code = match &error {
            FollowError::EntryCount { .. } | FollowError::EntryTooLong { .. } => {
                RefusalCode::Unreadable
            }
            FollowError::State { .. } => RefusalCode::Unavailable,
            _ => RefusalCode::Fork,
        };
        Self::new(code, chain(&error))
    }
}

impl From<Refusal> for Reply {
    fn from(refusal: Refusal) -> Self {
        Self::Refused {
            code: refusal.code,
            message: refusal.message,
        }
    }
}

/// An error and its sources on one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
