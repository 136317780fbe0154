//! `cargo xtask bench examine`: a request as large as that of 2025, examined, beside three libraries that
//! merely read it.
//!
//! Place in the flow: by hand. A Python program makes the request as a csv, an xlsx with shared strings
//! and an xlsx with inline strings; `countersign examine` answers each with every row's findings; then
//! openpyxl, python-calamine and pandas read the same files in an environment of their own under the
//! build folder. Whatever runs, runs alone.
//!
//! Left to others: time and memory ([`mod@measure`]), the request ([`MAKE`]), the libraries ([`READ`]).

pub mod measure;

use std::{path::Path, process::Command};

use self::measure::{Measured, measure};
use crate::{
    bench::memory_bytes,
    demo,
    failure::Failure,
    json::{seconds, whole_number},
    process, python,
    scratch::Scratch,
    workspace::Workspace,
};

/// The program that makes the request.
const MAKE: &str = include_str!("bench_examine/make.py");
/// The program that reads it with a library.
const READ: &str = include_str!("bench_examine/read.py");
/// Rows of the request of 2025: the most that are made, and how many the ratio counts for.
const ROWS: u64 = 1_280_000;
/// Seed of the request.
const SEED: u64 = 2025;
/// The day the request is examined as of.
const AS_OF: &str = "2026-11-20";
/// The libraries' releases that are measured.
const LIBRARIES: [(&str, &str); 3] = [
    ("openpyxl", "3.1.5"),
    ("python-calamine", "0.9.1"),
    ("pandas", "3.1.1"),
];
/// The files, with the most seconds each may take (DESIGN.md section 7, two cores).
const FILES: [(&str, &str, u64); 3] = [
    ("csv", "request.csv", 20),
    ("xlsx_shared", "shared.xlsx", 60),
    ("xlsx_inline", "inline.xlsx", 60),
];
/// What each library reads.
const READ_BY: [(&str, &str); 4] = [
    ("openpyxl", "shared.xlsx"),
    ("python-calamine", "shared.xlsx"),
    ("pandas", "shared.xlsx"),
    ("pandas", "request.csv"),
];
/// Most bytes of memory all processes together may take.
const LIMIT_BYTES: u64 = 512 << 20;
/// How many times faster than openpyxl merely reading we must be, examining.
const LIMIT_RATIO: f64 = 10.0;

/// One run of one program over one file.
#[derive(Debug)]
struct Run {
    program: &'static str,
    file: &'static str,
    measured: Measured,
}

/// Measures with `--rows N`, or as many rows as in 2025; prints the document; above a limit it fails.
pub fn run(workspace: &Workspace, arguments: &[&str]) -> Result<(), Failure> {
    let rows = read_rows(arguments)?;
    let python = python::environment(workspace, "bench-examine", &LIBRARIES)?;
    build(workspace)?;
    let scratch = Scratch::new("examine")?;
    let made = make(&python, scratch.path(), rows)?;
    let ours = examine_all(workspace, scratch.path(), rows)?;
    let peers = read_all(&python, scratch.path(), rows)?;
    let strings = whole_number(&made, "shared_strings").unwrap_or(0);
    println!("{}", document(rows, strings, &ours, &peers));
    let broken = broken(rows, &ours, &peers);
    if broken.is_empty() {
        return Ok(());
    }
    Err(Failure::Failed(broken.join("; ")))
}

fn read_rows(arguments: &[&str]) -> Result<u64, Failure> {
    let rows = match arguments {
        [] => Some(ROWS),
        ["--rows", number] => number.parse().ok(),
        _ => None,
    };
    rows.filter(|rows| (1..=ROWS).contains(rows))
        .ok_or_else(|| {
            Failure::Usage(format!(
                "`bench examine` takes `--rows N` with 1 to {ROWS}, or nothing"
            ))
        })
}

fn build(workspace: &Workspace) -> Result<(), Failure> {
    let mut command = workspace.cargo(&["build", "--locked", "--profile", demo::PROFILE]);
    command.args(["--package", "countersign-gate", "--bin", "countersign"]);
    process::run(&mut command)
}

fn make(python: &Path, folder: &Path, rows: u64) -> Result<String, Failure> {
    let mut command = Command::new(python);
    command.args(["-c", MAKE]).arg(folder);
    command.args([rows.to_string(), SEED.to_string()]);
    process::read(&mut command)
}

