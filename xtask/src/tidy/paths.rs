//! No path of the machine it was written on.
//!
//! Place in the flow: a rule of tidy over every text file but this one.
//!
//! Left to others: nothing.

use super::{Problem, Tree};

/// Folders of machines. They count where a path begins with one.
const FOLDERS: &[&str] = &["/work/", "/root/", "/home/", "/Users/"];
/// What counts wherever it stands.
const ANYWHERE: &[&str] = &["../shared"];
/// This file has to write them.
const OWN: &str = "xtask/src/tidy/paths.rs";

/// Checks every line of every text file.
pub fn check(tree: &Tree) -> Vec<Problem> {
    let files = tree.iter().filter(|(path, _)| *path != OWN);
    files
        .flat_map(|(path, text)| check_file(path, text))
        .collect()
}

fn check_file(path: &str, text: &str) -> Vec<Problem> {
    let lines = text.lines().enumerate();
    let found = lines.filter_map(|(index, line)| Some((index, machine_path(line)?)));
    let words = |name: &str| format!("`{name}` is a path of one machine");
    found
        .map(|(index, name)| Problem::at(path, index.saturating_add(1), words(name)))
        .collect()
}

fn machine_path(line: &str) -> Option<&'static str> {
    let begins_path = |name: &str| {
        line.match_indices(name).any(|(place, _)| {
            let before = line
                .get(..place)
                .and_then(|before| before.chars().next_back());
            !before.is_some_and(|letter| letter.is_alphanumeric() || "._-/}>~*".contains(letter))
        })
    };
    let folder = FOLDERS.iter().find(|name| begins_path(name));
    folder
        .or_else(|| ANYWHERE.iter().find(|name| line.contains(**name)))
        .copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn machine_paths() {
        let check =
            |line: &str, expected| assert_eq!(machine_path(line).is_some(), expected, "{line}");
        check("let x = \"/work/main/a\";", true);
        check("see /home/ana/notes", true);
        check("/root/.cargo", true);
        check("(../shared/DESIGN.md)", true);
        check("https://example.org/work/main", false);
        check("crates/home/src", false);
        check("${HOME}/work/x", false);
        check("sha2 /worker/", false);
    }

    #[test]
    fn every_file_is_read() {
        let tree = Tree::of(&[("a.md", "x\n/work/y\n"), (OWN, "/work/y")]);
        assert_eq!(
            check(&tree),
            [Problem::at("a.md", 2, "`/work/` is a path of one machine")]
        );
    }
}
