//! `countersign-lab genesis`: a synthetic deployment in one folder.
//!
//! Place in the flow: before builder, keepers and gate in every trial; the one place of the
//! laboratory besides the demo that reads the clock.
//!
//! Left to others: making it (`countersign_lab::genesis`).

use std::{io::Write as _, path::PathBuf};

use countersign_lab::{
    demo::{digests, now, sibling},
    genesis::{self, GenesisOrder, Report},
};

/// Arguments of `genesis`.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  countersign-lab genesis --out deployment
  countersign-lab genesis --out deployment --officers 9 --gate target/release/countersign --json

Every private key of the deployment is written into OUT/keys: for trials only.")]
pub struct Arguments {
    /// Folder to write into.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Named officers on the roster.
    #[arg(long, value_name = "COUNT", default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=500))]
    officers: u32,
    /// The gate's program, which is asked for the digests of policy and statute book [default: the
    /// one beside this program]
    #[arg(long, value_name = "FILE")]
    gate: Option<PathBuf>,
    /// Print one JSON document on stdout.
    #[arg(long)]
    json: bool,
}

/// Makes the deployment and tells what it is.
///
/// # Errors
/// What the library returns, or a gate that does not answer.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let gate = match &arguments.gate {
        Some(gate) => gate.clone(),
        None => sibling("countersign")?,
    };
    let digests = digests(&gate)?;
    let order = GenesisOrder {
        now: now(),
        officers: arguments.officers,
        policy: digests.policy,
        statute_book: digests.statute_book,
    };
    let report = genesis::make(&order, &arguments.out)?;
    let mut out = std::io::stdout().lock();
    if arguments.json {
        serde_json::to_writer(&mut out, &report)?;
        writeln!(out)?;
    } else {
        write!(out, "{}", words(&report))?;
    }
    Ok(())
}

fn words(report: &Report) -> String {
    let officers = report
        .roster
        .iter()
        .filter(|(_, role)| role == "named-officer")
        .count();
    format!(
        "SYNTHETIC genesis {}\n  2 of 3 authorities, keepers {} of which 3 are needed\n  {} people on the \
         roster, {officers} of them named officers; authority until {}\n  everything in {}\n",
        report.genesis,
        report.keepers.join(", "),
        report.roster.len(),
        report.authority_until,
        report.folder.display(),
    )
}
