//! Names and postal addresses to standard form (USPS Publication 28), and what is wrong with those
//! that have none.
//!
//! Place in the flow: statute asks [`address::problems`] and [`name::check_name`] about each row
//! (LAW.md checks 3 to 6); the builder and identity compare names and addresses in the forms made
//! here, and the on-file address key ([`address::StandardAddress::key`]) opens sealed slots. Pure:
//! the bundled tables are constants of the program.
//!
//! Left to others: what a refusal means in law (statute), weights (identity), keyed functions (seal).

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
pub mod fold;
mod hash;
mod lists;
pub mod name;
pub mod place;
