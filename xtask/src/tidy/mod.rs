//! `cargo xtask tidy`: the house rules that neither the compiler nor a lint knows.
//!
//! Place in the flow: a part of the tests. Every file is read once ([`Tree`]); each rule is a pure
//! function from what was read to a list of [`Problem`]s. [`source`] blanks comments and strings out of
//! Rust text and finds tests and functions; [`manifest`] reads the part of TOML that manifests use.
//!
//! Left to others: what `rustfmt` and `clippy` check.

mod arrows;
mod dependencies;
mod headers;
mod lengths;
mod manifest;
mod pages;
mod paths;
mod seeds;
mod source;
mod unsafety;

use std::{collections::BTreeMap, fmt, fs};

use crate::{
    failure::{self, Failure},
    workspace::Workspace,
};

/// Something that breaks a house rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The file, relative to the root, and the line where there is one.
    pub place: String,
    /// What is wrong and what mends it.
    pub words: String,
}

impl Problem {
    fn new(place: impl Into<String>, words: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            words: words.into(),
        }
    }

    fn at(path: &str, line: usize, words: impl Into<String>) -> Self {
        Self::new(format!("{path}:{line}"), words)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.place, self.words)
    }
}

/// The text files of the repository, by path relative to the root, with `/` between its parts.
#[derive(Debug, Clone, Default)]
pub struct Tree(BTreeMap<String, String>);

impl Tree {
    fn read(workspace: &Workspace) -> Result<Self, Failure> {
        let mut files = BTreeMap::new();
        for path in workspace.files()? {
            let whole = workspace.root.join(&path);
            let bytes = fs::read(&whole).map_err(|error| failure::file(&whole, &error))?;
            let Ok(text) = String::from_utf8(bytes) else {
                continue;
            };
            if !text.contains('\0') {
                files.insert(path.to_string_lossy().replace('\\', "/"), text);
            }
        }
        Ok(Self(files))
    }

    /// The text of one file.
    fn get(&self, path: &str) -> Option<&str> {
        self.0.get(path).map(String::as_str)
    }

    /// Every file, in order of its path.
    fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// Rust files whose path satisfies the test.
    fn rust(&self, test: impl Fn(&str) -> bool) -> impl Iterator<Item = (&str, &str)> {
        self.iter()
            .filter(move |(path, _)| path.ends_with(".rs") && test(path))
    }

    /// The manifests of the crates and of xtask.
    fn manifests(&self) -> impl Iterator<Item = (&str, &str)> {
        self.iter().filter(|(path, _)| {
            let parts: Vec<&str> = path.split('/').collect();
            matches!(
                parts.as_slice(),
                ["crates", _, "Cargo.toml"] | ["xtask", "Cargo.toml"]
            )
        })
    }
}

#[cfg(test)]
impl Tree {
    fn of(files: &[(&str, &str)]) -> Self {
        Self(
            files
                .iter()
                .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
                .collect(),
        )
    }
}

/// Whether a file is production code of one of our packages.
fn is_source(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    matches!(
        parts.as_slice(),
        ["crates", _, "src", ..] | ["xtask", "src", ..]
    )
}

type Rule = fn(&Tree) -> Vec<Problem>;

const RULES: &[(&str, Rule)] = &[
    ("arrows between crates", arrows::check),
    ("dependencies", dependencies::check),
    ("headers", headers::check),
    ("lengths", lengths::check),
    ("machine paths", paths::check),
    ("seeded generators", seeds::check),
    ("unsafe code", unsafety::check),
    ("pages", pages::check),
];

/// Checks every rule and prints what breaks one.
pub fn run(workspace: &Workspace) -> Result<(), Failure> {
    let tree = Tree::read(workspace)?;
    let mut count = 0_usize;
    for (name, rule) in RULES {
        let problems = rule(&tree);
        println!(
            "tidy: {name}: {}",
            if problems.is_empty() { "ok" } else { "FAILED" }
        );
        for problem in &problems {
            println!("  {problem}");
        }
        count = count.saturating_add(problems.len());
    }
    if count == 0 {
        Ok(())
    } else {
        Err(Failure::Failed(format!(
            "{count} breaches of the house rules"
        )))
    }
}
