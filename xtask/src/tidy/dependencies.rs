//! Dependencies stand once, in the root manifest; every crate takes licence and lints from there.
//!
//! Place in the flow: a rule of tidy over the manifests of the crates and of xtask.
//!
//! Left to others: arrows between our crates ([`super::arrows`]), licences and advisories (`deny.toml`).

use super::{
    Problem, Tree,
    manifest::{Entry, Purpose, entries, purpose},
};

/// Packages that make random numbers from a seed.
const SEEDED: &[&str] = &[
    "rand",
    "rand_chacha",
    "rand_distr",
    "rand_core",
    "fastrand",
    "oorandom",
];

/// Checks every manifest.
pub fn check(tree: &Tree) -> Vec<Problem> {
    tree.manifests()
        .flat_map(|(path, text)| check_manifest(path, &entries(text)))
        .collect()
}

fn check_manifest(path: &str, entries: &[Entry]) -> Vec<Problem> {
    let mut problems = Vec::new();
    let is_set = |section: &str, key: &str| {
        entries
            .iter()
            .any(|entry| entry.section == section && entry.key == key && entry.value == "true")
    };
    if !is_set("package", "license.workspace") {
        problems.push(Problem::new(
            path,
            "`license.workspace = true` is missing from [package]",
        ));
    }
    if !is_set("lints", "workspace") {
        problems.push(Problem::new(path, "[lints] must say `workspace = true`"));
    }
    for entry in entries {
        problems.extend(check_entry(path, entry).map(|words| Problem::at(path, entry.line, words)));
    }
    problems
}

fn check_entry(path: &str, entry: &Entry) -> Option<String> {
    let name = entry.name();
    let parent = entry
        .section
        .rsplit_once('.')
        .map_or("", |(parent, _)| parent);
    if purpose(parent).is_some() {
        return Some("write each dependency on one line, not as a section".to_owned());
    }
    let purpose = purpose(&entry.section)?;
    if !(is_inherited(entry) || is_own_path(entry)) {
        return Some(format!(
            "`{name}` must be `{name}.workspace = true`, listed in the root Cargo.toml"
        ));
    }
    if purpose == Purpose::Tests {
        return None;
    }
    if SEEDED.contains(&name) && path != "crates/lab/Cargo.toml" {
        return Some(format!(
            "`{name}` makes numbers from a seed: only lab and tests may"
        ));
    }
    let takes_testing = entry.value.contains("\"testing\"");
    takes_testing
        .then(|| format!("`{name}` with the feature `testing` belongs under [dev-dependencies]"))
}

fn is_inherited(entry: &Entry) -> bool {
    (entry.key.ends_with(".workspace") && entry.value == "true")
        || entry.value.contains("workspace = true")
}

/// One of our crates by path, which cargo demands where its default features are turned off.
fn is_own_path(entry: &Entry) -> bool {
    let is_ours = entry
        .inline("path")
        .is_some_and(|path| path.starts_with("../"));
    is_ours && entry.value.contains("default-features = false")
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "[package]\nlicense.workspace = true\n[lints]\nworkspace = true\n";

    fn check_text(path: &str, text: &str, expected: &[&str]) {
        let found: Vec<String> = check(&Tree::of(&[(path, text)]))
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(found.len(), expected.len(), "{found:?}");
        for (words, part) in found.iter().zip(expected) {
            assert!(words.contains(part), "{words}");
        }
    }

    fn check_lines(lines: &str, expected: &[&str]) {
        check_text("crates/a/Cargo.toml", &format!("{HEAD}{lines}"), expected);
    }

    #[test]
    fn inherited_dependencies_pass() {
        check_lines(
            "[dependencies]\nserde.workspace = true\nx = { workspace = true, optional = true }\n",
            &[],
        );
        check_lines(
            "[dependencies]\nr = { path = \"../r\", package = \"c-r\", default-features = false }\n",
            &[],
        );
        check_lines("[dev-dependencies]\nrand_chacha.workspace = true\n", &[]);
        check_text(
            "crates/lab/Cargo.toml",
            &format!("{HEAD}[dependencies]\nrand.workspace = true\n"),
            &[],
        );
        check_text("cluster/a/Cargo.toml", "", &[]);
    }

    #[test]
    fn others_fail() {
        check_lines(
            "[dependencies]\nserde = \"1\"\n",
            &["Cargo.toml:6: `serde` must be"],
        );
        check_lines(
            "[dev-dependencies]\nserde = { version = \"1\" }\n",
            &["`serde` must be"],
        );
        check_lines(
            "[dependencies]\nr = { path = \"../r\" }\n",
            &["`r` must be"],
        );
        check_lines("[dependencies.serde]\nversion = \"1\"\n", &["on one line"]);
        check_lines(
            "[dependencies]\nrand.workspace = true\n",
            &["only lab and tests"],
        );
        check_lines(
            "[dependencies]\ni = { workspace = true, features = [\"testing\"] }\n",
            &["`testing`"],
        );
    }

    #[test]
    fn licence_and_lints_are_taken_from_the_root() {
        check_text(
            "crates/a/Cargo.toml",
            "[package]\nlicense = \"MIT\"\n",
            &["license.workspace", "[lints]"],
        );
        check_text(
            "xtask/Cargo.toml",
            "[package]\nlicense.workspace = true\n",
            &["[lints]"],
        );
    }
}
