//! What can go wrong while a response is made.
//!
//! Place in the flow: the release stops and can be repeated; nothing has gone out.
//!
//! Left to others: answers themselves.

use model::fault::{Explain, Fault};
use thiserror::Error;

/// A response that cannot be made.
#[derive(Debug, Error)]
pub enum AnswerError {
    /// The workbook cannot be written: too much text for a cell, or our bug.
    #[error("the response workbook cannot be written")]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
    /// The officer's recipient on the roster is not an age X25519 recipient. The roster's fault.
    #[error("the recipient of `{officer}` is not an age recipient")]
    Recipient {
        /// The officer.
        officer: String,
    },
    /// The encryption failed. Ours.
    #[error("the response cannot be encrypted")]
    Encrypt,
    /// The file was not encrypted to this identity, or was changed.
    #[error("the response does not open under this identity")]
    Decrypt,
}

impl Explain for AnswerError {
    fn fault(&self) -> Fault {
        match self {
            Self::Recipient { .. } | Self::Decrypt => Fault::Input,
            Self::Workbook(_) | Self::Encrypt => Fault::Integrity,
        }
    }
}
