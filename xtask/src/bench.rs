//! `cargo xtask bench`: measurements of the repository as a whole, each one JSON document.
//!
//! Place in the flow: by hand, and as the last part of `cargo xtask test --all`.
//!
//! Left to others: benches of single crates (`cargo bench --package …`).

use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use crate::{
    bench_addresses, bench_build, bench_examine, bench_link, bench_lookup, demo,
    failure::{self, Failure},
    json::seconds,
    process,
    scratch::Scratch,
    workspace::Workspace,
};

/// Most seconds from a clone to the end of the demo (DESIGN.md section 7, two cores).
const LIMIT_SECONDS: u64 = 360;
/// Most packages the demo is built from.
const LIMIT_PACKAGES: usize = 400;

/// The benches there are.
const NAMES: &str = "fresh [--cold], addresses, build [--people N], examine [--rows N], link [--people N], lookup [--people N]";

/// What cargo finds at hand when the clone is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registry {
    /// Crates this machine downloaded before.
    Cached,
    /// Nothing: an empty `CARGO_HOME`; every crate is downloaded.
    Empty,
}

/// Runs the bench of this name.
pub fn run(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["fresh"] => fresh(workspace, Registry::Cached),
        ["fresh", "--cold"] => fresh(workspace, Registry::Empty),
        ["addresses"] => bench_addresses::run(workspace),
        ["build", rest @ ..] => bench_build::run(workspace, rest),
        ["examine", rest @ ..] => bench_examine::run(workspace, rest),
        ["link", rest @ ..] => bench_link::run(workspace, rest),
        ["lookup", rest @ ..] => bench_lookup::run(workspace, rest),
        [] => Err(Failure::Usage(format!("`bench` wants a name: {NAMES}"))),
        [name, ..] => Err(Failure::Usage(format!(
            "bench `{name}` is not built yet; there are: {NAMES}"
        ))),
    }
}

/// Sizes of nations: of each `--people N`, or the usual ones.
pub fn people_of(bench: &str, words: &[&str], usual: &[u64]) -> Result<Vec<u64>, Failure> {
    if words.is_empty() {
        return Ok(usual.to_vec());
    }
    let one = |pair: &[&str]| match pair {
        ["--people", number] => number.parse().ok().filter(|people| *people > 0),
        _ => None,
    };
    let people: Option<Vec<u64>> = words.chunks(2).map(one).collect();
    let usage = || {
        Failure::Usage(format!(
            "`bench {bench}` takes `--people N`, as often as wanted"
        ))
    };
    people.ok_or_else(usage)
}

/// Times a clone of `HEAD` from nothing to a finished demo; prints the document; above a limit it fails.
pub fn fresh(workspace: &Workspace, registry: Registry) -> Result<(), Failure> {
    let scratch = Scratch::new("fresh")?;
    let clone = scratch.path().join("clone");
    let times = scratch.path().join("times.json");
    let start = Instant::now();
    let mut git = Command::new("git");
    git.args(["clone", "--quiet", "--no-hardlinks"])
        .arg(&workspace.root)
        .arg(&clone);
    process::run(&mut git)?;
    process::run(&mut demo_in(workspace, scratch.path(), &times, registry))?;
    let whole = start.elapsed();
    let halves = fs::read_to_string(&times).map_err(|error| failure::file(&times, &error))?;
    let packages = packages(workspace, &clone)?;
    println!("{}", document(whole, halves.trim(), packages, registry));
    if whole > Duration::from_secs(LIMIT_SECONDS) || packages > LIMIT_PACKAGES {
        let took = seconds(whole);
        return Err(Failure::Failed(format!(
            "the fresh clone took {took} s and {packages} packages: above a limit"
        )));
    }
    Ok(())
}

fn demo_in(workspace: &Workspace, scratch: &Path, times: &Path, registry: Registry) -> Command {
    let mut command = Command::new(&workspace.cargo);
    command
        .current_dir(scratch.join("clone"))
        .env("CARGO_TARGET_DIR", scratch.join("target"));
    command.env_remove("CARGO_MANIFEST_DIR");
    if registry == Registry::Empty {
        command.env("CARGO_HOME", scratch.join("cargo-home"));
    }
    // Our standard output is the document alone.
    command.stdout(std::io::stderr());
    command.args(["xtask", "demo", "--times"]).arg(times);
    command
}

/// Distinct packages, name and version, that the demo is built from.
fn packages(workspace: &Workspace, clone: &Path) -> Result<usize, Failure> {
    let mut command = workspace.cargo(&[
        "tree",
        "--locked",
        "--edges",
        "normal,build",
        "--prefix",
        "none",
    ]);
    command
        .current_dir(clone)
        .args(["--format", "{p}"])
        .args(demo::selection());
    Ok(distinct(&process::read(&mut command)?))
}

/// Counts lines `NAME VERSION …` that differ in name or version.
fn distinct(tree: &str) -> usize {
    let pairs = tree.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        Some((words.next()?, words.next()?))
    });
    pairs.collect::<BTreeSet<_>>().len()
}

fn document(whole: Duration, halves: &str, packages: usize, registry: Registry) -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let halves = halves.trim_start_matches('{').trim_end_matches('}');
    let cached = registry == Registry::Cached;
    format!(
        "{{\"bench\":\"fresh\",\"machine\":{{\"cores\":{cores},\"memory_bytes\":{}}},\
         \"ours\":{{\"seconds\":{},{halves},\"packages\":{packages},\"registry_cached\":{cached}}},\
         \"limit\":{{\"seconds\":{LIMIT_SECONDS},\"packages\":{LIMIT_PACKAGES}}}}}",
        memory_bytes(),
        seconds(whole),
    )
}

/// The machine's memory; 0 where it is not told.
pub fn memory_bytes() -> u64 {
    let text = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"));
    let kibibytes = line.and_then(|rest| rest.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kibibytes.unwrap_or(0).saturating_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read() {
        assert_eq!(people_of("a", &[], &[5]), Ok(vec![5]));
        assert_eq!(
            people_of("a", &["--people", "7", "--people", "8"], &[5]),
            Ok(vec![7, 8])
        );
        for words in [["--people"].as_slice(), &["--people", "0"], &["7", "8"]] {
            assert!(
                matches!(people_of("a", words, &[5]), Err(Failure::Usage(_))),
                "{words:?}"
            );
        }
    }

    #[test]
    fn packages_are_counted_once() {
        let tree = "age v0.12.1\nserde v1.0.1 (proc-macro)\n\nserde v1.0.1 (*)\nserde v1.0.2\n";
        assert_eq!(distinct(tree), 3);
    }

    #[test]
    fn the_document_is_json() {
        let halves = "{\"build_seconds\":1.5,\"demo_seconds\":2.0}";
        let text = document(Duration::from_millis(3500), halves, 9, Registry::Cached);
        assert!(text.contains(
            "\"ours\":{\"seconds\":3.5,\"build_seconds\":1.5,\"demo_seconds\":2.0,\"packages\":9,"
        ));
        assert_eq!(text.matches('{').count(), text.matches('}').count());
    }

    #[test]
    fn unknown_benches_are_refused() {
        let workspace = Workspace::find().unwrap();
        for words in [
            vec![],
            vec!["cluster".to_owned()],
            vec!["fresh".to_owned(), "x".to_owned()],
        ] {
            assert!(matches!(run(&workspace, &words), Err(Failure::Usage(_))));
        }
    }
}
