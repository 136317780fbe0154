//! What goes out: the response workbook of one named officer, and its encryption.
//!
//! Place in the flow: the gate makes one workbook for each officer of a released request, encrypts it
//! to that officer alone, and puts the digest of the file into the signed receipt.
//!
//! Left to others: answers (casework), the receipt (instrument), files (gate).

#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::expect_used
    )
)]

mod encrypt;
mod error;
mod sheet;
mod workbook;

pub use encrypt::{decrypt, encrypt};
pub use error::AnswerError;
pub use workbook::{Disclosed, Response, ResponseRow, Synthetic, write_workbook};
