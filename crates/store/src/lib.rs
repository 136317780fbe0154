//! The database behind casework's [`casework::ports::Store`]: SQLite in one file.
//!
//! Place in the flow: use cases read and write requests and rows through it. Only this crate knows
//! SQL. What holds a requester's words is encrypted for its place ([`seal::rest`]); signed notes are
//! kept as text and parsed when read; casework re-verifies everything it gets back.
//!
//! Left to others: the rules of casework, the database key's keeping (gate), PostgreSQL (comes with
//! the desk, behind the same trait).

#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::expect_used
    )
)]

mod migrations;
mod rows;
mod sqlite;

pub use sqlite::SqliteStore;
