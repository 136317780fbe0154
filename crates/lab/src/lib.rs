//! The laboratory: a synthetic nation, its extract of returns, and requests about its people.
//!
//! Place in the flow: beside it. What is written here feeds builder and gate as an agency's own
//! files would; the truth file says what a right answer is. Everything comes from one seed.
//!
//! Left to others: opening registers, deciding, sealing. Taxpayer numbers made here lie in ranges
//! nobody was ever issued, so nothing written here can be about a living person.

#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::expect_used
    )
)]

pub mod dice;
pub mod error;
pub mod extract;
pub mod nation;
pub mod population;
pub mod rates;
pub mod request;
pub mod tables;
