//! The command line and its subcommands, one file each.
//!
//! Place in the flow: called by main.
//!
//! Left to others: the work (the library).

mod completions;
mod population;

use clap::{Parser, Subcommand};

/// Synthetic populations for trials of the gate. Nobody in them exists.
#[derive(Parser)]
#[command(
    name = "countersign-lab",
    version,
    after_help = "Exit codes: 0 done; 2 usage; 4 something needed is unavailable."
)]
pub struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make an extract, a request workbook and the truth about it.
    Population(population::Arguments),
    /// Print shell completions.
    Completions(completions::Arguments),
}

/// Runs what the line says.
///
/// # Errors
/// Whatever the subcommand returns; `main` turns it into words and an exit code.
pub fn run(line: CommandLine) -> anyhow::Result<()> {
    match line.command {
        Command::Population(arguments) => population::run(&arguments),
        Command::Completions(arguments) => {
            completions::run(&arguments);
            Ok(())
        }
    }
}
