//! `countersign-verify BUNDLE`: the auditor's offline checker.
//!
//! Place in the flow: reads one file, prints what was checked, what failed and what could not be
//! checked. Exit 0 VERIFIED, 1 FAILED, 2 a file that cannot be read or is no bundle.
//!
//! Left to others: every check (the library).

use std::{
    fs,
    io::{self, Write as _},
    path::PathBuf,
    process::ExitCode,
};

use anyhow::{Context as _, Result, bail};
use clap::{CommandFactory as _, Parser};
use countersign_verify::{Options, is_bundle, verify};
use model::{digest::Digest, fault::ExitStatus};

const EXAMPLES: &str = "Examples:
  countersign-verify public.bundle
  countersign-verify sealed.bundle --genesis-digest 3f1c… --json
  countersign-verify --completions bash

Take the genesis digest from the ceremony's record, not from whoever gave you the bundle.
Exit codes: 0 verified, 1 failed, 2 usage or a file that is no bundle.";

/// Checks an auditor's bundle offline, trusting nothing in it but the genesis.
#[derive(Debug, Parser)]
#[command(name = "countersign-verify", version, about, after_help = EXAMPLES)]
struct Arguments {
    /// The bundle.
    #[arg(required_unless_present = "completions")]
    bundle: Option<PathBuf>,
    /// Digest the genesis must have, 64 hexadecimal digits.
    #[arg(long)]
    genesis_digest: Option<Digest>,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
    /// Print completions for a shell.
    #[arg(long, value_name = "SHELL")]
    completions: Option<clap_complete::Shell>,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(status) => status.into(),
        Err(error) => {
            eprintln!("countersign-verify: {error:#}");
            ExitStatus::Unreadable.into()
        }
    }
}

fn run(arguments: &Arguments) -> Result<ExitStatus> {
    if let Some(shell) = arguments.completions {
        let name = "countersign-verify";
        clap_complete::generate(shell, &mut Arguments::command(), name, &mut io::stdout());
        return Ok(ExitStatus::Done);
    }
    let path = arguments.bundle.as_deref().context("no bundle was named")?;
    let bytes = fs::read(path).with_context(|| format!("`{}` cannot be read", path.display()))?;
    if !is_bundle(&bytes) {
        bail!("`{}` is no bundle", path.display());
    }
    let options = Options {
        genesis_digest: arguments.genesis_digest,
    };
    let report = verify(&bytes, &options);
    let text = if arguments.json {
        format!("{:#}\n", report.to_json())
    } else {
        report.to_string()
    };
    print(&text).context("the report cannot be printed")?;
    Ok(if report.is_verified() {
        ExitStatus::Done
    } else {
        ExitStatus::Findings
    })
}

/// Prints a text. A reader who has seen enough and is gone, as `head` is, is no failure.
fn print(text: &str) -> io::Result<()> {
    match io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
        _ => Ok(()),
    }
}
