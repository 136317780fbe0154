//! The documents with legal force, their canonical bytes, their checks and the arithmetic of
//! budgets.
//!
//! Place in the flow: a [`cover`] and its [`assurance`]s bring a request in; [`face`] decisions
//! admit or decline its rows; a [`statement`] and two [`approval`]s become a [`warrant`] once the
//! [`leaf`] that commits to them is in the log; a [`receipt`] goes out with the answers; a
//! [`bundle`] lets anybody check it all afterwards. [`genesis`] and [`authority`] say whose keys
//! count, [`agreement`] under which terms, [`budget`] how much.
//!
//! Every signed document is text: a context line, then `key value` lines in one fixed order
//! ([`document`]). Reading one and writing it again gives the same bytes, or it is refused.
//!
//! Left to others: making and checking signatures (note), trees and checkpoints (translog), files,
//! clocks and networks (the binaries). Pure.

#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::expect_used
    )
)]

pub mod document;
pub mod signed;

pub mod agreement;
pub mod authority;
pub mod genesis;

pub mod assurance;
pub mod cover;
pub mod face;
pub mod row_commitment;
pub mod tree;

pub mod certificate;
pub mod manifest;

pub mod approval;
pub mod budget;
pub mod leaf;
pub mod statement;
pub mod warrant;

pub mod recall;
pub mod receipt;

pub mod archive;
pub mod bundle;
pub mod envelope;
pub mod wire;

#[cfg(feature = "testing")]
pub mod testing;
