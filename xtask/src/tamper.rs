//! The demo as a test: it must end well, its bundles must verify, and no changed byte may go unnoticed.
//!
//! Place in the flow: the part `demo` of `cargo xtask test`. It runs the demo on 20,000 people in a
//! temporary folder, has `countersign-verify` check both bundles, changes every byte, one at a time, and
//! then takes the gate's parts away ([`crate::away`]).
//!
//! Left to others: the demo (lab), the checks (verify).

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use crate::{
    away, demo,
    failure::{self, Failure},
    json::whole_number,
    process,
    scratch::Scratch,
    workspace::Workspace,
};

/// People in the register of the test's demo.
const PEOPLE: &str = "20000";
/// Bytes of each bundle changed under the program itself, for its exit codes; the checks behind it see
/// every byte changed ([`every_byte`]).
const CHANGES: usize = 40;
/// The bundles a demo leaves.
const BUNDLES: [&str; 2] = ["bundle.public", "bundle.sealed"];

/// Runs the demo and attacks what it leaves.
pub fn run(workspace: &Workspace) -> Result<(), Failure> {
    let scratch = Scratch::new("demo")?;
    let out = scratch.path().join("out");
    let arguments = ["--people", PEOPLE, "--out", &out.to_string_lossy()].map(str::to_owned);
    demo::build_and_run(workspace, &arguments)?;
    let checker = demo::program(workspace, "countersign-verify");
    for name in BUNDLES {
        let bundle = out.join(name);
        let totals = verified(&checker, &bundle)?;
        conserved(&totals).map_err(|words| Failure::Failed(format!("`{name}`: {words}")))?;
        let bytes = fs::read(&bundle).map_err(|error| failure::file(&bundle, &error))?;
        attack(&checker, scratch.path(), name, &bytes)?;
        println!("{name}: verified; {CHANGES} changed bytes and 2 changed lengths noticed");
    }
    every_byte(workspace, &BUNDLES.map(|name| out.join(name)))?;
    away::run(workspace, &out)
}

/// Has each byte of the bundles changed, one at a time, and each change refused.
fn every_byte(workspace: &Workspace, bundles: &[PathBuf]) -> Result<(), Failure> {
    let mut command = workspace.cargo(&["bench", "--locked", "--profile", demo::PROFILE]);
    command
        .args(demo::selection())
        .args(["--bench", "every_byte", "--"])
        .args(bundles);
    process::run(&mut command)
}

/// Has the checker verify a bundle and gives its JSON report.
fn verified(checker: &Path, bundle: &Path) -> Result<String, Failure> {
    process::read(Command::new(checker).arg(bundle).arg("--json"))
}

/// Whether the issued rows of a report are all accounted for, and whether there are any.
fn conserved(report: &str) -> Result<(), String> {
    let (_, report) = report
        .split_once("\"totals\"")
        .ok_or("no totals in the report")?;
    let number = |key: &str| {
        whole_number(report, key).ok_or_else(|| format!("no number `{key}` in the report"))
    };
    let rows = number("rows")?;
    let parts = [
        number("rejected")?,
        number("declined")?,
        number("answered")?,
    ];
    let sum = parts
        .iter()
        .try_fold(0_u64, |sum, part| sum.checked_add(*part));
    if rows == 0 {
        return Err("no row was issued".to_owned());
    }
    if sum != Some(rows) {
        return Err(format!(
            "{rows} rows, but rejected, declined and answered are {parts:?}"
        ));
    }
    Ok(())
}

/// One way of spoiling a bundle: a byte changed, or the file cut or lengthened by one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    Byte { place: usize, mask: u8 },
    Shorter,
    Longer,
}

/// Changes spread evenly over a file of this length, a different bit each time.
fn changes(length: usize) -> Vec<Change> {
    const MASKS: [u8; 4] = [0x01, 0x20, 0x80, 0x04];
    let last = length.saturating_sub(1);
    let steps = CHANGES.saturating_sub(1).max(1);
    let bytes = (0..CHANGES)
        .zip(MASKS.iter().cycle())
        .map(|(step, mask)| Change::Byte {
            place: last.saturating_mul(step) / steps,
            mask: *mask,
        });
    bytes.chain([Change::Shorter, Change::Longer]).collect()
}

fn apply(bytes: &[u8], change: Change) -> Vec<u8> {
    let mut changed = bytes.to_vec();
    match change {
        Change::Byte { place, mask } => {
            if let Some(byte) = changed.get_mut(place) {
                *byte ^= mask;
            }
        }
        Change::Shorter => {
            changed.pop();
        }
        Change::Longer => changed.push(b'\n'),
    }
    changed
}

/// Tries every change on as many threads as there are cores.
fn attack(checker: &Path, scratch: &Path, name: &str, bytes: &[u8]) -> Result<(), Failure> {
    let changes = changes(bytes.len());
    let next = AtomicUsize::new(0);
    let workers = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let start = |worker: usize| {
            let path = scratch.join(format!("{name}.{worker}"));
            let (changes, next) = (&changes, &next);
            scope.spawn(move || try_changes(checker, &path, bytes, changes, next))
        };
        let handles: Vec<_> = (0..workers).map(start).collect();
        handles.into_iter().try_for_each(|handle| {
            let died = |_| Err(Failure::Failed("a worker of the tests died".to_owned()));
            handle.join().unwrap_or_else(died)
        })
    })
    .map_err(|error| Failure::Failed(format!("`{name}`: {error}")))
}

fn try_changes(
    checker: &Path,
    path: &PathBuf,
    bytes: &[u8],
    changes: &[Change],
    next: &AtomicUsize,
) -> Result<(), Failure> {
    while let Some(change) = changes.get(next.fetch_add(1, Ordering::Relaxed)) {
        fs::write(path, apply(bytes, *change)).map_err(|error| failure::file(path, &error))?;
        let output = process::output(Command::new(checker).arg(path))?;
        if !matches!(output.status.code(), Some(1 | 2)) {
            return Err(Failure::Failed(format!(
                "{change:?} ended with {}, not 1 or 2",
                output.status
            )));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_reach_both_ends_and_change_something() {
        let bytes: Vec<u8> = (0..=255).cycle().take(5000).collect();
        let all = changes(bytes.len());
        assert_eq!(all.len(), CHANGES + 2);
        assert!(
            all.iter()
                .any(|change| matches!(change, Change::Byte { place: 0, .. }))
        );
        assert!(
            all.iter()
                .any(|change| matches!(change, Change::Byte { place: 4999, .. }))
        );
        assert!(all.iter().all(|change| apply(&bytes, *change) != bytes));
    }

    #[test]
    fn a_checker_that_notices_nothing_is_found() {
        let scratch = Scratch::new("tamper-test").unwrap();
        let bytes = b"some bundle".to_vec();
        assert!(attack(Path::new("true"), scratch.path(), "b", &bytes).is_err());
        assert!(attack(Path::new("false"), scratch.path(), "b", &bytes).is_ok());
    }

    #[test]
    fn lost_rows_are_found() {
        let report = |rows: u32| {
            format!(
                "{{\"totals\":{{\"rows\": {rows}, \"rejected\": 2, \"declined\": 1, \"answered\": 3}}}}"
            )
        };
        assert!(conserved(&report(6)).is_ok());
        assert!(conserved(&report(7)).is_err());
        assert!(conserved(&report(0)).is_err());
        let nothing = "{\"totals\":{\"rows\":0,\"rejected\":0,\"declined\":0,\"answered\":0}}";
        assert!(conserved(nothing).is_err());
        assert!(conserved("{}").is_err());
    }
}
