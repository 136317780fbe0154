//! `countersign-keeper`: runs one trustee.
//!
//! Place in the flow: an operator makes a home (`init`), takes shares (`install`), and serves.
//! Effects live here: files, the clock, the terminal. Log lines go to standard error, one for each
//! ask, with its kind and outcome.
//!
//! Left to others: every decision (the library).

mod command;

use std::process::ExitCode;

use clap::Parser as _;
use model::fault::ExitStatus;

fn main() -> ExitCode {
    let arguments = command::Arguments::parse();
    match command::run(arguments) {
        Ok(status) => status.into(),
        Err(error) => {
            eprintln!("countersign-keeper: {error:#}");
            command::status_of(&error).into()
        }
    }
}

/// Exit status of an error that says nothing of its own.
const fn unknown() -> ExitStatus {
    ExitStatus::Unreadable
}
