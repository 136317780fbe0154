//! `cargo xtask fuzz`: every parser under hostile bytes.
//!
//! Place in the flow: the part `fuzz` of `cargo xtask test --all`, and by hand for longer. It builds the
//! targets of the workspace `fuzz` with AddressSanitizer, which also finds leaks, and runs each on its
//! seeds and on a corpus that grows in the target folder.
//!
//! Left to others: what each target holds to (fuzz).

use std::{
    fs,
    path::PathBuf,
    process::{Command, Stdio},
    time::Instant,
};

use crate::{
    failure::{self, Failure},
    json::seconds,
    process,
    workspace::Workspace,
};

/// Cases for each target where the command line names no number.
const CASES: u64 = 20_000;
/// Version of the tool the targets are built with.
const TOOL: &str = "0.13.2";
/// Longest a case may take, in seconds, and most memory, in MiB.
const LIMITS: [&str; 2] = ["-timeout=10", "-rss_limit_mb=2048"];

/// Parts of a thousand that a target has of `--in-all`: about the cases it runs in equal time. Those not
/// named here have [`REST`].
const SHARES: [(&str, u64); 8] = [
    ("sealed", 300),
    ("note", 200),
    ("document", 200),
    ("name", 100),
    ("address", 50),
    ("content", 50),
    ("archive", 40),
    ("csv", 30),
];
/// Parts of a thousand of any other target.
const REST: u64 = 10;

/// How many cases are run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cases {
    /// So many for each target.
    Each(u64),
    /// So many for all of them, rounded up for each.
    InAll(u64),
}

impl Cases {
    fn of(self, target: &str, targets: &[String]) -> u64 {
        let parts = |target: &str| {
            let named = SHARES.iter().find(|(name, _)| *name == target);
            named.map_or(REST, |(_, parts)| *parts)
        };
        match self {
            Self::Each(cases) => cases,
            Self::InAll(cases) => {
                let all: u64 = targets.iter().map(|target| parts(target)).sum();
                cases.saturating_mul(parts(target)).div_ceil(all.max(1))
            }
        }
    }
}

/// What is to be run.
#[derive(Debug, PartialEq, Eq)]
struct Plan {
    targets: Vec<String>,
    cases: Cases,
}

/// Runs the named targets, or all, for `--cases N` cases each or `--in-all N` together.
pub fn run(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    let folder = workspace.root.join("fuzz");
    let plan = read(arguments, targets(&folder)?)?;
    prepare(workspace)?;
    let mut total = 0_u64;
    for target in &plan.targets {
        let start = Instant::now();
        let cases = plan.cases.of(target, &plan.targets);
        run_target(workspace, target, cases)?;
        total = total.saturating_add(cases);
        println!(
            "fuzz: {target}: {cases} cases in {} s",
            seconds(start.elapsed())
        );
    }
    println!("fuzz: {total} cases, no crash, no leak");
    Ok(())
}

/// The part of the tests.
pub fn part(workspace: &Workspace) -> Result<(), Failure> {
    run(workspace, &[])
}

/// The targets by name: one file each.
fn targets(folder: &std::path::Path) -> Result<Vec<String>, Failure> {
    let path = folder.join("fuzz_targets");
    let entries = fs::read_dir(&path).map_err(|error| failure::file(&path, &error))?;
    let mut names: Vec<String> = entries
        .filter_map(Result::ok)
        .filter_map(|entry| {
            let path = entry.path();
            let is_rust = path.extension().is_some_and(|extension| extension == "rs");
            let name = path.file_stem()?.to_str()?.to_owned();
            is_rust.then_some(name)
        })
        .collect();
    names.sort();
    Ok(names)
}

fn read(arguments: &[String], known: Vec<String>) -> Result<Plan, Failure> {
    let mut plan = Plan {
        targets: Vec::new(),
        cases: Cases::Each(CASES),
    };
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        let counted: Option<fn(u64) -> Cases> = match word.as_str() {
            "--cases" => Some(Cases::Each),
            "--in-all" => Some(Cases::InAll),
            _ => None,
        };
        if let Some(cases) = counted {
            let number = words.next().and_then(|word| word.parse().ok());
            plan.cases = number
                .map(cases)
                .ok_or_else(|| Failure::Usage(format!("`{word}` wants a number")))?;
        } else if known.contains(word) {
            plan.targets.push(word.clone());
        } else {
            return Err(Failure::Usage(format!(
                "`{word}` is no fuzz target; there are: {}",
                known.join(" ")
            )));
        }
    }
    if plan.targets.is_empty() {
        plan.targets = known;
    }
    Ok(plan)
}

