//! `countersign-lab`: makes synthetic populations and measures on them.
//!
//! Place in the flow: beside the gate, on invented data only. One file for each subcommand.
//!
//! Left to others: everything real.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod command;

use std::{io, process::ExitCode};

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
        Err(error) if reader_is_gone(&error) => ExitStatus::Done.into(),
        Err(error) => {
            eprintln!("countersign-lab: {error:#}");
            status_of(&error).into()
        }
    }
}

/// Whether what failed is the printing alone, because the reader of standard output has seen enough, as
/// `head` has. Errors of any other file stand in an error of ours.
fn reader_is_gone(error: &anyhow::Error) -> bool {
    let of_text = error.downcast_ref::<io::Error>().map(io::Error::kind);
    let of_json = error.downcast_ref::<serde_json::Error>();
    let kind = of_text.or_else(|| of_json.and_then(serde_json::Error::io_error_kind));
    kind == Some(io::ErrorKind::BrokenPipe)
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Standard output whose reader is gone.
    struct Gone;

    impl io::Write for Gone {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn only_a_reader_who_is_gone_is_no_failure() {
        let check = |error: anyhow::Error, expected| {
            assert_eq!(reader_is_gone(&error), expected, "{error:?}");
        };
        let io = |kind: io::ErrorKind| io::Error::from(kind);
        check(io(io::ErrorKind::BrokenPipe).into(), true);
        check(serde_json::to_writer(Gone, &1).unwrap_err().into(), true);
        check(io(io::ErrorKind::StorageFull).into(), false);
        let file = LabError::file("a.csv")(io(io::ErrorKind::BrokenPipe));
        check(file.into(), false);
    }
}
