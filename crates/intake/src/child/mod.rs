//! Reading in a process of its own, with limits on memory and time.
//!
//! Place in the flow: the gate starts its own binary again with a hidden subcommand that calls
//! [`serve`]; [`read_in_child`] is the gate's side. Whatever a file does to its reader, the gate
//! gets an [`crate::IntakeError`] in fixed time and memory.
//!
//! Left to others: the frames between the two (`codec`), the reading itself ([`crate::read`]).

mod codec;
mod parent;
mod serve;

pub use self::{parent::read_in_child, serve::serve};