fn examine_all(workspace: &Workspace, folder: &Path, rows: u64) -> Result<Vec<Run>, Failure> {
    let program = demo::program(workspace, "countersign");
    let mut runs = Vec::new();
    for (_, file, _) in FILES {
        let mut command = Command::new(&program);
        command.arg("examine").arg(folder.join(file));
        command.args(["--as-of", AS_OF, "--format", "json"]);
        let measured = measure(&mut command)?;
        // 1 says that there are findings.
        if !matches!(measured.status.code(), Some(0 | 1)) {
            let status = measured.status;
            let words = format!("examining {file} ended with {status}");
            return Err(Failure::Failed(words));
        }
        let counts = measured.tail.rsplit_once("\"counts\"");
        let counted = counts.and_then(|(_, after)| whole_number(after, "rows"));
        check_rows(file, counted, rows)?;
        runs.push(Run {
            program: "countersign",
            file,
            measured,
        });
    }
    Ok(runs)
}

fn read_all(python: &Path, folder: &Path, rows: u64) -> Result<Vec<Run>, Failure> {
    let mut runs = Vec::new();
    for (library, file) in READ_BY {
        let mut command = Command::new(python);
        command.args(["-c", READ, library]).arg(folder.join(file));
        let measured = measure(&mut command)?;
        // Each sheet has a row of headers.
        let sheets = if file.ends_with("csv") {
            1
        } else {
            rows.div_ceil(ROWS / 2)
        };
        let counted = whole_number(&measured.tail, "rows");
        check_rows(file, counted, rows.saturating_add(sheets))?;
        runs.push(Run {
            program: library,
            file,
            measured,
        });
    }
    Ok(runs)
}

fn check_rows(file: &str, counted: Option<u64>, expected: u64) -> Result<(), Failure> {
    let words = match counted {
        Some(rows) if rows == expected => return Ok(()),
        Some(rows) => format!("{rows} rows of `{file}` were read and not {expected}"),
        None => format!("reading `{file}` ended without a count of its rows"),
    };
    Err(Failure::Failed(words))
}

/// How many times longer the library took over the file than we did.
fn ratio(ours: &[Run], peer: &Run) -> f64 {
    let own = ours.iter().find(|run| run.file == peer.file);
    own.map_or(0.0, |own| {
        peer.measured.took.as_secs_f64() / own.measured.took.as_secs_f64().max(0.001)
    })
}

/// The limits that were broken, in words. The ratio counts for a whole request only: a program's start is
/// no small part of a small one.
fn broken(rows: u64, ours: &[Run], peers: &[Run]) -> Vec<String> {
    let mut broken = Vec::new();
    for (run, (name, _, limit)) in ours.iter().zip(FILES) {
        if run.measured.took.as_secs_f64() > limit as f64 {
            broken.push(format!("{name} took more than {limit} s"));
        }
        if run.measured.peak_bytes > LIMIT_BYTES {
            broken.push(format!(
                "{name} took more than {LIMIT_BYTES} bytes of memory"
            ));
        }
    }
    for peer in peers.iter().filter(|peer| peer.program == "openpyxl") {
        if rows == ROWS && ratio(ours, peer) < LIMIT_RATIO {
            broken.push(format!(
                "we are less than {LIMIT_RATIO} times as fast as openpyxl"
            ));
        }
    }
    broken
}

fn document(rows: u64, strings: u64, ours: &[Run], peers: &[Run]) -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let own: Vec<String> = ours
        .iter()
        .zip(FILES)
        .map(|(run, (name, _, _))| format!("\"{name}\":{{{}}}", numbers(rows, &run.measured)))
        .collect();
    let others: Vec<String> = peers
        .iter()
        .map(|run| {
            let version = LIBRARIES.iter().find(|(name, _)| *name == run.program);
            let version = version.map_or("", |(_, version)| version);
            format!(
                "{{\"name\":\"{}\",\"version\":\"{version}\",\"file\":\"{}\",{}}}",
                run.program,
                run.file,
                numbers(rows, &run.measured)
            )
        })
        .collect();
    let ratios: Vec<String> = peers
        .iter()
        .map(|run| format!("\"{} {}\":{:.1}", run.program, run.file, ratio(ours, run)))
        .collect();
    let limits = FILES.map(|(name, _, limit)| format!("\"{name}_seconds\":{limit}"));
    format!(
        "{{\"bench\":\"examine\",\"machine\":{{\"cores\":{cores},\"memory_bytes\":{}}},\
         \"request\":{{\"rows\":{rows},\"shared_strings\":{strings},\"seed\":{SEED}}},\
         \"ours\":{{{}}},\"peers\":[{}],\"ratio\":{{{}}},\
         \"limit\":{{{},\"peak_bytes\":{LIMIT_BYTES},\"ratio_to_openpyxl\":{LIMIT_RATIO:.1}}}}}",
        memory_bytes(),
        own.join(","),
        others.join(","),
        ratios.join(","),
        limits.join(","),
    )
}

