//! A keeper: a trustee that holds shares, witnesses the log and checks every warrant from scratch.
//!
//! Place in the flow: the gate asks over [`instrument::wire`]; [`keeper::Keeper`] answers. It follows
//! every leaf of the log, keeps what it must remember in its [`home::Home`] before it answers, and
//! gives a value only for a warrant that stands by its own copies of genesis, manifest and log
//! (SEALING.md section 4).
//!
//! Left to others: what a warrant is (instrument), values and headers (seal), trees (translog), the
//! clock, keys and files (the binary). No async, no database, no web.

#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::expect_used
    )
)]

pub mod folder;
pub mod followed;
pub mod holding;
pub mod home;
pub mod journal;
pub mod keeper;
mod open;
pub mod refusal;
pub mod serve;
mod tokens;
