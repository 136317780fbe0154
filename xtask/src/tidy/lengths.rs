//! Functions of at most 70 lines, files of at most 500 lines; tests are not counted.
//!
//! Place in the flow: a rule of tidy over the sources of crates and xtask. What is longer today stands in
//! `xtask/tidy-exceptions.txt` with its length, and may only become shorter: when it does, the number
//! there must be lowered or the line removed.
//!
//! Left to others: how text is scanned ([`super::source`]).

use std::collections::BTreeMap;

use super::{
    Problem, Tree, is_source,
    source::{Source, test_modules},
};

/// Most lines of a function.
const FUNCTION_LINES: usize = 70;
/// Most production lines of a file.
const FILE_LINES: usize = 500;
/// Where exceptions stand: `file PATH LINES` and `function PATH::NAME LINES`.
const EXCEPTIONS: &str = "xtask/tidy-exceptions.txt";

/// What is too long, or excepted: `file PATH` or `function PATH::NAME`, and its lines.
type Long = BTreeMap<String, usize>;

/// Checks every source against the limits and the exceptions against the sources.
pub fn check(tree: &Tree) -> Vec<Problem> {
    let (excepted, mut problems) = exceptions(tree.get(EXCEPTIONS).unwrap_or_default());
    let long = too_long(tree);
    for (what, lines) in &long {
        problems.extend(excess(what, *lines, excepted.get(what)));
    }
    let stale = excepted.keys().filter(|what| !long.contains_key(*what));
    problems.extend(stale.map(|what| {
        Problem::new(
            EXCEPTIONS,
            format!("`{what}` keeps the limit now: remove its line"),
        )
    }));
    problems
}

fn excess(what: &str, lines: usize, excepted: Option<&usize>) -> Option<Problem> {
    match excepted {
        None => {
            let (kind, place) = what.split_once(' ').unwrap_or_default();
            let limit = if kind == "file" {
                FILE_LINES
            } else {
                FUNCTION_LINES
            };
            Some(Problem::new(
                place,
                format!("{kind} of {lines} lines; at most {limit}: split it"),
            ))
        }
        Some(most) if lines > *most => Some(Problem::new(
            EXCEPTIONS,
            format!("`{what}` grew from {most} to {lines} lines: exceptions only shrink"),
        )),
        Some(most) if lines < *most => Some(Problem::new(
            EXCEPTIONS,
            format!("`{what}` has {lines} lines now: write this in place of {most}"),
        )),
        Some(_) => None,
    }
}

fn too_long(tree: &Tree) -> Long {
    let mut long = Long::new();
    for (path, text) in tree.rust(|path| is_source(path) && !is_for_tests(tree, path)) {
        let source = Source::scan(text);
        if source.production_lines() > FILE_LINES {
            long.insert(format!("file {path}"), source.production_lines());
        }
        for function in source
            .functions()
            .into_iter()
            .filter(|function| function.lines > FUNCTION_LINES)
        {
            let most = long
                .entry(format!("function {path}::{}", function.name))
                .or_default();
            *most = function.lines.max(*most);
        }
    }
    long
}

/// Whether the module of this file, or one it lies in, is declared for tests only.
pub fn is_for_tests(tree: &Tree, path: &str) -> bool {
    let Some((folder, file)) = path.rsplit_once('/') else {
        return false;
    };
    let (parents, name) = if file == "mod.rs" {
        let Some((above, name)) = folder.rsplit_once('/') else {
            return false;
        };
        (parents_of(above), name)
    } else {
        (parents_of(folder), file.trim_end_matches(".rs"))
    };
    let is_declared = |text: &str| test_modules(text).iter().any(|module| module == name);
    let declares = |parent: &String| tree.get(parent).is_some_and(is_declared);
    let is_above = |parent: &String| {
        parent != path && tree.get(parent).is_some() && is_for_tests(tree, parent)
    };
    let is_root = ["lib.rs", "main.rs"].contains(&file);
    !is_root && (parents.iter().any(declares) || parents.iter().any(is_above))
}