fn numbers(rows: u64, measured: &Measured) -> String {
    let rate = rows as f64 / measured.took.as_secs_f64().max(0.001);
    format!(
        "\"seconds\":{},\"rows_per_second\":{rate:.0},\"peak_bytes\":{},\"added_up_bytes\":{},\"printed_bytes\":{}",
        seconds(measured.took),
        measured.peak_bytes,
        measured.added_up_bytes,
        measured.printed_bytes
    )
}

#[cfg(test)]
mod tests {
    use std::{os::unix::process::ExitStatusExt as _, process::ExitStatus, time::Duration};

    use super::*;

    fn run_of(program: &'static str, file: &'static str, took: u64, peak_bytes: u64) -> Run {
        Run {
            program,
            file,
            measured: Measured {
                took: Duration::from_secs(took),
                peak_bytes,
                added_up_bytes: peak_bytes,
                tail: String::new(),
                printed_bytes: 7,
                status: ExitStatus::from_raw(0),
            },
        }
    }

    fn ours(csv: u64, shared: u64, peak_bytes: u64) -> Vec<Run> {
        vec![
            run_of("countersign", "request.csv", csv, peak_bytes),
            run_of("countersign", "shared.xlsx", shared, peak_bytes),
            run_of("countersign", "inline.xlsx", shared, peak_bytes),
        ]
    }

    #[test]
    fn rows_are_read_from_the_command_line() {
        assert_eq!(read_rows(&[]), Ok(ROWS));
        assert_eq!(read_rows(&["--rows", "20000"]), Ok(20_000));
        for words in [
            ["--rows", "0"].as_slice(),
            &["--rows", "1280001"],
            &["--rows", "x"],
            &["--rows"],
            &["x"],
        ] {
            assert!(matches!(read_rows(words), Err(Failure::Usage(_))));
        }
    }

    #[test]
    fn limits_are_held() {
        let peer = |took| vec![run_of("openpyxl", "shared.xlsx", took, 0)];
        let check = |rows, ours: Vec<Run>, took, expected: &[&str]| {
            let found = broken(rows, &ours, &peer(took));
            assert_eq!(found.len(), expected.len(), "{found:?}");
            for (found, expected) in found.iter().zip(expected) {
                assert!(found.contains(expected), "{found}");
            }
        };
        check(ROWS, ours(20, 60, LIMIT_BYTES), 600, &[]);
        check(ROWS, ours(21, 60, 0), 600, &["csv"]);
        check(ROWS, ours(20, 61, 0), 610, &["xlsx_shared", "xlsx_inline"]);
        check(ROWS, ours(20, 60, 0), 599, &["openpyxl"]);
        check(20_000, ours(1, 1, 0), 1, &[]);
        let large = ours(1, 1, LIMIT_BYTES + 1);
        check(20_000, large, 10, &["memory", "memory", "memory"]);
    }

    #[test]
    fn the_document_is_json() {
        let peers = [run_of("openpyxl", "shared.xlsx", 100, 9)];
        let text = document(2000, 5, &ours(2, 10, 3), &peers);
        for part in [
            "{\"bench\":\"examine\",\"machine\":{\"cores\":",
            "\"csv\":{\"seconds\":2.0,\"rows_per_second\":1000,\"peak_bytes\":3,\"added_up_bytes\":3,",
            "{\"name\":\"openpyxl\",\"version\":\"3.1.5\",\"file\":\"shared.xlsx\",\"seconds\":100.0,",
            "\"ratio\":{\"openpyxl shared.xlsx\":10.0}",
        ] {
            assert!(text.contains(part), "{text}");
        }
        assert_eq!(text.matches('{').count(), text.matches('}').count());
        assert_eq!(text.matches('"').count() % 2, 0);
    }

    #[test]
    fn rows_that_are_missed_are_said() {
        let check = |counted, expected: &str| {
            let failure = check_rows("f.csv", counted, 3).unwrap_err();
            assert_eq!(failure.to_string(), expected);
        };
        assert_eq!(check_rows("f.csv", Some(3), 3), Ok(()));
        check(Some(2), "2 rows of `f.csv` were read and not 3");
        check(None, "reading `f.csv` ended without a count of its rows");
    }
}
