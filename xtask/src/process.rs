//! Runs other programs and says which failed.
//!
//! Place in the flow: every command that builds or runs something goes through here.
//!
//! Left to others: which programs (the commands).

use std::process::{Command, Output};

use crate::failure::Failure;

/// Runs a program with our terminal; an exit code other than 0 is a failure.
pub fn run(command: &mut Command) -> Result<(), Failure> {
    let line = describe(command);
    let status = command
        .status()
        .map_err(|error| not_started(&line, &error))?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::Failed(format!("`{line}` ended with {status}")))
}

/// Runs a program and takes what it prints on standard output; errors go to our terminal.
pub fn read(command: &mut Command) -> Result<String, Failure> {
    let line = describe(command);
    let output = output(command)?;
    if !output.status.success() {
        let words = String::from_utf8_lossy(&output.stderr);
        return Err(Failure::Failed(format!(
            "`{line}` ended with {}: {}",
            output.status,
            words.trim()
        )));
    }
    String::from_utf8(output.stdout)
        .map_err(|_| Failure::Failed(format!("`{line}` printed what is not UTF-8")))
}

/// Runs a program and takes all it prints, whatever its exit code.
pub fn output(command: &mut Command) -> Result<Output, Failure> {
    let line = describe(command);
    command.output().map_err(|error| not_started(&line, &error))
}

/// Whether a program of this name is on the search path and answers `--version`.
pub fn is_installed(program: &str) -> bool {
    Command::new(program)
        .arg("--version")
        .output()
        .is_ok_and(|output| output.status.success())
}

/// A command as one would type it.
pub fn describe(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program());
    let name = program
        .file_name()
        .unwrap_or(program.as_os_str())
        .to_string_lossy()
        .into_owned();
    let arguments = command
        .get_args()
        .map(|argument| argument.to_string_lossy().into_owned());
    std::iter::once(name)
        .chain(arguments)
        .collect::<Vec<_>>()
        .join(" ")
}

fn not_started(line: &str, error: &std::io::Error) -> Failure {
    Failure::Missing(format!("`{line}` could not be started: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_name_the_command() {
        let failed = run(Command::new("false").arg("--now")).unwrap_err();
        assert!(matches!(&failed, Failure::Failed(words) if words.contains("`false --now`")));
        let missing = run(&mut Command::new("no-such-program-here")).unwrap_err();
        assert!(matches!(missing, Failure::Missing(_)));
        assert!(!is_installed("no-such-program-here"));
    }
}
