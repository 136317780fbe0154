//! `countersign-lab calibrate`: chooses and freezes thresholds, and measures at them.
//!
//! Place in the flow: before `countersign certify`, which signs what is written here.
//!
//! Left to others: measuring (`countersign_lab::calibrate`), signing (the gate).

use std::{
    fmt::Write as _,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    str::FromStr,
};

use anyhow::Context as _;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use countersign_lab::{
    calibrate::{self, Conditions, GridPoint, Measured, Misled, RowErrors, Tuned},
    error::LabError,
};
use instrument::{
    certificate::{
        bound::in_a_million,
        measurement::{GroupShares, Measurement, PARTS, RowKind, Stratum},
        thresholds::{FrozenThresholds, Trial},
    },
    document::Document as _,
};
use model::time::Date;

/// Arguments of `calibrate`.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  countersign-lab calibrate --people 200000 --rows 50000 --tune-seeds 21-22 --seeds 2101-2106 \\
      --frozen thresholds.txt --out measurement.txt
  countersign-lab calibrate --people 200000 --rows 50000 --seeds 3001-3020 --frozen thresholds.txt \\
      --out more.txt --row-errors 3
  countersign-lab calibrate --people 200000 --rows 50000 --seeds 4001-4020 --frozen thresholds.txt \\
      --out groups.txt --groups equal
  countersign certify --genesis genesis.note --key certifier.key measurement.txt --out certificate.note

Where FROZEN is not there yet, thresholds are chosen on the tuning seeds and written into it before
anything is measured. Where it is, it is used as it stands. What is measured holds for registers of
at most as many people.")]
pub struct Arguments {
    /// People on file in each register.
    #[arg(long, value_name = "N")]
    people: u64,
    /// Rows asked of each, every one about another household.
    #[arg(long, value_name = "M")]
    rows: u32,
    /// Seeds thresholds are chosen on, as `21-22` or `5,9,21-22`.
    #[arg(long, value_name = "SEEDS")]
    tune_seeds: Option<Seeds>,
    /// Seeds that are measured: fresh ones, one trial each, summed.
    #[arg(long, value_name = "SEEDS")]
    seeds: Seeds,
    /// Share wrong aimed at in choosing thresholds, in parts per billion.
    #[arg(long, value_name = "PARTS", default_value_t = 100_000)]
    aim: u64,
    /// Times the nation's rates of errors in rows. Anything but 1 shows what depends on them, and cannot
    /// be certified.
    #[arg(long, value_name = "TIMES", default_value = "1", value_parser = row_errors)]
    row_errors: RowErrors,
    /// Shares of the six groups in the nation. With equal ones small groups get bounds of their own; what
    /// comes of it cannot be certified.
    #[arg(long, value_name = "SHARES", value_parser = groups(),
          default_value = GroupShares::AsInTheNation.label())]
    groups: GroupShares,
    /// The day it is in the nation.
    #[arg(long, value_name = "DATE", default_value = "2026-11-01", value_parser = super::population::day)]
    as_of: Date,
    /// The frozen thresholds, to write or to use.
    #[arg(long, value_name = "FILE")]
    frozen: PathBuf,
    /// The measurement to write.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Print one JSON document on stdout.
    #[arg(long)]
    json: bool,
}

/// Seeds, in the order given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seeds(Vec<u64>);

/// Seeds of one calibration at most.
const MOST_SEEDS: u64 = 10_000;

impl FromStr for Seeds {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const FORM: &str = "seeds are numbers and ranges, as `5,9,21-22`, at most 10,000";
        let mut seeds = Vec::new();
        for part in text.split(',') {
            let (from, to) = part.split_once('-').unwrap_or((part, part));
            let from: u64 = from.parse().map_err(|_| FORM)?;
            let to: u64 = to.parse().map_err(|_| FORM)?;
            if to < from || to - from >= MOST_SEEDS {
                return Err(FORM);
            }
            seeds.extend(from..=to);
        }
        Ok(Self(seeds))
    }
}

/// The words of `--groups`: those of a measurement.
fn groups() -> impl TypedValueParser<Value = GroupShares> {
    PossibleValuesParser::new(GroupShares::ALL.map(GroupShares::label))
        .try_map(|word| GroupShares::of_label(&word).ok_or("no shares of groups"))
}

