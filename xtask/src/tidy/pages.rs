//! Every page can be reached: `spec/*.md` from `spec/README.md`, the book's pages from `SUMMARY.md`.
//!
//! Place in the flow: a rule of tidy.
//!
//! Left to others: what the pages say, and whether links within them lead anywhere.

use super::{Problem, Tree};

/// A folder of pages and the page that lists them.
const LISTS: &[(&str, &str)] = &[
    ("spec/", "spec/README.md"),
    ("docs/src/", "docs/src/SUMMARY.md"),
];

/// Checks both lists, and that what they list exists.
pub fn check(tree: &Tree) -> Vec<Problem> {
    LISTS
        .iter()
        .flat_map(|(folder, list)| check_list(tree, folder, list))
        .collect()
}

fn check_list(tree: &Tree, folder: &str, list: &str) -> Vec<Problem> {
    let Some(text) = tree.get(list) else {
        return vec![Problem::new(list, "the list of pages is missing")];
    };
    let links = links(text);
    let pages = tree
        .iter()
        .filter_map(|(path, _)| path.strip_prefix(folder));
    let unlisted = pages.filter(|page| page.ends_with(".md") && !page.contains('/'));
    let unlisted = unlisted.filter(|page| !list.ends_with(page) && !links.contains(page));
    let dead = links
        .iter()
        .filter(|link| link.ends_with(".md") && !link.contains("..") && !link.contains("://"));
    let dead = dead.filter(|link| tree.get(&format!("{folder}{link}")).is_none());
    let mut problems: Vec<Problem> = unlisted
        .map(|page| Problem::new(list, format!("`{page}` is not linked")))
        .collect();
    problems.extend(dead.map(|link| Problem::new(list, format!("`{link}` does not exist"))));
    problems
}

/// The targets of all links of a Markdown text, without anchors.
fn links(text: &str) -> Vec<&str> {
    let after = text.split("](").skip(1);
    let targets = after.filter_map(|rest| rest.split(')').next());
    targets
        .map(|target| {
            target
                .split('#')
                .next()
                .unwrap_or(target)
                .trim_start_matches("./")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_book(summary: &str, expected: &[&str]) {
        let tree = Tree::of(&[
            ("spec/README.md", ""),
            ("docs/src/SUMMARY.md", summary),
            ("docs/src/a.md", ""),
            ("docs/src/b.md", ""),
            ("docs/src/c.txt", ""),
        ]);
        let found: Vec<String> = check(&tree)
            .into_iter()
            .map(|problem| problem.words)
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn lists_are_whole() {
        check_book("- [A](a.md)\n- [B](./b.md#part)\n", &[]);
        check_book("- [A](a.md)\n", &["`b.md` is not linked"]);
        check_book(
            "[A](a.md) [B](b.md) [C](c.md) [D](../../README.md)",
            &["`c.md` does not exist"],
        );
        assert_eq!(check(&Tree::of(&[])).len(), 2);
    }
}
