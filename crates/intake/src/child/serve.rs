//! The child's side: limits itself, reads the file on standard input, writes frames.
//!
//! Place in the flow: run by the hidden subcommand of the gate's binary. Effects: resource limits
//! of this process, its standard input and output.
//!
//! Left to others: starting and ending it (parent).

use std::{
    fs::File,
    io::{self, BufWriter},
    os::fd::AsFd,
    process::ExitCode,
};

use model::fault::ExitStatus;
use rustix::process::{Resource, Rlimit, setrlimit};

use super::codec::FrameWriter;
use crate::{IntakeError, Limits, read};

/// Open files a reading process may have: the standard three, one copy of two of them, and what
/// the runtime needs.
const OPEN_FILES: u64 = 32;

/// Runs the reading process. `arguments` are the two that [`super::read_in_child`] adds: the
/// extension of the file's name, and the limits ([`Limits::to_words`]), which are taken no higher
/// than the standard ones.
///
/// Standard input must be the file itself, not a pipe. The exit code is 0 whenever a summary or an
/// error was written, 2 for wrong arguments, 4 if nothing could be written.
#[must_use]
pub fn serve(arguments: &[String]) -> ExitCode {
    let [extension, limits] = arguments else {
        return ExitStatus::Unreadable.into();
    };
    let Some(limits) = Limits::from_words(limits) else {
        return ExitStatus::Unreadable.into();
    };
    match answer(extension, &limits) {
        Ok(()) => ExitStatus::Done.into(),
        Err(_) => ExitStatus::Unavailable.into(),
    }
}

fn answer(extension: &str, limits: &Limits) -> io::Result<()> {
    // A descriptor of its own: the standard library's handle would look for line ends.
    let output = File::from(io::stdout().as_fd().try_clone_to_owned()?);
    let mut frames = FrameWriter::new(BufWriter::with_capacity(64 * 1024, output));
    let input = match open(limits) {
        Ok(input) => input,
        Err(error) => {
            let what = format!("its limits could not be set: {}", error.kind());
            return frames.error(&IntakeError::Child { what });
        }
    };
    match read(input, &format!("request.{extension}"), limits, &mut frames) {
        Ok(summary) => frames.summary(&summary),
        Err(error) => frames.error(&error),
    }
}

/// The file on standard input; what a reader of it does not need is taken away first.
fn open(limits: &Limits) -> io::Result<File> {
    let input = File::from(io::stdin().as_fd().try_clone_to_owned()?);
    confine(limits, input.metadata()?.len())?;
    Ok(input)
}

/// Takes away what a reader of a file of so many bytes does not need, for good.
fn confine(limits: &Limits, file_bytes: u64) -> io::Result<()> {
    let set = |resource, value: u64| {
        let limit = Rlimit {
            current: Some(value),
            maximum: Some(value),
        };
        setrlimit(resource, limit)
    };
    set(Resource::As, limits.memory_for(file_bytes))?;
    set(Resource::Core, 0)?;
    set(Resource::Fsize, 0)?;
    set(Resource::Nofile, OPEN_FILES)?;
    // One second between the signal that says so and the one that cannot be missed.
    let seconds = Rlimit {
        current: Some(limits.seconds),
        maximum: Some(limits.seconds.saturating_add(1)),
    };
    setrlimit(Resource::Cpu, seconds)?;
    Ok(())
}
