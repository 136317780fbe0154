//! `countersign-lab`: makes synthetic populations and measures on them.
//!
//! Place in the flow: beside the gate, on invented data only. One file for each subcommand.
//!
//! Left to others: everything real.

mod command;

use std::process::ExitCode;

use clap::Parser;
use countersign_lab::{
    calibrate::CalibrateError, demo::DemoError, error::LabError, genesis::GenesisError,
    link::error::LinkError, measure::MeasureError,
};
use instrument::signed::SignedError;
use model::fault::{ExitStatus, Explain};
use note::NoteError;

/// A nation is many small values, made and dropped on all threads at once.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let line = command::CommandLine::parse();
    match command::run(line) {
        Ok(()) => ExitStatus::Done.into(),
        Err(error) => {
            eprintln!("countersign-lab: {error:#}");
            status_of(&error).into()
        }
    }
}

/// The exit code of an error: the first in its chain that knows whose fault it is.
fn status_of(error: &anyhow::Error) -> ExitStatus {
    let status = error.chain().find_map(|cause| {
        let fault = cause
            .downcast_ref::<LabError>()
            .map(Explain::fault)
            .or_else(|| cause.downcast_ref::<GenesisError>().map(Explain::fault))
            .or_else(|| cause.downcast_ref::<CalibrateError>().map(Explain::fault))
            .or_else(|| cause.downcast_ref::<LinkError>().map(Explain::fault))
            .or_else(|| cause.downcast_ref::<MeasureError>().map(Explain::fault))
            .or_else(|| cause.downcast_ref::<SignedError>().map(Explain::fault))
            .or_else(|| cause.downcast_ref::<NoteError>().map(Explain::fault));
        fault
            .map(ExitStatus::from)
            .or_else(|| cause.downcast_ref::<DemoError>().map(DemoError::status))
    });
    status.unwrap_or(ExitStatus::Unavailable)
}
