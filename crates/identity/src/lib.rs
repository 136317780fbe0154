//! One person, or nobody (stage B). Pure.
//!
//! Place in the flow: casework makes a [`query::Query`] from an admitted row and its tokens;
//! [`decide::identify`] looks it up under its keys ([`query_keys`]) in anything that
//! implements [`candidates::Candidates`], compares ([`compare`]) and weighs ([`score`]), and
//! answers Identified or Withheld with a transcript ([`transcript::Transcript`]) from which
//! [`decide::judge`] repeats the outcome without the register.
//!
//! It scores people, not pairs: the odds for a candidate count every other candidate, a member of
//! the household who is not on file, a stranger, and whoever the keys could have missed. All
//! weights are whole milli-bits, rounded towards withholding.
//!
//! Left to others: the register's files (register), tokens (seal), thresholds (the calibration
//! certificate), what anybody is told (casework, answer).

#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::expect_used
    )
)]

pub mod query;
pub mod query_keys;

mod agreement;
mod alternatives;
pub mod birth_code;
pub mod blocking;
pub mod bound;
pub mod candidates;
pub mod compare;
pub mod complete;
pub mod decide;
mod facts;
mod fields;
pub mod fingerprint;
mod floor;
pub mod found;
pub mod gather;
pub mod kinds;
pub mod level;
pub mod names;
mod numbering;
pub mod parameters;
pub mod phonetic;
pub mod scale;
pub mod score;
mod seen;
mod sieve;
pub mod transcript;
mod unseen;
mod words;
