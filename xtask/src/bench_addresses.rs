//! `cargo xtask bench addresses`: whole-address accuracy beside usaddress from PyPI.
//!
//! Place in the flow: by hand. Fetches the sets of the peer's source distribution that are labelled from
//! public records, and runs the bench `labels` of `countersign-standard`, which prints the document.
//!
//! Left to others: what is measured, and how labels become fields (`crates/standard/benches/labels/`).

use std::process::Command;

use crate::{failure::Failure, process, python, workspace::Workspace};

/// The peer's release that is measured.
const PEER: [(&str, &str); 1] = [("usaddress", "0.5.16")];
/// The environment's folder under the build folder.
const FOLDER: &str = "bench-addresses";
/// The program that fetches the sets labelled from public records.
const FETCH: &str = include_str!("bench_addresses/fetch.py");

/// Measures; prints the document.
pub fn run(workspace: &Workspace) -> Result<(), Failure> {
    let python = python::environment(workspace, FOLDER, &PEER)?;
    let records = workspace.target.join(FOLDER).join("records");
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
