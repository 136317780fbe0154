//! `countersign-builder`: see the library's page.
//!
//! Place in the flow: hands the process's arguments to [`countersign_builder::command`].
//!
//! Left to others: everything else.

use std::process::ExitCode;

fn main() -> ExitCode {
    countersign_builder::command::run(std::env::args_os()).into()
}