fn row_errors(text: &str) -> Result<RowErrors, &'static str> {
    match text {
        "1" => Ok(RowErrors::USUAL),
        "0.5" | "1/2" => Ok(RowErrors {
            numerator: 1,
            denominator: 2,
        }),
        "3" => Ok(RowErrors {
            numerator: 3,
            denominator: 1,
        }),
        _ => Err("1, 0.5 or 3"),
    }
}

impl Arguments {
    fn trials(&self, seeds: &Seeds) -> Vec<Trial> {
        let trial = |seed: &u64| Trial {
            seed: *seed,
            people: self.people,
            rows: self.rows,
            as_of: self.as_of,
        };
        seeds.0.iter().map(trial).collect()
    }
}

/// Tunes where nothing is frozen yet, measures, writes and tells.
///
/// # Errors
/// What the library returns, or a file that cannot be read.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let frozen = frozen(arguments)?;
    let mut told = |trial: &Trial, identified: u64, wrong: u64| {
        eprintln!(
            "seed {}: so far {identified} identified, {wrong} wrong",
            trial.seed
        );
    };
    let trials = arguments.trials(&arguments.seeds);
    let conditions = Conditions {
        row_errors: arguments.row_errors,
        groups: arguments.groups,
    };
    let measured = calibrate::measure(&frozen, &trials, conditions, &mut told)?;
    write(&arguments.out, &measured.measurement.text())?;
    let mut out = std::io::stdout().lock();
    if arguments.json {
        serde_json::to_writer_pretty(&mut out, &document(&measured, &arguments.out))?;
        writeln!(out)?;
    } else {
        write!(out, "{}", words(&measured, &arguments.out))?;
    }
    Ok(())
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    Ok(fs::write(path, text).map_err(LabError::file(path))?)
}

fn frozen(arguments: &Arguments) -> anyhow::Result<FrozenThresholds> {
    let path = &arguments.frozen;
    if path.exists() {
        let text = fs::read_to_string(path);
        let text = text.with_context(|| format!("`{}` cannot be read", path.display()))?;
        let frozen = FrozenThresholds::parse(&text).with_context(|| path.display().to_string())?;
        frozen.check().with_context(|| path.display().to_string())?;
        return Ok(frozen);
    }
    let seeds = arguments.tune_seeds.as_ref();
    let seeds = seeds.with_context(|| {
        format!(
            "`{}` is not there, and no --tune-seeds say what to choose thresholds on",
            path.display()
        )
    })?;
    let mut told = |trial: &Trial| eprintln!("tuned on seed {}", trial.seed);
    let tuned = calibrate::tune(&arguments.trials(seeds), arguments.aim, &mut told)?;
    write(path, &tuned.frozen.text())?;
    eprint!("{}", grid_words(&tuned, path));
    Ok(tuned.frozen)
}

fn grid_words(tuned: &Tuned, path: &Path) -> String {
    let mut text = String::new();
    for kind in RowKind::ALL {
        let _ = writeln!(
            text,
            "thresholds {}, on the tuning seeds (bits: identified, wrong, recall per mille)",
            kind.label()
        );
        // Beyond a point that answers nothing there is nothing to see.
        let points = tuned.points.iter().filter(|point| point.kind == kind);
        for point in points.take_while(|point| point.identified > 0) {
            let GridPoint {
                threshold,
                identified,
                wrong,
                answered,
                answerable,
                ..
            } = *point;
            let recall = answered.saturating_mul(1000).checked_div(answerable);
            let _ = writeln!(
                text,
                "  {:>3}.{}: {identified:>8} {wrong:>5} {:>5}",
                threshold / 1000,
                threshold % 1000 / 100,
                recall.unwrap_or(0)
            );
        }
    }
    let with = tuned.frozen.with_birth_date.threshold_millibits;
    let without = tuned.frozen.without_birth_date.threshold_millibits;
    let _ = writeln!(
        text,
        "frozen in {}: {with} with a birth date, {without} without (milli-bits)",
        path.display()
    );
    text
}

fn recall_words(stratum: &Stratum) -> String {
    let recall = stratum.counted.recall_per_mille();
    recall.map_or("-".to_owned(), |r| format!("{}.{:03}", r / 1000, r % 1000))
}

