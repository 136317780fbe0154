//! Seeded random numbers only in the laboratory and in tests.
//!
//! Place in the flow: a rule of tidy over the crates' sources. Keys, salts, nonces and challenges come
//! from the operating system's generator, by way of `model::entropy`.
//!
//! Left to others: which packages a manifest may name ([`super::dependencies`]).

use super::{
    Problem, Tree,
    lengths::is_for_tests,
    source::{Source, is_word},
};

/// Names that only seeded generators have. `SigningKey::from_seed` makes a key and is none of them.
const NAMES: &[&str] = &[
    "rand",
    "rand_chacha",
    "rand_distr",
    "SmallRng",
    "StdRng",
    "SeedableRng",
    "ChaCha8Rng",
    "ChaCha12Rng",
    "ChaCha20Rng",
    "seed_from_u64",
    "fastrand",
    "oorandom",
];

/// Checks the sources of every crate but `lab`.
pub fn check(tree: &Tree) -> Vec<Problem> {
    let is_held = |path: &str| {
        path.starts_with("crates/") && path.contains("/src/") && !path.starts_with("crates/lab/")
    };
    let files = tree
        .rust(is_held)
        .filter(|(path, _)| !is_for_tests(tree, path));
    files
        .flat_map(|(path, text)| check_file(path, text))
        .collect()
}

fn check_file(path: &str, text: &str) -> Vec<Problem> {
    let lines = Source::scan(text).lines();
    let found = lines
        .iter()
        .filter_map(|(number, line)| Some((*number, seeded(line)?)));
    let words = |name: &str| format!("`{name}` makes numbers from a seed: only lab and tests may");
    found
        .map(|(number, name)| Problem::at(path, number, words(name)))
        .collect()
}

fn seeded(line: &str) -> Option<&str> {
    line.split(|letter| !is_word(letter))
        .find(|word| NAMES.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_text(path: &str, text: &str, expected: usize) {
        assert_eq!(
            check(&Tree::of(&[(path, text)])).len(),
            expected,
            "{path}: {text}"
        );
    }

    #[test]
    fn seeded_generators() {
        check_text("crates/seal/src/a.rs", "use rand_chacha::ChaCha8Rng;", 1);
        check_text(
            "crates/seal/src/a.rs",
            "let x = rand::rng();\nlet y = StdRng::from_seed(s);",
            2,
        );
        check_text("crates/lab/src/a.rs", "use rand_chacha::ChaCha8Rng;", 0);
        check_text("crates/seal/tests/a.rs", "use rand_chacha::ChaCha8Rng;", 0);
        check_text(
            "crates/seal/src/a.rs",
            "// rand::rng()\nlet x = \"rand\";",
            0,
        );
        check_text(
            "crates/seal/src/a.rs",
            "let key = SigningKey::from_seed(name, seed); let brand = 1;",
            0,
        );
        check_text(
            "crates/seal/src/a.rs",
            "#[cfg(test)]\nmod tests {\n    use rand::Rng;\n}\n",
            0,
        );
    }
}
