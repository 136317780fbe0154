//! Two kinds of register that never meet.
//!
//! Place in the flow: [`crate::build::build`] and [`crate::register::Register`] are generic over
//! the kind; the laboratory's code names [`Synthetic`] and so cannot open anything else.
//!
//! Left to others: the two roots of trust (instrument's genesis).

use std::fmt::Debug;

use model::tin::Tin;

mod private {
    pub trait Closed {}
    impl Closed for super::Synthetic {}
    impl Closed for super::Production {}
}

/// A kind of register. Closed: there are these two.
pub trait RegisterKind: private::Closed + Debug + Send + Sync + 'static {
    /// What `snapshot.json` states under `synthetic`.
    const SYNTHETIC: bool;

    /// Whether a taxpayer number may stand in such a register.
    fn admits(tin: &Tin) -> bool;
}

/// Every taxpayer number is of a range that no agency ever issued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Synthetic;

/// Real records. Begins with a key ceremony; no never-issued number is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Production;

impl RegisterKind for Synthetic {
    const SYNTHETIC: bool = true;

    fn admits(tin: &Tin) -> bool {
        tin.is_never_issued()
    }
}

impl RegisterKind for Production {
    const SYNTHETIC: bool = false;

    fn admits(tin: &Tin) -> bool {
        !tin.is_never_issued()
    }
}
