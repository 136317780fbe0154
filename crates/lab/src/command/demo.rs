//! `countersign-lab demo`: one request, the whole way.
//!
//! Place in the flow: `cargo xtask demo` builds every program and runs this.
//!
//! Left to others: the way itself (`countersign_lab::demo`).

use std::{io::Write as _, path::PathBuf};

use countersign_lab::demo::{self, DemoOptions, own_folder};

/// Arguments of `demo`.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  countersign-lab demo
  countersign-lab demo --seed 11 --rows 40 --out trial
  countersign-lab demo --request my-request.xlsx

It runs countersign, countersign-builder, countersign-keeper and countersign-verify as processes.
Exit codes: 0 everything passed, the verification too, and nobody else was named; 1 a check failed;
2 an unreadable workbook; 3 something was refused; 4 something needed is unavailable.")]
pub struct Arguments {
    /// People on file.
    #[arg(long, value_name = "N", default_value_t = 200_000, value_parser = clap::value_parser!(u64).range(1_000..=20_000_000))]
    people: u64,
    /// Rows of the request made.
    #[arg(long, value_name = "M", default_value_t = 24, value_parser = clap::value_parser!(u32).range(1..=50))]
    rows: u32,
    /// Seed of every random choice but keys.
    #[arg(long, value_name = "S", default_value_t = 13, value_parser = clap::value_parser!(u64).range(..=1_000_000_000))]
    seed: u64,
    /// Folder to leave everything in.
    #[arg(long, value_name = "DIR", default_value = "demo-out")]
    out: PathBuf,
    /// A workbook of your own (xlsx, ods or csv) in place of the one made.
    #[arg(long, value_name = "FILE")]
    request: Option<PathBuf>,
    /// Folder of the other programs [default: that of this one]
    #[arg(long, value_name = "DIR")]
    bin_dir: Option<PathBuf>,
    /// Calibrate the matcher in the demonstration itself, on so many rows (usual: sign the measurement kept
    /// with this program)
    #[arg(long, value_name = "M")]
    calibration_rows: Option<u32>,
    /// Print one JSON document on stdout, and the steps on stderr.
    #[arg(long)]
    json: bool,
}

/// Runs the demonstration.
///
/// # Errors
/// What stopped it.
pub fn run(arguments: Arguments) -> anyhow::Result<()> {
    let options = DemoOptions {
        people: arguments.people,
        rows: arguments.rows,
        seed: arguments.seed,
        out: arguments.out,
        request: arguments.request,
        bin_dir: match arguments.bin_dir {
            Some(folder) => folder,
            None => own_folder()?,
        },
        calibration_rows: arguments.calibration_rows,
        stream: if arguments.json {
            demo::Stream::Error
        } else {
            demo::Stream::Out
        },
    };
    let report = demo::run(&options)?;
    if arguments.json {
        let mut out = std::io::stdout().lock();
        serde_json::to_writer_pretty(&mut out, &report)?;
        writeln!(out)?;
    }
    Ok(())
}
