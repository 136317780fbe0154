//! Which crate may depend on which.
//!
//! Place in the flow: a rule of tidy. The table is the one in `ARCHITECTURE.md`; an arrow that others
//! imply is allowed. Dependencies of tests are free.
//!
//! Left to others: dependencies on crates that are not ours ([`super::dependencies`]).

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Problem, Tree,
    manifest::{Entry, Purpose, entries, purpose},
};

/// Every crate and what it may depend on, beside what these may.
const ALLOWED: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("note", &["model"]),
    ("translog", &["note"]),
    ("instrument", &["note", "translog"]),
    ("standard", &["model"]),
    ("intake", &["model"]),
    ("statute", &["standard", "instrument"]),
    ("identity", &["standard"]),
    ("seal", &["model"]),
    ("register", &["identity", "standard", "seal"]),
    ("policy", &["instrument"]),
    (
        "casework",
        &[
            "statute",
            "identity",
            "policy",
            "instrument",
            "seal",
            "translog",
        ],
    ),
    ("answer", &["instrument"]),
    ("store", &["casework"]),
    ("desk", &["casework"]),
    (
        "gate",
        &["desk", "store", "casework", "answer", "intake", "register"],
    ),
    ("builder", &["register", "instrument", "note", "seal"]),
    ("keeper", &["instrument", "seal", "translog"]),
    ("verify", &["instrument", "translog", "statute", "identity"]),
    ("lab", &["register", "statute", "intake", "instrument"]),
    ("xtask", &[]),
];

/// Trustee and auditor must not reach these by any way, whatever the table says.
const APART: &[(&str, &[&str])] = &[
    ("keeper", &["store", "desk", "casework", "register", "gate"]),
    ("verify", &["store", "desk", "casework", "register", "gate"]),
];

type Graph = BTreeMap<String, BTreeSet<String>>;

/// Checks every manifest against the table.
pub fn check(tree: &Tree) -> Vec<Problem> {
    let actual = actual(tree);
    let allowed = table();
    let mut problems = Vec::new();
    for (from, edges) in &actual {
        let place = manifest_of(from);
        if !allowed.contains_key(from) {
            problems.push(Problem::new(
                place,
                format!("`{from}` is not in the table of arrows"),
            ));
            continue;
        }
        let reach = reachable(&allowed, from);
        for to in edges.iter().filter(|to| !reach.contains(*to)) {
            let words = format!("`{from}` must not depend on `{to}` (ARCHITECTURE.md, arrows)");
            problems.push(Problem::new(place.clone(), words));
        }
    }
    problems.extend(kept_apart(&actual));
    problems
}

fn kept_apart(actual: &Graph) -> Vec<Problem> {
    let reached = APART.iter().flat_map(|(from, never)| {
        let reach = reachable(actual, from);
        never
            .iter()
            .filter(move |to| reach.contains(**to))
            .map(move |to| (*from, *to))
    });
    let words = |from: &str, to: &str| format!("`{from}` reaches `{to}`, which it must never know");
    reached
        .map(|(from, to)| Problem::new(manifest_of(from), words(from, to)))
        .collect()
}

fn manifest_of(name: &str) -> String {
    if name == "xtask" {
        "xtask/Cargo.toml".to_owned()
    } else {
        format!("crates/{name}/Cargo.toml")
    }
}

fn table() -> Graph {
    let edges = |to: &[&str]| to.iter().map(|name| (*name).to_owned()).collect();
    ALLOWED
        .iter()
        .map(|(from, to)| ((*from).to_owned(), edges(to)))
        .collect()
}

/// Our own crates by the short names of the root manifest: `model` for `crates/model`.
fn short_names(tree: &Tree) -> BTreeMap<String, String> {
    let root = entries(tree.get("Cargo.toml").unwrap_or_default());
    let ours = root
        .iter()
        .filter(|entry| entry.section == "workspace.dependencies");
    ours.filter_map(|entry| Some((entry.name().to_owned(), folder(entry)?)))
        .collect()
}

/// The last part of an entry's path.
fn folder(entry: &Entry) -> Option<String> {
    entry
        .inline("path")
        .and_then(|path| path.rsplit('/').next())
        .map(str::to_owned)
}

