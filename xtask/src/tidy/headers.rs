//! Every Rust file opens with its job; in `src` also with its place in the flow and what it leaves to
//! others.
//!
//! Place in the flow: a rule of tidy.
//!
//! Left to others: documentation of items (the lint `missing_docs`).

use super::{Problem, Tree, is_source};

/// What the header of a source file says beside its job.
const PARTS: &[&str] = &["Place in the flow", "Left to others"];

/// Checks the first lines of every Rust file.
pub fn check(tree: &Tree) -> Vec<Problem> {
    tree.rust(|_| true)
        .flat_map(|(path, text)| check_file(path, text))
        .collect()
}

fn check_file(path: &str, text: &str) -> Vec<Problem> {
    let lines: Vec<&str> = text
        .lines()
        .take_while(|line| line.starts_with("//!"))
        .collect();
    if lines.is_empty() {
        return vec![Problem::new(
            path,
            "the file must open with `//!` and say its job",
        )];
    }
    let header = lines.join("\n");
    let missing = PARTS
        .iter()
        .filter(|part| is_source(path) && !header.contains(**part));
    missing
        .map(|part| Problem::new(path, format!("the header does not say \"{part}: …\"")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_text(path: &str, text: &str, expected: usize) {
        assert_eq!(check(&Tree::of(&[(path, text)])).len(), expected, "{text}");
    }

    #[test]
    fn headers() {
        let whole =
            "//! Job.\n//!\n//! Place in the flow: x.\n//!\n//! Left to others: y.\n\nfn a() {}\n";
        check_text("crates/a/src/b/c.rs", whole, 0);
        check_text("crates/a/src/lib.rs", "//! Job.\n", 2);
        check_text(
            "crates/a/src/lib.rs",
            "//! Job. Place in the flow: x\nfn f() {} // Left to others",
            1,
        );
        check_text("crates/a/tests/b.rs", "//! Job.\n", 0);
        check_text("crates/a/tests/b.rs", "fn f() {}\n//! late\n", 1);
        check_text("crates/a/notes.txt", "no header", 0);
    }
}
