//! The reading process as a program of its own: for the tests of this crate and for programs that
//! have no subcommand to run it by.
//!
//! Place in the flow: started by `read_in_child`, as the gate starts itself.
//!
//! Left to others: everything; it only hands its arguments on.

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    countersign_intake::child::serve(&arguments)
}
