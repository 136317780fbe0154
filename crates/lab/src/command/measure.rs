//! `countersign-lab measure`: the production matcher on a synthetic nation.
//!
//! Place in the flow: by hand, and by `cargo xtask bench link` and `bench lookup`.
//!
//! Left to others: measuring (`countersign_lab::measure`).

use std::{io::Write as _, path::PathBuf};

use countersign_lab::measure::{self, KeyFigures, Latency, MeasureParameters, Measured, Tally};
use model::time::Date;

/// Arguments of `measure`.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  countersign-lab measure --people 1000000 --rows 10000 --seed 4001
  countersign-lab measure --people 200000 --rows 10000 --seed 4001 --training 3000 --peer peer --json

No certificate comes of this: recall at a share of wrong answers is read off the rows themselves.")]
pub struct Arguments {
    /// People on file.
    #[arg(long, value_name = "N")]
    people: u64,
    /// Rows measured.
    #[arg(long, value_name = "M")]
    rows: u32,
    /// Further rows, for a peer to learn from.
    #[arg(long, value_name = "T", default_value_t = 0)]
    training: u32,
    /// Seed of nation and rows.
    #[arg(long, value_name = "S")]
    seed: u64,
    /// The day it is in that nation.
    #[arg(long, value_name = "DATE", default_value = "2026-11-01", value_parser = super::population::day)]
    as_of: Date,
    /// Folder for the same people and rows as csv, for a peer.
    #[arg(long, value_name = "DIR")]
    peer: Option<PathBuf>,
    /// Print one JSON document on stdout.
    #[arg(long)]
    json: bool,
}

/// Measures and tells what was counted.
///
/// # Errors
/// What the library returns.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let measured = measure::measure(&MeasureParameters {
        people: arguments.people,
        rows: arguments.rows,
        training: arguments.training,
        seed: arguments.seed,
        as_of: arguments.as_of,
        peer: arguments.peer.clone(),
    })?;
    let mut out = std::io::stdout().lock();
    if arguments.json {
        serde_json::to_writer(&mut out, &measured)?;
        writeln!(out)?;
    } else {
        write!(out, "{}", words(&measured))?;
    }
    Ok(())
}

fn words(measured: &Measured) -> String {
    let line = |name: &str, tally: &Tally| {
        format!(
            "  {name:<28} {:>8} {:>10} {:>10} {:>6} {:>7.4} {:>7.4} {:>7.4} {:>7.4} {:>9.4}\n",
            tally.rows,
            tally.answerable,
            tally.identified,
            tally.wrong,
            tally.recall,
            tally.best.recall_at_1_percent,
            tally.best.recall_at_0_1_percent,
            tally.best.recall_at_zero,
            tally.recall_at_common_odds,
        )
    };
    let time = |name: &str, latency: &Latency| {
        format!(
            "  {name:<28} {:>8} {:>10.1} {:>10.1} {:>10.1}\n",
            latency.rows,
            latency.p50_microseconds,
            latency.p99_microseconds,
            latency.max_microseconds
        )
    };
    let strata: String = measured
        .accuracy
        .strata
        .iter()
        .map(|(name, tally)| line(name, tally))
        .collect();
    let (register, lookup) = (&measured.register, &measured.lookup);
    format!(
        "SYNTHETIC nation of {} people, seed {}; built in {:.1} s, opened in {:.1} s, {} bytes a person, {} MiB\n\
         \x20 {:<28} {:>8} {:>10} {:>10} {:>6} {:>7} {:>7} {:>7} {:>7} {:>9}\n{}{strata}\
         \x20 {:<28} {:>8} {:>10} {:>10} {:>10}\n{}{}{}  {:.0} rows a second on {} threads\n{}",
        register.people,
        measured.seed,
        register.seconds.build,
        register.seconds.open,
        register.bytes_per_person,
        measured.peak_mebibytes,
        "",
        "rows",
        "answerable",
        "identified",
        "wrong",
        "recall",
        "at 1%",
        "at 0.1%",
        "at 0",
        "same odds",
        line("all", &measured.accuracy.all),
        "microseconds a row",
        "rows",
        "median",
        "99%",
        "longest",
        time("all", &lookup.all),
        time(
            "commonest 1% of surnames",
            &lookup.surname_in_commonest_1_percent
        ),
        time("1% of rows, commonest", &lookup.commonest_1_percent_of_rows),
        lookup.rows_per_second,
        lookup.threads,
        keys(&measured.address_keys),
    )
}

fn keys(figures: &[KeyFigures]) -> String {
    let lines: String = figures.iter().map(key_line).collect();
    format!(
        "  {:<40} {:>11} {:>11} {:>10} {:>7}\n{lines}",
        "address key opens", "identified", "answerable", "buildings", "merged"
    )
}

fn key_line(figures: &KeyFigures) -> String {
    let share = |part: u64, whole: u64| part as f64 / whole.max(1) as f64;
    format!(
        "  {:<40} {:>11.4} {:>11.4} {:>10} {:>7}\n",
        figures.form,
        share(figures.identified_open, figures.identified),
        share(figures.answerable_open, figures.answerable),
        figures.buildings,
        figures.merged,
    )
}
