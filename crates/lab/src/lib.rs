//! The laboratory: a synthetic nation, its extract of returns, requests about its people, deployments
//! for trials, the measurement of the matcher, and the demonstration of the whole way.
//!
//! Place in the flow: beside it. What is written here feeds builder and gate as an agency's own
//! files would; the truth file says what a right answer is. Everything but keys comes from one seed.
//!
//! Left to others: deciding and sealing. The laboratory opens synthetic registers only. Taxpayer
//! numbers made here lie in ranges nobody was ever issued, so nothing written here can be about a
//! living person.

#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::expect_used
    )
)]

pub mod calibrate;
pub mod demo;
pub mod dice;
pub mod error;
pub mod extract;
pub mod genesis;
pub mod in_hand;
pub mod link;
pub mod measure;
pub mod nation;
pub mod population;
pub mod rates;
pub mod request;
pub mod staging;
pub mod tables;
