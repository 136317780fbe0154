//! `cargo xtask bench link`: our matchers beside Splink 5 on the same people and requests, in one run.
//!
//! Place in the flow: by hand. Labelled sets that lie in the repository are linked by `countersign-lab
//! link`, once with its built-in weights and once learning from 30% of the people asked for; Splink is
//! scored on the same requests, its m once by expectation maximisation and once from the same labels. The
//! synthetic nation is asked through the production matcher (`countersign-lab measure`), and Splink links
//! the same rows. Whatever runs, runs alone; what is learned from is never measured.
//!
//! Left to others: the sets ([`PREPARE`]), Splink and its settings ([`PEER`]), our numbers (the laboratory).

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    bench::memory_bytes,
    bench_examine::measure::{Measured, measure},
    failure::{self, Failure},
    json::{needed, part, seconds},
    process, python,
    scratch::Scratch,
    workspace::Workspace,
};

/// The program that makes the sets.
const PREPARE: &str = include_str!("bench_link/prepare.py");
/// The program that runs Splink.
pub const PEER: &str = include_str!("bench_link/peer.py");
/// The peer's release that is measured.
pub const SPLINK: (&str, &str) = ("splink", "5.0.0");
/// What is installed.
const LIBRARIES: [(&str, &str); 2] = [SPLINK, ("duckdb", "2.0.0")];
/// The labelled sets with the fields used.
const LABELLED: [(&str, &str); 6] = [
    ("febrl4", "full"),
    ("febrl4", "without_number"),
    ("historical_50k", "full"),
    ("historical_50k", "name_dob_postcode"),
    ("historical_50k", "name_postcode"),
    ("fake_1000", "full"),
];
/// Share of the people asked for that is learned from.
const LEARN: &str = "0.3";
/// Sizes of the nation where none is given.
const PEOPLE: [u64; 2] = [1_000_000, 5_000_000];
/// Rows asked of the nation, and further ones for Splink's m.
const ROWS: u64 = 10_000;
const TRAINING: u64 = 4_000;
/// Seed of the nation: one that no weight, threshold or test was tuned on.
pub const SEED: u64 = 4001;
/// Recall at most 0.1% wrong that must be passed (DESIGN.md section 7): learned, on the part not learned from.
const LIMITS: [(&str, &str, f64); 2] = [
    ("historical_50k", "full", 0.803),
    ("historical_50k", "name_postcode", 0.614),
];
/// The same for the nation of 5 million: all rows, and rows with a TIN and no birth date.
const NATION_LIMITS: [(&str, f64); 2] = [("all", 0.911), ("without_birth_date", 0.829)];

/// What is asked for on the command line.
#[derive(Debug, PartialEq, Eq)]
struct Arguments {
    people: Vec<u64>,
    rows: u64,
    labelled: bool,
}

/// One set, linked by both.
struct Linked {
    name: String,
    ours: String,
    peer: String,
    /// Our recall and Splink's at most 0.1% wrong, by part.
    recalls: Vec<(&'static str, f64, f64)>,
    /// Requests a second, ours and Splink's.
    rates: [f64; 2],
}

/// Measures; prints the document; below a limit it fails.
pub fn run(workspace: &Workspace, words: &[&str]) -> Result<(), Failure> {
    let arguments = read_arguments(words)?;
    let python = splink(workspace)?;
    build(workspace)?;
    let scratch = Scratch::new("link")?;
    let mut linked = Vec::new();
    if arguments.labelled {
        let mut command = Command::new(&python);
        command.args(["-c", PREPARE]);
        command.arg(workspace.root.join("crates/lab/data/labelled"));
        process::run(command.arg(scratch.path()).stdout(std::io::stderr()))?;
        for (set, variant) in LABELLED {
            linked.push(labelled(workspace, &python, scratch.path(), set, variant)?);
        }
    }
    for people in &arguments.people {
        linked.push(nation(
            workspace,
            &python,
            scratch.path(),
            *people,
            arguments.rows,
        )?);
    }
    println!("{}", document(&arguments, &linked));
    let broken = broken(&linked);
    if broken.is_empty() {
        return Ok(());
    }
    Err(Failure::Failed(broken.join("; ")))
}

fn read_arguments(words: &[&str]) -> Result<Arguments, Failure> {
    let usage = || {
        let words = "`bench link` takes `--people N` (as often as wanted), `--rows N`, `--labelled`, `--nation`";
        Failure::Usage(words.to_owned())
    };
    let mut arguments = Arguments {
        people: Vec::new(),
        rows: ROWS,
        labelled: true,
    };
    let mut nation = true;
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let mut whole = || {
            let number = words.next().and_then(|word| word.parse::<u64>().ok());
            number.filter(|number| *number > 0).ok_or_else(usage)
        };
        match *word {
            "--people" => arguments.people.push(whole()?),
            "--rows" => arguments.rows = whole()?,
            "--labelled" => nation = false,
            "--nation" => arguments.labelled = false,
            _ => return Err(usage()),
        }
    }
    if !nation && (!arguments.labelled || !arguments.people.is_empty()) {
        return Err(usage());
    }
    if nation && arguments.people.is_empty() {
        arguments.people = PEOPLE.to_vec();
    }
    Ok(arguments)
}