/// Sees to the nightly compiler and the tool; the sanitizer is in no other compiler.
fn prepare(workspace: &Workspace) -> Result<(), Failure> {
    let mut nightly = Command::new("rustup");
    nightly.args(["run", "nightly", "cargo", "--version"]);
    if !process::output(&mut nightly)?.status.success() {
        let install = ["toolchain", "install", "nightly", "--profile", "minimal"];
        process::run(Command::new("rustup").args(install))?;
    }
    if process::is_installed("cargo-fuzz") {
        return Ok(());
    }
    let install = ["install", "cargo-fuzz", "--locked", "--version", TOOL];
    process::run(&mut workspace.cargo(&install))
}

fn run_target(workspace: &Workspace, target: &str, cases: u64) -> Result<(), Failure> {
    let corpus = corpus(workspace, target)?;
    let seeds = workspace.root.join("fuzz/seeds").join(target);
    let mut command = Command::new("rustup");
    command
        .current_dir(&workspace.root)
        .args(["run", "nightly", "cargo", "fuzz", "run", "--target-dir"])
        .arg(workspace.target.join("fuzz"))
        .arg(target)
        .arg(&corpus)
        .arg(&seeds)
        .arg("--")
        .arg(format!("-runs={cases}"))
        .args(LIMITS)
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let line = process::describe(&command);
    let output = process::output(&mut command)?;
    if output.status.success() {
        return Ok(());
    }
    let words = String::from_utf8_lossy(&output.stderr);
    let tail: Vec<&str> = words.lines().rev().take(40).collect();
    let tail: Vec<&str> = tail.into_iter().rev().collect();
    Err(Failure::Failed(format!(
        "`{line}` ended with {}:\n{}",
        output.status,
        tail.join("\n")
    )))
}

fn corpus(workspace: &Workspace, target: &str) -> Result<PathBuf, Failure> {
    let path = workspace.target.join("fuzz-corpus").join(target);
    fs::create_dir_all(&path).map_err(|error| failure::file(&path, &error))?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(words: &str, expected: Option<(&str, Cases)>) {
        let words: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
        let known = vec!["csv".to_owned(), "note".to_owned()];
        let plan = read(&words, known).ok();
        let plan = plan.map(|plan| (plan.targets.join(" "), plan.cases));
        assert_eq!(
            plan,
            expected.map(|(targets, cases)| (targets.to_owned(), cases))
        );
    }

    #[test]
    fn the_command_line_is_read() {
        check("", Some(("csv note", Cases::Each(CASES))));
        check("note --cases 7", Some(("note", Cases::Each(7))));
        check("--in-all 9", Some(("csv note", Cases::InAll(9))));
        check("--in-all", None);
        check("--cases", None);
        check("--cases many", None);
        check("nothing", None);
    }

    #[test]
    fn shares_add_up_and_name_targets() {
        let folder = Workspace::find().unwrap().root.join("fuzz");
        let targets = targets(&folder).unwrap();
        let cases = |target: &String| Cases::InAll(10_000_000).of(target, &targets);
        let sum: u64 = targets.iter().map(cases).sum();
        assert!((10_000_000..10_000_100).contains(&sum), "{sum}");
        for (name, _) in SHARES {
            assert!(targets.iter().any(|target| target == name), "{name}");
        }
        assert_eq!(Cases::InAll(7).of("note", &["note".to_owned()]), 7);
    }

    #[test]
    fn every_target_has_seeds() {
        let folder = Workspace::find().unwrap().root.join("fuzz");
        for target in targets(&folder).unwrap() {
            let seeds = fs::read_dir(folder.join("seeds").join(&target)).unwrap();
            assert!(seeds.count() > 0, "{target}");
        }
    }
}
