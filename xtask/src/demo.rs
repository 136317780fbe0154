//! `cargo xtask demo`: builds what the demonstration needs and runs it.
//!
//! Place in the flow: what a stranger runs first. It builds five programs with the `demo` profile and
//! without Parquet, then hands over to `countersign-lab demo`, which says what happens.
//!
//! Left to others: everything that is shown (lab), what a machine needs (setup).

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use crate::{
    failure::{self, Failure},
    json::seconds,
    process,
    setup::{self, Extent},
    workspace::Workspace,
};

/// The packages whose programs take part in the demo.
pub const PACKAGES: &[&str] = &[
    "countersign-lab",
    "countersign-gate",
    "countersign-builder",
    "countersign-keeper",
    "countersign-verify",
];

/// Cargo's profile and the name of its folder.
pub const PROFILE: &str = "demo";

/// How long the two halves took.
#[derive(Debug, Clone, Copy)]
pub struct Times {
    /// Building.
    pub build: Duration,
    /// The demo itself.
    pub demo: Duration,
}

/// Sets up, builds and runs the demo. `--times FILE` is ours: seconds of both halves as JSON; all other
/// arguments go to `countersign-lab demo`.
pub fn run(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    let (times_file, passed) = split(arguments)?;
    setup::run(workspace, Extent::Demo)?;
    let times = build_and_run(workspace, &passed)?;
    let (build, demo) = (seconds(times.build), seconds(times.demo));
    eprintln!("xtask: built in {build} s, shown in {demo} s");
    let Some(path) = times_file else {
        return Ok(());
    };
    let document = format!("{{\"build_seconds\":{build},\"demo_seconds\":{demo}}}\n");
    fs::write(&path, document).map_err(|error| failure::file(&path, &error))
}

/// Builds and runs the demo with these arguments of `countersign-lab demo`.
pub fn build_and_run(workspace: &Workspace, arguments: &[String]) -> Result<Times, Failure> {
    let start = Instant::now();
    process::run(&mut build_command(workspace))?;
    let build = start.elapsed();
    let start = Instant::now();
    process::run(&mut demo_command(workspace, arguments))?;
    Ok(Times {
        build,
        demo: start.elapsed(),
    })
}

/// The path of one of the demo's programs.
pub fn program(workspace: &Workspace, name: &str) -> PathBuf {
    workspace.program(PROFILE, name)
}

fn build_command(workspace: &Workspace) -> Command {
    let mut command = workspace.cargo(&["build", "--locked", "--profile", PROFILE, "--bins"]);
    command.args(selection());
    command
}

/// Cargo's arguments that select the demo's packages and features.
pub fn selection() -> Vec<&'static str> {
    let packages = PACKAGES.iter().flat_map(|package| ["--package", package]);
    std::iter::once("--no-default-features")
        .chain(packages)
        .collect()
}

fn demo_command(workspace: &Workspace, arguments: &[String]) -> Command {
    let mut command = Command::new(program(workspace, "countersign-lab"));
    command
        .arg("demo")
        .args(arguments)
        .arg("--bin-dir")
        .arg(workspace.binaries(PROFILE));
    command
}

/// Takes `--times FILE` out of the arguments.
fn split(arguments: &[String]) -> Result<(Option<PathBuf>, Vec<String>), Failure> {
    let mut times = None;
    let mut passed = Vec::new();
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        if word == "--times" {
            let file = words
                .next()
                .ok_or_else(|| Failure::Usage("`--times` wants a file".to_owned()))?;
            times = Some(Path::new(file).to_owned());
        } else {
            passed.push(word.clone());
        }
    }
    Ok((times, passed))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn our_own_argument_is_taken_out() {
        let (times, passed) = split(&words("--people 5 --times t.json --out x")).unwrap();
        assert_eq!(times, Some(PathBuf::from("t.json")));
        assert_eq!(passed, words("--people 5 --out x"));
        assert!(matches!(split(&words("--times")), Err(Failure::Usage(_))));
    }

    #[test]
    fn the_commands_are_as_documented() {
        let workspace = Workspace {
            root: "/r".into(),
            target: "/t".into(),
            cargo: "cargo".into(),
        };
        assert_eq!(
            process::describe(&build_command(&workspace)),
            "cargo build --locked --profile demo --bins --no-default-features \
             --package countersign-lab --package countersign-gate --package countersign-builder \
             --package countersign-keeper --package countersign-verify"
        );
        let demo = process::describe(&demo_command(&workspace, &words("--rows 3")));
        assert_eq!(demo, "countersign-lab demo --rows 3 --bin-dir /t/demo");
    }
}
