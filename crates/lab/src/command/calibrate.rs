//! `countersign-lab calibrate`: measures the matcher and signs a certificate.
//!
//! Place in the flow: after the genesis, before the gate identifies anybody.
//!
//! Left to others: measuring and signing (`countersign_lab::calibrate`).

use std::{fs, io::Write as _, path::PathBuf};

use anyhow::Context as _;
use countersign_lab::{
    calibrate::{self, Counted, Measured, Trial, wrong_bound_per_billion},
    demo::now,
    error::LabError,
};
use instrument::{genesis::Genesis, signed::Signed};
use model::time::Date;
use note::SigningKey;

/// Arguments of `calibrate`.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  countersign-lab calibrate --people 200000 --rows 3000 --seed 1007 \\
      --genesis deployment/genesis.note --key deployment/keys/certifier.key --out certificate.note

Take a seed that nothing was tuned on. The certificate holds for registers of at most as many people.")]
pub struct Arguments {
    /// People on file in the register measured on.
    #[arg(long, value_name = "N")]
    people: u64,
    /// Rows asked.
    #[arg(long, value_name = "M")]
    rows: u32,
    /// Seed of nation and rows.
    #[arg(long, value_name = "S")]
    seed: u64,
    /// The day it is in that nation.
    #[arg(long, value_name = "DATE", default_value = "2026-11-01", value_parser = super::population::day)]
    as_of: Date,
    /// The deployment's signed genesis.
    #[arg(long, value_name = "FILE")]
    genesis: PathBuf,
    /// The certifier's private key.
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// The certificate to write.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Print one JSON document on stdout.
    #[arg(long)]
    json: bool,
}

/// Measures, signs and tells what was counted.
///
/// # Errors
/// What the library returns, or a file that cannot be read.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let genesis: Signed<Genesis> =
        Signed::parse(&read(&arguments.genesis)?).with_context(|| name(&arguments.genesis))?;
    let key =
        SigningKey::parse(read(&arguments.key)?.trim()).with_context(|| name(&arguments.key))?;
    let measured = calibrate::measure(Trial {
        people: arguments.people,
        rows: arguments.rows,
        seed: arguments.seed,
        as_of: arguments.as_of,
    })?;
    let certificate = calibrate::certify(&measured, &genesis, &key, now().day())?;
    fs::write(&arguments.out, certificate.render()).map_err(LabError::file(&arguments.out))?;
    let mut out = std::io::stdout().lock();
    if arguments.json {
        let document = serde_json::json!({
            "synthetic": true,
            "certificate": certificate.document().id,
            "measured": measured,
            "wrong_bound_per_billion": {
                "with_birth_date": bound(measured.with_birth_date),
                "without_birth_date": bound(measured.without_birth_date),
            },
            "largest_register": certificate.document().largest_register,
            "file": arguments.out,
        });
        serde_json::to_writer(&mut out, &document)?;
        writeln!(out)?;
    } else {
        write!(out, "{}", words(&measured, &arguments.out))?;
    }
    Ok(())
}

fn read(path: &std::path::Path) -> anyhow::Result<String> {
    fs::read_to_string(path).with_context(|| format!("`{}` cannot be read", path.display()))
}

fn name(path: &std::path::Path) -> String {
    format!("`{}`", path.display())
}

fn bound(counted: Counted) -> u64 {
    wrong_bound_per_billion(counted.wrong, counted.identified)
}

fn words(measured: &Measured, out: &std::path::Path) -> String {
    let line = |what: &str, counted: Counted| {
        format!(
            "  {what:<18} {:>6} rows, {:>6} answerable, {:>6} identified, {} wrong: at most {} in a million (95%)\n",
            counted.rows,
            counted.answerable,
            counted.identified,
            counted.wrong,
            bound(counted).div_ceil(1000),
        )
    };
    format!(
        "SYNTHETIC calibration on {} people, seed {}\n{}{}  certificate {}\n",
        measured.trial.people,
        measured.trial.seed,
        line("with birth date", measured.with_birth_date),
        line("without", measured.without_birth_date),
        out.display(),
    )
}