/// The interpreter of an environment that has Splink.
pub fn splink(workspace: &Workspace) -> Result<PathBuf, Failure> {
    python::environment(workspace, "bench-link", &LIBRARIES)
}

/// Builds the laboratory as a deployment builds its programs.
pub fn build(workspace: &Workspace) -> Result<(), Failure> {
    let mut command = workspace.cargo(&["build", "--locked", "--release"]);
    command.args(["--package", "countersign-lab", "--bin", "countersign-lab"]);
    process::run(&mut command)
}

/// The path of what [`build`] makes.
pub fn laboratory(workspace: &Workspace) -> PathBuf {
    workspace.program("release", "countersign-lab")
}

/// Runs a program and gives the document it prints last, with time and memory.
pub fn told(command: &mut Command) -> Result<(String, Measured), Failure> {
    let line = process::describe(command);
    let measured = measure(command)?;
    let document = measured.tail.trim().lines().last().unwrap_or_default();
    if !measured.status.success() || !document.starts_with('{') {
        let shown: String = line.chars().take(200).collect();
        return Err(Failure::Failed(format!(
            "`{shown}` ended with {} and no document",
            measured.status
        )));
    }
    Ok((document.to_owned(), measured))
}

fn labelled(
    workspace: &Workspace,
    python: &Path,
    scratch: &Path,
    set: &str,
    variant: &str,
) -> Result<Linked, Failure> {
    let folder = scratch.join(set);
    let link = |learn: &[&str], out: &Path| {
        let mut command = Command::new(laboratory(workspace));
        command.args(["link", "--json", "--people"]);
        command.arg(folder.join("people.csv")).arg("--requests");
        command.arg(folder.join("requests.csv")).arg("--map");
        command.arg(folder.join(format!("{variant}.toml")));
        command.arg("--out").arg(out).args(learn);
        told(&mut command)
    };
    let out = folder.join(format!("{variant}-learned"));
    let (built_in, whole) = link(&[], &folder.join(format!("{variant}-built-in")))?;
    let (learned, _) = link(&["--learn", LEARN], &out)?;
    let mut command = Command::new(python);
    command.args(["-c", PEER, "labelled", set, variant]);
    command.arg(&folder).arg(out.join("results.csv"));
    let (peer, peer_took) = told(&mut command)?;
    // The first of its name is that of all requests.
    let at = |document: &str| needed(document, "recall_at_0_1_percent");
    let of_peer = |key: &str| needed(&peer, key);
    Ok(Linked {
        name: format!("{set} {variant}"),
        recalls: vec![
            (
                "learned",
                at(&learned)?,
                of_peer("recall_at_0_1_percent_rest")?,
            ),
            (
                "built_in",
                at(&built_in)?,
                of_peer("recall_at_0_1_percent_all")?,
            ),
        ],
        rates: [
            needed(&built_in, "rows_per_second")?,
            of_peer("requests_per_second")?,
        ],
        ours: format!(
            "{{\"set\":\"{set}\",\"variant\":\"{variant}\",{},\"built_in\":{built_in},\"learned\":{learned}}}",
            numbers(&whole)
        ),
        peer: with_numbers(&peer, &peer_took),
    })
}

