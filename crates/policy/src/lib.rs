//! Who may do what to a matter in which state, as Cedar policies (`policies/countersign.cedar`).
//!
//! Place in the flow: every use case asks [`Policy::permits`] before it changes anything. The
//! answer is deny unless a policy permits and none forbids; **any evaluation error is a deny**, as
//! Cedar itself skips a policy that errs. The whole role × action × state matrix is rendered by
//! [`matrix`] and kept as text in `docs/src/access-matrix.txt`.
//!
//! Left to others: whether a move is legal at all (casework's table), signatures (note).

#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::expect_used
    )
)]

mod decision;
mod matrix;
mod subject;

pub use decision::{Denial, Policy, PolicyError};
pub use matrix::matrix;
pub use subject::{Action, Actor, Matter};
