//! `cargo xtask docs`: writes the generated pages again and builds the book.
//!
//! Place in the flow: after a change to a rule, a state or a policy. The tests that compare the pages
//! with the code write them when `UPDATE` is set. mdBook is used where it is installed.
//!
//! Left to others: the pages' contents (casework, policy, statute), the comparison (their tests).

use crate::{failure::Failure, process, workspace::Workspace};

/// The packages whose tests write pages.
const WRITERS: &[&str] = &[
    "countersign-casework",
    "countersign-policy",
    "countersign-statute",
];

/// Writes the pages and builds the book.
pub fn run(workspace: &Workspace) -> Result<(), Failure> {
    let mut command = workspace.cargo(&["test", "--locked", "--quiet"]);
    command
        .env("UPDATE", "1")
        .args(WRITERS.iter().flat_map(|package| ["--package", package]));
    process::run(&mut command)?;
    if !process::is_installed("mdbook") {
        println!(
            "docs: the generated pages are current; mdbook is not installed, so the book was not built"
        );
        return Ok(());
    }
    let mut command = std::process::Command::new("mdbook");
    process::run(command.arg("build").arg(workspace.root.join("docs")))
}