fn nation(
    workspace: &Workspace,
    python: &Path,
    scratch: &Path,
    people: u64,
    rows: u64,
) -> Result<Linked, Failure> {
    let folder = scratch.join(format!("nation-{people}"));
    let (ours, took) = told(&mut measuring(workspace, people, rows, &folder))?;
    let mut command = Command::new(python);
    let (peer, peer_took) = told(command.args(["-c", PEER, "nation"]).arg(&folder))?;
    fs::remove_dir_all(&folder).map_err(|error| failure::file(&folder, &error))?;
    let recall = |name: &str| needed(part(&ours, name)?, "recall_at_0_1_percent");
    let of_peer = |key: &str| needed(&peer, key);
    let recalls = vec![
        ("all", recall("all")?, of_peer("recall_at_0_1_percent_all")?),
        (
            "with_birth_date",
            recall("with_birth_date")?,
            of_peer("recall_at_0_1_percent_with_birth_date")?,
        ),
        (
            "without_birth_date",
            recall("without_birth_date_with_tin")?,
            of_peer("recall_at_0_1_percent_without_birth_date")?,
        ),
    ];
    Ok(Linked {
        name: format!("nation {people}"),
        recalls,
        rates: [
            needed(&ours, "rows_per_second")?,
            of_peer("requests_per_second")?,
        ],
        ours: format!(
            "{{\"set\":\"nation\",\"people\":{people},{},\"measured\":{ours}}}",
            numbers(&took)
        ),
        peer: with_numbers(&peer, &peer_took),
    })
}

/// The laboratory measuring a nation and writing it for Splink.
pub fn measuring(workspace: &Workspace, people: u64, rows: u64, peer: &Path) -> Command {
    let mut command = Command::new(laboratory(workspace));
    command.args(["measure", "--json", "--people"]);
    command
        .arg(people.to_string())
        .arg("--rows")
        .arg(rows.to_string());
    command.args([
        "--training",
        &TRAINING.to_string(),
        "--seed",
        &SEED.to_string(),
    ]);
    command.arg("--peer").arg(peer);
    command
}

/// Wall time and memory of a whole run.
pub fn numbers(measured: &Measured) -> String {
    format!(
        "\"run_seconds\":{},\"run_peak_bytes\":{}",
        seconds(measured.took),
        measured.peak_bytes
    )
}

/// A document with the time and memory of its whole run in front.
pub fn with_numbers(document: &str, measured: &Measured) -> String {
    let rest = document.strip_prefix('{').unwrap_or(document);
    format!("{{{},{rest}", numbers(measured))
}

/// The limits that were broken, in words: those of the design, and on labelled sets Splink in the same run.
/// Of the nation ours answers nobody below the floors of policy, whatever the odds, and Splink answers all.
fn broken(linked: &[Linked]) -> Vec<String> {
    let mut broken = Vec::new();
    for one in linked {
        let labelled = LIMITS
            .iter()
            .filter(|(set, variant, _)| one.name == format!("{set} {variant}"))
            .map(|(_, _, limit)| ("learned", *limit));
        let five_million = one.name == "nation 5000000";
        let nation = NATION_LIMITS.iter().filter(|_| five_million).copied();
        let limits: Vec<(&str, f64)> = labelled.chain(nation).collect();
        for (part, ours, peer) in &one.recalls {
            let limit = limits.iter().find(|(name, _)| name == part);
            if let Some((_, limit)) = limit.filter(|(_, limit)| ours <= limit) {
                broken.push(format!(
                    "{} {part}: recall {ours} is not above {limit}",
                    one.name
                ));
            }
            if *part == "learned" && ours < peer {
                broken.push(format!(
                    "{} {part}: recall {ours} is below Splink's {peer}",
                    one.name
                ));
            }
        }
    }
    broken
}

fn document(arguments: &Arguments, linked: &[Linked]) -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let list = |text: &dyn Fn(&Linked) -> &str| {
        let texts: Vec<&str> = linked.iter().map(text).collect();
        texts.join(",")
    };
    let versions = LIBRARIES.map(|(name, version)| format!("\"{name}\":\"{version}\""));
    let (name, version) = SPLINK;
    format!(
        "{{\"bench\":\"link\",\"machine\":{{\"cores\":{cores},\"memory_bytes\":{}}},\
         \"request\":{{\"learned_from\":\"{LEARN} of the people asked for, by a hash of their id\",\
         \"nation_seed\":{SEED},\"nation_rows\":{},\"nation_rows_for_the_peer_to_learn_from\":{TRAINING}}},\
         \"ours\":{{\"sets\":[{}]}},\
         \"peer\":{{\"name\":\"{name}\",\"version\":\"{version}\",\"versions\":{{{}}},\"sets\":[{}]}},\
         \"ratio\":{{{}}}}}",
        memory_bytes(),
        arguments.rows,
        list(&|one| &one.ours),
        versions.join(","),
        list(&|one| &one.peer),
        ratios(linked),
    )
}