/// The arrows that the manifests draw.
fn actual(tree: &Tree) -> Graph {
    let names = short_names(tree);
    let target = |entry: &Entry| folder(entry).or_else(|| names.get(entry.name()).cloned());
    let manifests = tree.manifests().filter_map(|(path, text)| {
        let from = path.strip_suffix("/Cargo.toml")?.rsplit('/').next()?;
        let entries = entries(text);
        let program = entries
            .iter()
            .filter(|entry| purpose(&entry.section) == Some(Purpose::Program));
        Some((from.to_owned(), program.filter_map(target).collect()))
    });
    manifests.collect()
}

/// All that can be reached from a crate, itself not counted.
fn reachable(graph: &Graph, from: &str) -> BTreeSet<String> {
    let mut reached = BTreeSet::new();
    let mut open = vec![from.to_owned()];
    while let Some(name) = open.pop() {
        for next in graph.get(&name).into_iter().flatten() {
            if reached.insert(next.clone()) {
                open.push(next.clone());
            }
        }
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: &str = "[workspace.dependencies]\n\
        model = { path = \"crates/model\", package = \"countersign-model\" }\n\
        seal = { path = \"crates/seal\" }\n\
        store = { path = \"crates/store\" }\n\
        casework = { path = \"crates/casework\" }\n\
        instrument = { path = \"crates/instrument\" }\n\
        serde = \"1\"\n";

    fn check_one(name: &str, dependencies: &str, expected: &[&str]) {
        let path = format!("crates/{name}/Cargo.toml");
        let text = format!("[dependencies]\n{dependencies}");
        let tree = Tree::of(&[("Cargo.toml", ROOT), (&path, &text)]);
        let found: Vec<String> = check(&tree)
            .into_iter()
            .map(|problem| problem.words)
            .collect();
        assert_eq!(found.len(), expected.len(), "{found:?}");
        for (words, part) in found.iter().zip(expected) {
            assert!(words.contains(part), "{words}");
        }
    }

    #[test]
    fn arrows_of_the_table_pass() {
        check_one(
            "seal",
            "model.workspace = true\nserde.workspace = true\n",
            &[],
        );
        check_one(
            "store",
            "casework = { workspace = true }\nseal.workspace = true\n",
            &[],
        );
        check_one(
            "keeper",
            "instrument.workspace = true\n[dev-dependencies]\nstore.workspace = true\n",
            &[],
        );
    }

    #[test]
    fn other_arrows_fail() {
        check_one(
            "seal",
            "store.workspace = true\n",
            &["`seal` must not depend on `store`"],
        );
        check_one(
            "model",
            "seal = { path = \"../seal\" }\n",
            &["`model` must not depend on `seal`"],
        );
        check_one(
            "seal",
            "[build-dependencies]\nstore.workspace = true\n",
            &["on `store`"],
        );
        check_one("model", "other = { path = \"../seal\" }\n", &["on `seal`"]);
        check_one("stranger", "", &["`stranger` is not in the table"]);
        check_one(
            "verify",
            "casework.workspace = true\n",
            &["must not depend on", "must never know"],
        );
    }

    #[test]
    fn keeper_and_verify_stay_apart_by_every_way() {
        let graph = |edges: &[(&str, &str)]| {
            let mut graph = Graph::new();
            for (from, to) in edges {
                graph
                    .entry((*from).to_owned())
                    .or_default()
                    .insert((*to).to_owned());
            }
            graph
        };
        assert_eq!(
            kept_apart(&graph(&[("keeper", "seal"), ("seal", "register")])).len(),
            1
        );
        assert_eq!(
            kept_apart(&graph(&[("keeper", "seal"), ("register", "seal")])),
            []
        );
        for (from, never) in APART {
            let reach = reachable(&table(), from);
            assert!(never.iter().all(|to| !reach.contains(*to)), "{from}");
        }
    }

    #[test]
    fn the_table_has_no_circle() {
        let table = table();
        for name in table.keys() {
            assert!(!reachable(&table, name).contains(name), "{name}");
        }
    }
}
