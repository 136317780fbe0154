//! The work between a request's coming in and its answers' going out.
//!
//! Place in the flow: all of it. One table of states ([`state`]), one use case a file ([`use_case`]),
//! the traits of what is needed from outside ([`ports`]). Nothing is released that two people did not
//! sign for that one case; there is no operation on several.
//!
//! Left to others: files and databases (store, gate), stage A's rules (statute), stage B's model
//! (identity), keys and seals (note, seal), who may (policy). Reading order: [`state`], [`record`],
//! [`ports`], [`office`], then [`use_case`] from `submit` to `audit_bundle`.

#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::expect_used
    )
)]

pub mod error;
pub mod examine;
mod keeper_values;
pub mod office;
pub mod ports;
pub mod record;
pub mod state;
pub mod use_case;
