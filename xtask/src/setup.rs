//! `cargo xtask setup`: what a machine must have before anything is built.
//!
//! Place in the flow: the first step of the demo and of `.ci/run`. Plain, it wants a C compiler, which
//! SQLite and the AES library are built with. With `--all` it also wants what the tests call: rustfmt,
//! clippy and git. Where nothing is missing it does nothing and needs no network.
//!
//! Left to others: Rust itself (rustup), the crates (cargo fetches them when it builds).

use std::process::Command;

use crate::{failure::Failure, process, workspace::Workspace};

/// For what the machine is made ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// The demo.
    Demo,
    /// The tests as well.
    Tests,
}

impl Extent {
    /// Reads the command's arguments.
    pub fn read(arguments: &[String]) -> Result<Self, Failure> {
        match arguments {
            [] => Ok(Self::Demo),
            [all] if all == "--all" => Ok(Self::Tests),
            [other, ..] => Err(Failure::Usage(format!(
                "`setup` takes `--all` or nothing, not `{other}`"
            ))),
        }
    }
}

/// A thing that may be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Need {
    name: &'static str,
    packages: &'static [&'static str],
}

const COMPILER: Need = Need {
    name: "a C compiler",
    packages: &["gcc", "libc6-dev"],
};
const GIT: Need = Need {
    name: "git",
    packages: &["git"],
};

/// Checks, installs where it can, and says what is left to do.
pub fn run(workspace: &Workspace, extent: Extent) -> Result<(), Failure> {
    let mut missing = Vec::new();
    if !has_compiler() {
        missing.push(COMPILER);
    }
    if extent == Extent::Tests && !process::is_installed("git") {
        missing.push(GIT);
    }
    if !missing.is_empty() {
        install(&missing)?;
    }
    if extent == Extent::Tests {
        component(workspace, "fmt", "rustfmt")?;
        component(workspace, "clippy", "clippy")?;
    }
    eprintln!("setup: nothing is missing");
    Ok(())
}

fn has_compiler() -> bool {
    let stated = std::env::var("CC").ok();
    stated
        .iter()
        .map(String::as_str)
        .chain(["cc", "gcc", "clang"])
        .any(process::is_installed)
}

/// Installs Debian packages where we may, and otherwise says which are wanted.
fn install(missing: &[Need]) -> Result<(), Failure> {
    if !(is_root() && process::is_installed("apt-get")) {
        return Err(Failure::Missing(wanted(missing)));
    }
    let packages = missing.iter().flat_map(|need| need.packages);
    eprintln!("setup: installing {}", names(missing));
    process::run(Command::new("apt-get").arg("update").arg("--quiet"))?;
    let mut command = Command::new("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive");
    command
        .args(["install", "--yes", "--no-install-recommends"])
        .args(packages);
    process::run(&mut command)
}

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output();
    output.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

fn names(missing: &[Need]) -> String {
    missing
        .iter()
        .map(|need| need.name)
        .collect::<Vec<_>>()
        .join(" and ")
}

fn wanted(missing: &[Need]) -> String {
    let packages: Vec<&str> = missing
        .iter()
        .flat_map(|need| need.packages)
        .copied()
        .collect();
    format!(
        "missing: {}; install (on Debian, as root: `apt-get install {}`) and run this again",
        names(missing),
        packages.join(" ")
    )
}

/// Makes sure of one of rustup's components.
fn component(workspace: &Workspace, subcommand: &str, name: &str) -> Result<(), Failure> {
    let output = process::output(&mut workspace.cargo(&[subcommand, "--version"]))?;
    if output.status.success() {
        return Ok(());
    }
    if process::is_installed("rustup") {
        return process::run(Command::new("rustup").args(["component", "add", name]));
    }
    Err(Failure::Missing(format!(
        "`{name}` is missing; install it with the Rust toolchain"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments() {
        let read = |words: &[&str]| {
            let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            Extent::read(&words)
        };
        assert_eq!(read(&[]), Ok(Extent::Demo));
        assert_eq!(read(&["--all"]), Ok(Extent::Tests));
        assert!(matches!(read(&["all"]), Err(Failure::Usage(_))));
        assert!(matches!(read(&["--all", "x"]), Err(Failure::Usage(_))));
    }

    #[test]
    fn what_is_missing_is_said_with_its_packages() {
        let words = wanted(&[COMPILER, GIT]);
        assert!(words.starts_with("missing: a C compiler and git;"));
        assert!(words.contains("apt-get install gcc libc6-dev git`"));
    }
}
