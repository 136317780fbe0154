//! `cargo xtask test`: every check, part by part, with a summary.
//!
//! Place in the flow: before a commit and in `.ci/run`. All parts run even when one fails; the last
//! line is `N passed, N failed`.
//!
//! Left to others: the checks themselves (cargo, tidy, tamper, bench).

use std::time::{Duration, Instant};

use crate::{
    bench::{self, Registry},
    failure::Failure,
    fuzz,
    json::seconds,
    process, tamper, tidy,
    workspace::Workspace,
};

/// When a part runs without being named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum When {
    Always,
    WithAll,
}

/// One part of the tests.
struct Part {
    name: &'static str,
    when: When,
    run: fn(&Workspace) -> Result<(), Failure>,
}

const PARTS: &[Part] = &[
    Part {
        name: "fmt",
        when: When::Always,
        run: fmt,
    },
    Part {
        name: "tidy",
        when: When::Always,
        run: tidy::run,
    },
    Part {
        name: "clippy",
        when: When::Always,
        run: clippy,
    },
    Part {
        name: "unit",
        when: When::Always,
        run: unit,
    },
    Part {
        name: "docs",
        when: When::Always,
        run: docs,
    },
    Part {
        name: "demo",
        when: When::Always,
        run: tamper::run,
    },
    Part {
        name: "fresh",
        when: When::WithAll,
        run: fresh,
    },
    Part {
        name: "fuzz",
        when: When::WithAll,
        run: fuzz::part,
    },
];

fn fmt(workspace: &Workspace) -> Result<(), Failure> {
    process::run(&mut workspace.cargo(&["fmt", "--all", "--check"]))
}

fn clippy(workspace: &Workspace) -> Result<(), Failure> {
    let arguments = [
        "clippy",
        "--workspace",
        "--all-targets",
        "--locked",
        "--",
        "-D",
        "warnings",
    ];
    process::run(&mut workspace.cargo(&arguments))
}

fn unit(workspace: &Workspace) -> Result<(), Failure> {
    process::run(&mut workspace.cargo(&["test", "--workspace", "--locked", "--no-fail-fast"]))
}

fn docs(workspace: &Workspace) -> Result<(), Failure> {
    let mut command = workspace.cargo(&["doc", "--workspace", "--no-deps", "--locked"]);
    process::run(command.env(
        "RUSTDOCFLAGS",
        "-Dwarnings -Arustdoc::private-intra-doc-links",
    ))
}

fn fresh(workspace: &Workspace) -> Result<(), Failure> {
    bench::fresh(workspace, Registry::Cached)
}

/// What became of a part.
struct Outcome {
    name: &'static str,
    result: Result<(), Failure>,
    took: Duration,
}

/// Runs the parts the arguments select; fails if one of them fails.
pub fn run(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    let parts = select(arguments)?;
    let outcomes: Vec<Outcome> = parts
        .into_iter()
        .map(|part| run_part(workspace, part))
        .collect();
    println!("\n== summary");
    for outcome in &outcomes {
        println!("{}", line(outcome));
    }
    let failed = outcomes
        .iter()
        .filter(|outcome| outcome.result.is_err())
        .count();
    let passed = outcomes.len().saturating_sub(failed);
    println!("{passed} passed, {failed} failed");
    if failed == 0 {
        Ok(())
    } else {
        Err(Failure::Told)
    }
}

fn run_part(workspace: &Workspace, part: &Part) -> Outcome {
    println!("\n== {}", part.name);
    let start = Instant::now();
    let result = (part.run)(workspace);
    if let Err(failure) = &result {
        println!("{}: {failure}", part.name);
    }
    Outcome {
        name: part.name,
        result,
        took: start.elapsed(),
    }
}

fn line(outcome: &Outcome) -> String {
    let word = if outcome.result.is_ok() {
        "ok"
    } else {
        "FAILED"
    };
    format!("{} {word} {}", outcome.name, seconds(outcome.took))
}

/// The named parts in the order of the list; without a name all that run by themselves.
fn select(arguments: &[String]) -> Result<Vec<&'static Part>, Failure> {
    let all = arguments.iter().any(|word| word == "--all");
    let names: Vec<&String> = arguments.iter().filter(|word| *word != "--all").collect();
    if let Some(unknown) = names
        .iter()
        .find(|name| !PARTS.iter().any(|part| part.name == name.as_str()))
    {
        let known: Vec<&str> = PARTS.iter().map(|part| part.name).collect();
        return Err(Failure::Usage(format!(
            "`{unknown}` is no part of the tests; there are: {}",
            known.join(" ")
        )));
    }
    let wanted = |part: &&Part| {
        if names.is_empty() {
            all || part.when == When::Always
        } else {
            names.iter().any(|name| *name == part.name)
        }
    };
    Ok(PARTS.iter().filter(wanted).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(words: &str, expected: &str) {
        let words: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
        let names: Vec<&str> = select(&words)
            .unwrap()
            .iter()
            .map(|part| part.name)
            .collect();
        assert_eq!(names.join(" "), expected);
    }

    #[test]
    fn parts_are_selected() {
        check("", "fmt tidy clippy unit docs demo");
        check("--all", "fmt tidy clippy unit docs demo fresh fuzz");
        check("tidy", "tidy");
        check("demo fmt", "fmt demo");
        check("fresh", "fresh");
        assert!(matches!(
            select(&["unti".to_owned()]),
            Err(Failure::Usage(_))
        ));
    }
}