fn words(measured: &Measured, out: &Path) -> String {
    let Measurement {
        trials,
        largest_register,
        row_errors_times,
        groups,
        ..
    } = &measured.measurement;
    let groups = match groups {
        GroupShares::AsInTheNation => "",
        GroupShares::Equal => ", groups of equal size",
    };
    let mut text = format!(
        "SYNTHETIC calibration: {} trials, registers of {largest_register} people, {row_errors_times} times the \
         rates of errors in rows{groups}\n",
        trials.len()
    );
    for kind in RowKind::ALL {
        let _ = writeln!(
            text,
            "{:<19} {:>8} {:>10} {:>6} {:>10} {:>5}  wrong at most (in a million, 95%)",
            kind.label(),
            "rows",
            "answerable",
            "recall",
            "identified",
            "wrong"
        );
        for (part, stratum) in PARTS.iter().zip(measured.measurement.of(kind)) {
            let counted = stratum.counted;
            let _ = writeln!(
                text,
                "  {part:<17} {:>8} {:>10} {:>6} {:>10} {:>5}  {}",
                counted.rows,
                counted.answerable,
                recall_words(stratum),
                counted.identified,
                counted.wrong,
                in_a_million(stratum.wrong_bound_per_billion)
            );
        }
    }
    text.push_str(&remarks(measured));
    let _ = writeln!(text, "measurement {}", out.display());
    text
}

fn remarks(measured: &Measured) -> String {
    let mut text = String::from(
        "Bounds of the parts hold all together with 95%; each of the two of `all` by itself.\n",
    );
    let gaps = measured.measurement.recall_gaps();
    for gap in &gaps {
        let _ = writeln!(
            text,
            "RECALL DIFFERS by more than 0.03, {}: {} 0.{:03}, {} 0.{:03}.",
            gap.kind.label(),
            gap.low.0,
            gap.low.1,
            gap.high.0,
            gap.high.1
        );
    }
    if gaps.is_empty() {
        text.push_str(
            "Recall differs by at most 0.03 between surname bands and between groups of at least 500 \
             answerable rows.\n",
        );
    }
    for kind in RowKind::ALL {
        let misled = measured.misled.iter().filter(|(of, ..)| *of == kind);
        for (count, what) in Misled::counted(misled.map(|(.., misled)| misled)) {
            let _ = writeln!(text, "WRONG, {}: {count} × {what}", kind.label());
        }
    }
    text
}

fn document(measured: &Measured, out: &Path) -> serde_json::Value {
    let measurement = &measured.measurement;
    let strata = |kind: RowKind| -> serde_json::Value {
        let strata = PARTS.iter().zip(measurement.of(kind)).map(|(part, s)| {
            serde_json::json!({
                "part": part,
                "rows": s.counted.rows,
                "answerable": s.counted.answerable,
                "answered": s.counted.answered,
                "recall_per_mille": s.counted.recall_per_mille(),
                "identified": s.counted.identified,
                "wrong": s.counted.wrong,
                "wrong_bound_per_billion": s.wrong_bound_per_billion,
            })
        });
        strata.collect()
    };
    let misled = Misled::counted(measured.misled.iter().map(|(.., misled)| misled));
    let gaps = measurement.recall_gaps();
    let gaps = gaps
        .iter()
        .map(|gap| serde_json::json!({"rows": gap.kind.label(), "low": gap.low, "high": gap.high}));
    serde_json::json!({
        "synthetic": true,
        "measurement": measurement.digest().to_string(),
        "trials": measurement.trials.len(),
        "largest_register": measurement.largest_register,
        "row_errors_times": measurement.row_errors_times,
        "groups": measurement.groups.label(),
        "with_birth_date": strata(RowKind::WithBirthDate),
        "without_birth_date": strata(RowKind::WithoutBirthDate),
        "recall_gaps": gaps.collect::<Vec<_>>(),
        "misled": misled.iter().map(|(count, what)| serde_json::json!({"count": count, "what": what}))
            .collect::<Vec<_>>(),
        "file": out,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_are_numbers_and_ranges() {
        let check = |text: &str, expected: Option<&[u64]>| {
            let read = text.parse::<Seeds>().ok();
            assert_eq!(read.as_ref().map(|seeds| &seeds.0[..]), expected, "{text}");
        };
        check("7", Some(&[7]));
        check("5,9,21-23", Some(&[5, 9, 21, 22, 23]));
        check("21-20", None);
        check("0-18446744073709551615", None);
        check("", None);
        check("a", None);
    }
}
