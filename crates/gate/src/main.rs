//! `countersign`: the gate's command line.
//!
//! Place in the flow: the rim around casework. It reads configuration, clock, workbooks and keys, calls
//! one use case, prints what came of it, and ends with one of the documented exit codes.
//!
//! Left to others: every decision (casework, statute, identity, policy); the web desk.

#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::expect_used
    )
)]

mod arguments;
mod command;
mod documents;
mod files;
mod home;
mod keepers;
mod log;
mod look;
mod office;
mod records;
mod template;
mod tiles;
mod workbook;

use std::process::ExitCode;

use clap::Parser as _;
use model::fault::{ExitStatus, Explain};

use crate::arguments::{Arguments, Command};

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let _ = error.print();
            let status = if error.use_stderr() {
                ExitStatus::Unreadable
            } else {
                ExitStatus::Done
            };
            return status.into();
        }
    };
    if let Command::IntakeChild { arguments } = &arguments.command {
        return intake::child::serve(arguments);
    }
    match command::run(arguments) {
        Ok(status) => status.into(),
        Err(error) => {
            eprintln!("countersign: {}", explain(&error));
            status_of(&error).into()
        }
    }
}

/// An error with its sources, for the operator: one line, no personal data.
fn explain(error: &anyhow::Error) -> String {
    error
        .chain()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(": ")
}

/// The exit code of an error: the first in its chain that knows whose fault it is.
fn status_of(error: &anyhow::Error) -> ExitStatus {
    let fault = error.chain().find_map(|cause| {
        cause
            .downcast_ref::<casework::error::CaseworkError>()
            .map(Explain::fault)
            .or_else(|| {
                cause
                    .downcast_ref::<casework::ports::PortError>()
                    .map(Explain::fault)
            })
            .or_else(|| cause.downcast_ref::<files::FileError>().map(Explain::fault))
            .or_else(|| {
                cause
                    .downcast_ref::<intake::IntakeError>()
                    .map(Explain::fault)
            })
            .or_else(|| {
                cause
                    .downcast_ref::<answer::AnswerError>()
                    .map(Explain::fault)
            })
            .or_else(|| {
                cause
                    .downcast_ref::<instrument::signed::SignedError>()
                    .map(Explain::fault)
            })
    });
    if error.is::<office::OwnPart>() {
        return ExitStatus::Unavailable;
    }
    fault.map_or(ExitStatus::Unreadable, ExitStatus::from)
}
