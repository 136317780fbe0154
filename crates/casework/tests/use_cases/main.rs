//! Tests of the use cases over fake ports: an in-memory database, a real log in memory, keepers with
//! real keys, a handful of made-up people.
//!
//! Place in the flow: `cargo test -p countersign-casework`.
//!
//! Left to others: the real ports (store, gate, keeper, register have their own tests).

#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

extern crate countersign_casework as casework;

mod durable;
mod face;
mod faults;
mod identify;
mod person;
mod ports;
mod register;
mod release;
mod scenario;
mod submit;
mod world;
