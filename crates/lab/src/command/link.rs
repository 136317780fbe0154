//! `countersign-lab link`: the matcher measured on labelled data.
//!
//! Place in the flow: beside everything; nothing it writes is read by another program of ours.
//!
//! Left to others: linking and counting (`countersign_lab::link`).

use std::{io::Write as _, path::PathBuf};

use countersign_lab::link::{
    self, LinkArguments,
    report::{Report, Tally},
    split::Split,
};

/// Arguments of `link`.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  countersign-lab link --people people.csv --requests requests.csv --map map.toml --out linked
  countersign-lab link --people people.parquet --requests requests.csv --map map.toml --out linked --learn 0.3

Every request must say in its column `truth` who is right: this measures, it does not find anybody.
What is learned from is not measured.")]
pub struct Arguments {
    /// People, csv or Parquet.
    #[arg(long, value_name = "FILE")]
    people: PathBuf,
    /// Requests, csv or Parquet, each with its truth.
    #[arg(long, value_name = "FILE")]
    requests: PathBuf,
    /// Which column is what.
    #[arg(long, value_name = "FILE")]
    map: PathBuf,
    /// Folder for results.csv and report.json.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Learn from this share of the people asked for, such as 0.3, or from the requests listed in a csv.
    #[arg(long, value_name = "SPLIT")]
    learn: Option<String>,
    /// Print the report on stdout as one JSON document.
    #[arg(long)]
    json: bool,
}

/// Links, and tells how much of it was right.
///
/// # Errors
/// What the library returns.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let report = link::run(&LinkArguments {
        people: arguments.people.clone(),
        requests: arguments.requests.clone(),
        map: arguments.map.clone(),
        out: arguments.out.clone(),
        learn: arguments.learn.as_deref().map(Split::parse).transpose()?,
    })?;
    let mut out = std::io::stdout().lock();
    if arguments.json {
        serde_json::to_writer(&mut out, &report)?;
        writeln!(out)?;
    } else {
        write!(out, "{}", words(&report))?;
        writeln!(out, "  {}", arguments.out.display())?;
    }
    Ok(())
}

fn words(report: &Report) -> String {
    let line = |name: &str, tally: &Tally| {
        format!(
            "  {name:<28} {:>8} {:>8} {:>6} {:>9.5} {:>7.4} {:>7.4} {:>7.4} {:>7.4} {:>7.4}\n",
            tally.requests,
            tally.released,
            tally.wrong,
            tally.wrong_rate_upper,
            tally.recall,
            tally.recall_at_1_percent,
            tally.recall_at_0_1_percent,
            tally.recall_at_zero,
            tally.candidate_recall,
        )
    };
    let strata: String = report
        .strata
        .iter()
        .map(|(name, tally)| line(name, tally))
        .collect();
    format!(
        "{} people, {} requests, {} of them learned from\n  {:<28} {:>8} {:>8} {:>6} {:>9} {:>7} {:>7} {:>7} {:>7} \
         {:>7}\n{}{strata}  {:.1} and {:.1} µs a request (median, 99%), {:.0} a second on {} threads, {} MiB\n",
        report.people,
        report.requests,
        report.learned_from,
        "",
        "requests",
        "answered",
        "wrong",
        "at most",
        "recall",
        "at 1%",
        "at 0.1%",
        "at 0",
        "reached",
        line("all", &report.all),
        report.p50_microseconds,
        report.p99_microseconds,
        report.rows_per_second,
        report.threads,
        report.peak_mebibytes,
    )
}
