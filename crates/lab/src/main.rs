//! `countersign-lab`: makes synthetic populations and measures on them.
//!
//! Place in the flow: beside the gate, on invented data only. One file for each subcommand.
//!
//! Left to others: everything real.

mod command;

use std::process::ExitCode;

use clap::Parser;
use model::fault::{ExitStatus, Explain};

fn main() -> ExitCode {
    let line = command::CommandLine::parse();
    match command::run(line) {
        Ok(()) => ExitStatus::Done.into(),
        Err(error) => {
            eprintln!("countersign-lab: {error:#}");
            let known = error.downcast_ref::<countersign_lab::error::LabError>();
            known
                .map_or(ExitStatus::Unavailable, |known| known.fault().into())
                .into()
        }
    }
}
