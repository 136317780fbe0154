//! Shares, tokens and the sealed address format (SEALING.md section 3, spec/sealed-address.md).
//!
//! Place in the flow: the builder seals every address of a register with [`sealer::Sealer`] and
//! evaluates its tokens with [`token::TokenEvaluator`]; keepers give values from their
//! [`delivery::KeeperShares`]; the gate joins the values and opens one entry with [`open::open`].
//! Everything here is a pure function of its arguments, but for drawing keys.
//!
//! Left to others: who may ask (keeper, policy), snapshot files (register), which text is an
//! address's key (standard), delivery of keys (builder). No log, no network, no clock.

#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::expect_used
    )
)]

pub mod address;
pub mod context;
pub mod delivery;
pub mod entry;
pub mod header;
mod hmac;
pub mod keys;
mod lanes;
mod mac;
pub mod merkle;
pub mod open;
pub mod rest;
pub mod sealer;
pub mod shares;
pub mod token;
mod values;
mod wire;
