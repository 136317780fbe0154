//! The words of the domain as types, shared by every other crate.
//!
//! Place in the flow: below everything. A [`row::Row`] enters from intake, findings
//! ([`finding::Finding`]) are added by statute, an [`answer::Answer`] leaves in the response. Every
//! identifier has a type of its own ([`id`]), personal data travels in [`personal::Personal`], and
//! whatever is hashed is first put into one unambiguous form by [`canonical::Encoder`].
//!
//! Left to others: all input and output, all decisions, all cryptography but SHA-256. Nothing here
//! reads a clock; dates and times are handed in.

#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)
)]

pub mod answer;
pub mod canonical;
pub mod ceiling;
pub mod column;
pub mod digest;
pub mod entropy;
pub mod fault;
pub mod finding;
pub mod id;
pub mod personal;
pub mod role;
pub mod row;
pub mod siphash;
pub mod time;
pub mod tin;
pub mod token;