/// The files in which modules of this folder can be declared.
fn parents_of(folder: &str) -> Vec<String> {
    let inside = ["lib.rs", "main.rs", "mod.rs"]
        .iter()
        .map(|file| format!("{folder}/{file}"));
    inside.chain([format!("{folder}.rs")]).collect()
}

fn exceptions(text: &str) -> (Long, Vec<Problem>) {
    let mut excepted = Long::new();
    let mut problems = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            [] => {}
            [first, ..] if first.starts_with('#') => {}
            [kind @ ("file" | "function"), place, lines] if lines.parse::<usize>().is_ok() => {
                excepted.insert(format!("{kind} {place}"), lines.parse().unwrap_or_default());
            }
            _ => {
                let words = "write `file PATH LINES` or `function PATH::NAME LINES`";
                problems.push(Problem::at(EXCEPTIONS, index.saturating_add(1), words));
            }
        }
    }
    (excepted, problems)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn function(name: &str, lines: usize) -> String {
        format!("fn {name}() {{\n{}}}\n", "    x;\n".repeat(lines - 2))
    }

    fn check_text(text: &str, exceptions: &str, expected: &[&str]) {
        let tree = Tree::of(&[("crates/a/src/b.rs", text), (EXCEPTIONS, exceptions)]);
        let found: Vec<String> = check(&tree).iter().map(ToString::to_string).collect();
        assert_eq!(found.len(), expected.len(), "{found:?}");
        for (words, part) in found.iter().zip(expected) {
            assert!(words.contains(part), "{words}");
        }
    }

    #[test]
    fn both_sides_of_both_limits() {
        check_text(&function("f", 70), "", &[]);
        check_text(
            &function("f", 71),
            "",
            &["crates/a/src/b.rs::f: function of 71 lines"],
        );
        check_text(&"x\n".repeat(500), "", &[]);
        check_text(
            &"x\n".repeat(501),
            "",
            &["crates/a/src/b.rs: file of 501 lines"],
        );
        let tests = format!(
            "{}#[cfg(test)]\nmod tests {{\n{}}}\n",
            "x\n".repeat(500),
            function("f", 90)
        );
        check_text(&tests, "", &[]);
    }

    #[test]
    fn exceptions_only_shrink() {
        let text = function("f", 80);
        check_text(&text, "# why\n\nfunction crates/a/src/b.rs::f 80\n", &[]);
        check_text(
            &text,
            "function crates/a/src/b.rs::f 79\n",
            &["grew from 79 to 80"],
        );
        check_text(
            &text,
            "function crates/a/src/b.rs::f 81\n",
            &["has 80 lines now"],
        );
        check_text(
            "",
            "function crates/a/src/b.rs::f 81\n",
            &["remove its line"],
        );
        check_text(
            "",
            "file crates/a/src/b.rs\n",
            &["tidy-exceptions.txt:1: write"],
        );
    }

    #[test]
    fn modules_for_tests_are_left_out() {
        let long = "x\n".repeat(600);
        let tree = Tree::of(&[
            ("crates/a/src/lib.rs", "mod b;\n#[cfg(test)]\nmod c;\n"),
            (
                "crates/a/src/b/mod.rs",
                "#[cfg(feature = \"testing\")]\npub mod d;\nmod e;\n",
            ),
            ("crates/a/src/b/d.rs", &long),
            ("crates/a/src/c/mod.rs", "mod f;\n"),
            ("crates/a/src/c/f.rs", &long),
            ("crates/a/src/b/e.rs", &long),
            ("crates/a/tests/long.rs", &long),
        ]);
        let found: Vec<String> = too_long(&tree).into_keys().collect();
        assert_eq!(found, ["file crates/a/src/b/e.rs"]);
    }
}