/// Recall at most 0.1% wrong, ours and Splink's best; and our requests a second for one of Splink's.
fn ratios(linked: &[Linked]) -> String {
    let one = |linked: &Linked| {
        let recalls: Vec<String> = linked
            .recalls
            .iter()
            .map(|(part, ours, peer)| format!("\"{part}\":[{ours:.4},{peer:.4}]"))
            .collect();
        let [ours, peer] = linked.rates;
        format!(
            "\"{}\":{{\"recall_at_0_1_percent\":{{{}}},\"requests_per_second\":{:.2}}}",
            linked.name,
            recalls.join(","),
            ours / peer.max(0.001)
        )
    };
    let texts: Vec<String> = linked.iter().map(one).collect();
    texts.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn linked(name: &str, part: &'static str, ours: f64, peer: f64) -> Linked {
        Linked {
            name: name.to_owned(),
            ours: "{\"a\":1}".to_owned(),
            peer: "{\"b\":2}".to_owned(),
            recalls: vec![(part, ours, peer)],
            rates: [50.0, 20.0],
        }
    }

    #[test]
    fn arguments_are_read() {
        let read = |words: &[&str]| read_arguments(words).unwrap();
        assert_eq!(read(&[]).people, PEOPLE);
        let read = read(&["--nation", "--people", "5", "--people", "6", "--rows", "7"]);
        let expected = Arguments {
            people: vec![5, 6],
            rows: 7,
            labelled: false,
        };
        assert_eq!(read, expected);
        assert!(read_arguments(&["--labelled"]).unwrap().people.is_empty());
        for words in [
            ["--people"].as_slice(),
            &["--people", "0"],
            &["--rows", "x"],
            &["--labelled", "--nation"],
            &["--labelled", "--people", "5"],
            &["x"],
        ] {
            assert!(
                matches!(read_arguments(words), Err(Failure::Usage(_))),
                "{words:?}"
            );
        }
    }

    #[test]
    fn limits_are_held() {
        let check = |one: Linked, expected: &[&str]| {
            let found = broken(&[one]);
            assert_eq!(found.len(), expected.len(), "{found:?}");
            for (found, expected) in found.iter().zip(expected) {
                assert!(found.contains(expected), "{found}");
            }
        };
        let historical = "historical_50k full";
        check(linked(historical, "learned", 0.9, 0.8), &[]);
        check(
            linked(historical, "learned", 0.803, 0.8),
            &["not above 0.803"],
        );
        check(
            linked(historical, "learned", 0.9, 0.91),
            &["below Splink's 0.91"],
        );
        check(linked(historical, "built_in", 0.1, 0.9), &[]);
        check(
            linked("nation 5000000", "all", 0.9, 0.1),
            &["not above 0.911"],
        );
        check(linked("nation 1000000", "all", 0.9, 0.1), &[]);
        check(linked("febrl4 full", "learned", 1.0, 1.0), &[]);
    }

    #[test]
    fn the_document_is_json() {
        let arguments = read_arguments(&["--labelled"]).unwrap();
        let text = document(&arguments, &[linked("febrl4 full", "learned", 1.0, 0.5)]);
        for part in [
            "{\"bench\":\"link\",\"machine\":{\"cores\":",
            "\"ours\":{\"sets\":[{\"a\":1}]}",
            "\"version\":\"5.0.0\"",
            "\"ratio\":{\"febrl4 full\":{\"recall_at_0_1_percent\":{\"learned\":[1.0000,0.5000]},\
             \"requests_per_second\":2.50}}",
        ] {
            assert!(text.contains(part), "{text}");
        }
        assert_eq!(text.matches('{').count(), text.matches('}').count());
        assert_eq!(text.matches('"').count() % 2, 0);
    }
}
