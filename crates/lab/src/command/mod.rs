//! The command line and its subcommands, one file each.
//!
//! Place in the flow: called by main.
//!
//! Left to others: the work (the library).

mod calibrate;
mod completions;
mod demo;
mod genesis;
mod link;
mod measure;
mod population;

use clap::{Parser, Subcommand};

/// Synthetic populations and trials of the gate. Nobody in them exists.
#[derive(Parser)]
#[command(
    name = "countersign-lab",
    version,
    after_help = "Exit codes: 0 done; 1 a check failed; 2 usage or unreadable input; 3 refused; 4 something needed is \
                  unavailable."
)]
pub struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make an extract, a request workbook and the truth about it.
    Population(population::Arguments),
    /// Make a synthetic deployment: keys, genesis, agreement, authority note.
    Genesis(genesis::Arguments),
    /// Choose thresholds and measure how often identification is wrong; `countersign certify` signs that.
    Calibrate(calibrate::Arguments),
    /// Take one request the whole way, with every program there is.
    Demo(demo::Arguments),
    /// Link requests with people of a labelled data set, and measure what is right.
    Link(link::Arguments),
    /// Measure the production matcher on a synthetic nation: what it gets right, and how fast.
    Measure(measure::Arguments),
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
        Command::Genesis(arguments) => genesis::run(&arguments),
        Command::Calibrate(arguments) => calibrate::run(&arguments),
        Command::Demo(arguments) => demo::run(arguments),
        Command::Link(arguments) => link::run(&arguments),
        Command::Measure(arguments) => measure::run(&arguments),
        Command::Completions(arguments) => {
            completions::run(&arguments);
            Ok(())
        }
    }
}
