//! `countersign-lab population`: an extract, a request and its truth in one folder.
//!
//! Place in the flow: before builder and gate in every trial.
//!
//! Left to others: making them (`countersign_lab::population`).

use std::{io::Write, path::PathBuf, time::Duration};

use anyhow::Context;
use countersign_lab::{
    extract::ExtractFormat,
    population::{self, PopulationArguments, Report},
    rates::{Rate, Rates},
};
use indicatif::{ProgressBar, ProgressStyle};
use model::time::Date;

/// Arguments of `population`.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  countersign-lab population --people 200000 --rows 24 --seed 1 --out trial
  countersign-lab population --people 5000000 --rows 10000 --seed 7 --out big --format csv --json

Everything written is invented, and the same for the same arguments.")]
pub struct Arguments {
    /// People on file.
    #[arg(long, value_name = "N")]
    people: u64,
    /// Rows of the request.
    #[arg(long, value_name = "M")]
    rows: u32,
    /// Seed of every random choice.
    #[arg(long, value_name = "S")]
    seed: u64,
    /// Folder to write into.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// The day it is: dates of the request and the last tax period follow from it.
    #[arg(long, value_name = "DATE", default_value = "2026-11-01", value_parser = day)]
    as_of: Date,
    /// Format of the extract, `csv` or `parquet`.
    #[arg(long, value_name = "FORMAT", default_value = ExtractFormat::USUAL.extension())]
    format: ExtractFormat,
    /// Share of the rows that are deficient, in percent.
    #[arg(long, value_name = "PERCENT", default_value_t = 20, value_parser = clap::value_parser!(u32).range(0..=100))]
    deficient: u32,
    /// Officers the rows name, at least; each is named on 12 rows at most.
    #[arg(long, value_name = "COUNT", default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    officers: u32,
    /// Rows in order but for a reason copied from one another.
    #[arg(long, value_name = "COUNT", default_value_t = 0)]
    boilerplate: u32,
    /// A file of rates in place of the built-in nation.toml.
    #[arg(long, value_name = "FILE")]
    nation: Option<PathBuf>,
    /// Print one JSON document on stdout.
    #[arg(long)]
    json: bool,
}

pub(super) fn day(text: &str) -> Result<Date, String> {
    model::time::parse_date(text).map_err(|error| error.to_string())
}

/// Makes the population and tells what it is.
///
/// # Errors
/// What the library returns, or an unreadable file of rates.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let rates = match &arguments.nation {
        None => Rates::built_in()?,
        Some(path) => {
            let text = std::fs::read_to_string(path)
                .with_context(|| format!("cannot read `{}`", path.display()))?;
            Rates::parse(&text)?
        }
    };
    let bar = progress_bar(arguments.people);
    let report = population::write(
        &PopulationArguments {
            people: arguments.people,
            rows: arguments.rows,
            seed: arguments.seed,
            as_of: arguments.as_of,
            out: arguments.out.clone(),
            format: arguments.format,
            deficient: Rate::millionths(arguments.deficient * 10_000),
            officers: arguments.officers,
            boilerplate: arguments.boilerplate,
            rates,
        },
        &mut |people| bar.set_position(people),
    );
    bar.finish_and_clear();
    let report = report?;
    let mut out = std::io::stdout().lock();
    if arguments.json {
        serde_json::to_writer(&mut out, &report)?;
        writeln!(out)?;
    } else {
        write!(out, "{}", words(&report))?;
    }
    Ok(())
}

/// A bar on stderr; indicatif hides it where stderr is no terminal.
fn progress_bar(people: u64) -> ProgressBar {
    let bar = ProgressBar::new(people);
    if let Ok(style) =
        ProgressStyle::with_template("{bar:40} {human_pos} of {human_len} people, {eta} left")
    {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

fn words(report: &Report) -> String {
    let (first, last) = report.tax_periods;
    let percent_of = |part: u64, whole: u64| {
        let share = part.saturating_mul(1_000) / whole.max(1);
        format!("{}.{} %", share / 10, share % 10)
    };
    let percent = |part| percent_of(part, report.people);
    let kinds: String = report
        .kinds
        .iter()
        .map(|(kind, count)| format!("    {count:>9}  {kind}\n"))
        .collect();
    format!(
        "SYNTHETIC population from seed {} as of {}\n\
         {}\n  {} people on file in {} families and {} ZIP areas, {} returns of {first} to {last}\n  \
         twins {} of births, same-named relative {}, moved {}; {} relatives not on file\n\
         {}\n  {} rows, {} officers\n{kinds}{}\n  the truth about each row\n",
        report.seed,
        report.as_of,
        report.files.extract.display(),
        report.people,
        report.families,
        report.places,
        report.extract_rows,
        percent_of(report.twin_births, report.births),
        percent(report.namesakes),
        percent(report.movers),
        report.absent,
        report.files.request.display(),
        report.rows,
        report.officers,
        report.files.truth.display(),
    )
}
