//! `cargo xtask bench addresses`: whole-address accuracy beside usaddress from PyPI.
//!
//! Place in the flow: by hand. Makes a Python environment with the peer under the build folder, once,
//! fetches the sets of the peer's source distribution that are labelled from public records, and runs the bench `labels` of `countersign-standard`, which prints the document.
//!
//! Left to others: what is measured, and how labels become fields (`crates/standard/benches/labels/`).

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use crate::{failure::Failure, process, workspace::Workspace};

/// The peer's release that is measured.
const PEER: &str = "usaddress==0.5.16";
/// The program that fetches the sets labelled from public records.
const FETCH: &str = include_str!("bench_addresses/fetch.py");

/// Measures; prints the document.
pub fn run(workspace: &Workspace) -> Result<(), Failure> {
    let folder = workspace.target.join("bench-addresses");
    let python = python(&folder)?;
    let records = folder.join("records");
    process::run(Command::new(&python).args(["-c", FETCH]).arg(&records))?;
    let mut command = workspace.cargo(&[
        "bench",
        "--quiet",
        "--locked",
        "--profile",
        "demo",
        "--package",
        "countersign-standard",
        "--bench",
        "labels",
        "--",
        "--records",
    ]);
    process::run(command.arg(records).arg("--python").arg(python))
}

/// The interpreter of an environment that has the peer; made where it is not there yet.
fn python(folder: &Path) -> Result<PathBuf, Failure> {
    let python = folder.join("bin").join("python");
    if has_peer(&python) {
        return Ok(python);
    }
    process::run(Command::new("python3").args(["-m", "venv"]).arg(folder))?;
    let mut install = Command::new(&python);
    install.args(["-m", "pip", "install", "--quiet", PEER]);
    // Our standard output is the document alone.
    process::run(install.stdout(std::io::stderr()))?;
    Ok(python)
}

fn has_peer(python: &Path) -> bool {
    let mut command = Command::new(python);
    command.args(["-c", "import usaddress"]);
    process::output(&mut command).is_ok_and(|output| output.status.success())
}
