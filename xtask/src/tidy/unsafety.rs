//! `unsafe` in one file only.
//!
//! Place in the flow: a rule of tidy over every Rust file, tests too. The compiler denies `unsafe` in all
//! of the workspace; a file can only have it by naming the lint, and so the lint's name is looked for.
//! One file may: the register's mapping of files, whose module says what it rests on.
//!
//! Left to others: what `unsafe` does there (a reader).

use super::{Problem, Tree, source::is_word};

/// The lint, in two parts: this file is looked through as well.
const LINT: &str = concat!("unsafe", "_code");

/// The file that may name it.
const ALLOWED: &str = "crates/register/src/file_map.rs";

/// Checks every Rust file, and that the workspace denies the lint.
pub fn check(tree: &Tree) -> Vec<Problem> {
    let denied = format!("{LINT} = \"deny\"");
    let manifest = tree.get("Cargo.toml").unwrap_or_default();
    let is_denied = manifest.lines().any(|line| line.trim() == denied);
    let missing = (!is_denied).then(|| Problem::new("Cargo.toml", format!("needs `{denied}`")));
    let files = tree.rust(|path| path != ALLOWED);
    files
        .flat_map(|(path, text)| check_file(path, text))
        .chain(missing)
        .collect()
}

fn check_file<'a>(path: &'a str, text: &'a str) -> impl Iterator<Item = Problem> + 'a {
    let names = |line: &str| {
        line.split(|letter| !is_word(letter))
            .any(|word| word == LINT)
    };
    let found = (1..).zip(text.lines()).filter(move |(_, line)| names(line));
    found.map(move |(number, _)| {
        let words = format!("`{LINT}` is lifted in `{ALLOWED}` alone");
        Problem::at(path, number, words)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_text(path: &str, text: &str, expected: usize) {
        let manifest = format!("[workspace.lints.rust]\n{LINT} = \"deny\"\n");
        let tree = Tree::of(&[("Cargo.toml", manifest.as_str()), (path, text)]);
        assert_eq!(check(&tree).len(), expected, "{path}: {text}");
    }

    #[test]
    fn only_the_mapping_of_files_is_unsafe() {
        let lifted = format!("#[expect({LINT}, reason = \"\")]\nfn a() {{}}\n");
        check_text(ALLOWED, &lifted, 0);
        check_text("crates/register/src/index.rs", &lifted, 1);
        check_text(
            "crates/register/tests/a.rs",
            &format!("#![allow({LINT})]"),
            1,
        );
        check_text("crates/register/src/index.rs", "fn is_unsafe_codes() {}", 0);
    }

    #[test]
    fn the_workspace_denies_it() {
        assert_eq!(check(&Tree::of(&[("Cargo.toml", "")])).len(), 1);
        let allowed = format!("{LINT} = \"allow\"");
        assert_eq!(
            check(&Tree::of(&[("Cargo.toml", allowed.as_str())])).len(),
            1
        );
    }
}
