//! Python environments of the benches: the peers' releases, pinned, each in an environment of its own.
//!
//! Place in the flow: before a bench runs its peer. The environment lies under the build folder; a mark in
//! it says what was installed, so that another pin makes it anew.
//!
//! Left to others: which releases (each bench), running them (process).

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    failure::{self, Failure},
    process,
    workspace::Workspace,
};

/// The file that says what was installed.
const MARK: &str = "installed";

/// The interpreter of the environment `name` that has these releases (name and version as on PyPI); made
/// where it is not there yet, which needs python3 with its module venv, and PyPI.
pub fn environment(
    workspace: &Workspace,
    name: &str,
    releases: &[(&str, &str)],
) -> Result<PathBuf, Failure> {
    let folder = workspace.target.join(name);
    let python = folder.join("bin").join("python");
    let pins: Vec<String> = releases
        .iter()
        .map(|(release, version)| format!("{release}=={version}"))
        .collect();
    if has(&folder, &pins) {
        return Ok(python);
    }
    if !process::is_installed("python3") {
        let words = "this bench wants python3 with its module venv";
        return Err(Failure::Missing(words.to_owned()));
    }
    process::run(
        Command::new("python3")
            .args(["-m", "venv", "--clear"])
            .arg(&folder),
    )?;
    let mut install = Command::new(&python);
    install
        .args(["-m", "pip", "install", "--quiet"])
        .args(&pins);
    // Our standard output is the document alone.
    process::run(install.stdout(std::io::stderr()))?;
    let mark = folder.join(MARK);
    fs::write(&mark, pins.join("\n")).map_err(|error| failure::file(&mark, &error))?;
    Ok(python)
}

fn has(folder: &Path, pins: &[String]) -> bool {
    let mark = fs::read_to_string(folder.join(MARK));
    mark.is_ok_and(|text| text == pins.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    #[test]
    fn another_pin_makes_it_anew() {
        let scratch = Scratch::new("python-test").unwrap();
        let pins = ["splink==5.0.0".to_owned(), "duckdb==2.0.0".to_owned()];
        assert!(!has(scratch.path(), &pins));
        fs::write(scratch.path().join(MARK), "splink==5.0.0\nduckdb==2.0.0").unwrap();
        assert!(has(scratch.path(), &pins));
        assert!(!has(scratch.path(), &pins[..1]));
    }
}
