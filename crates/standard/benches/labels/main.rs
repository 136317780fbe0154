//! Whole-address accuracy on usaddress's labelled addresses, beside usaddress from PyPI on the same
//! addresses in the same run. Prints one JSON document.
//!
//! Place in the flow: `cargo xtask bench addresses` makes a Python environment and runs it; by hand
//! `cargo bench --profile demo -p countersign-standard --bench labels -- --python PYTHON --records FOLDER`.
//! `--show tuning` prints the addresses of the tuning half that we read otherwise than labelled.
//!
//! Counted are rows that state a house number and street, or a box (LAW check 4); not crossings and rows
//! with words labelled as no address. They are halved by a hash of their text: the *tuning* half may be
//! looked at, the *held-out* half is only counted. usaddress is asked twice: as published, whose model was
//! trained on both halves, and trained anew, by its own trainer and features, on the tuning half alone.
//! A third set is put together from parts (`generated.rs`), a fourth is the one usaddress measures itself
//! with, less the rows it was trained on (`whole_street.rs`). Two more (`--records FOLDER`) are labelled
//! from the fields of public records and not by a reader of addresses: of a county and of OpenStreetMap.
//! What the fields are and how labels become them stands in `fields.rs`.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::expect_used
)]

mod fields;
mod generated;
#[path = "../../tests/support/mod.rs"]
mod support;
mod whole_street;

use std::{fmt::Write, fs, path::Path, process::Command, time::Instant};

use countersign_standard::address;
use fields::Fields;
use support::Labelled;
use whole_street::WholeStreet;

/// The sets of the peer's source distribution that are labelled from the fields of public records.
const RECORDS: [&str; 2] = ["openaddress_us_ia_linn", "synthetic_osm_data_xml"];

/// What usaddress answered.
struct Peer {
    version: String,
    seconds: f64,
    answers: Vec<Vec<(String, String)>>,
}

/// How many rows, and how many right in every field.
#[derive(Default, Clone, Copy)]
struct Score {
    rows: usize,
    right: usize,
}

impl Score {
    fn share(self) -> f64 {
        self.right as f64 / self.rows.max(1) as f64
    }

    fn json(self) -> String {
        format!(
            "{{\"addresses\":{},\"whole_right\":{},\"accuracy\":{:.4}}}",
            self.rows,
            self.right,
            self.share()
        )
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let value = |name: &str| {
        let place = arguments.iter().position(|argument| argument == name)?;
        arguments.get(place + 1).cloned()
    };
    let rows: Vec<Labelled> = support::sets()
        .into_iter()
        .filter(support::counts)
        .collect();
    let (held, tuning): (Vec<Labelled>, Vec<Labelled>) = rows.into_iter().partition(is_held_out);
    match value("--show").as_deref() {
        Some("tuning") => return show(&tuning),
        Some("generated") => return show(&generated::rows()),
        Some("independent") => return show_independent(),
        Some(path) => return show(&from_records(Path::new(path)).1),
        _ => {}
    }
    let python = value("--python").expect("--python PYTHON, one that has usaddress");
    let records =
        value("--records").expect("--records FOLDER, which `cargo xtask bench addresses` fetches");
    println!("{}", document(&python, &held, &tuning, Path::new(&records)));
}

/// Every second address by a hash of its text (FNV-1a, 64 bits), so that a row stays in its half.
fn is_held_out(row: &Labelled) -> bool {
    let hash = row
        .without(&[])
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
    (hash >> 32) % 2 == 0
}

fn ours(rows: &[Labelled]) -> (Score, f64) {
    let texts: Vec<String> = rows.iter().map(|row| row.without(&[])).collect();
    // The tables are unpacked once, before the clock runs; the peer has loaded its model by then too.
    let _ = address::read_line("1 Main St, Reno, NV 89501");
    let start = Instant::now();
    let found: Vec<_> = texts
        .iter()
        .map(|text| address::read_line(text).address)
        .collect();
    let seconds = start.elapsed().as_secs_f64();
    let right = rows
        .iter()
        .zip(&found)
        .filter(|(row, found)| Fields::of_labels(&row.0) == Fields::of_address(found))
        .count();
    (
        Score {
            rows: rows.len(),
            right,
        },
        seconds,
    )
}

fn score(rows: &[Labelled], answers: &[Vec<(String, String)>]) -> Score {
    assert_eq!(rows.len(), answers.len());
    let right = rows
        .iter()
        .zip(answers)
        .filter(|(row, answer)| Fields::of_labels(&row.0) == Fields::of_labels(answer))
        .count();
    Score {
        rows: rows.len(),
        right,
    }
}

/// Rows whose every word has the label of the set, whatever field it belongs to.
fn strict(rows: &[Labelled], answers: &[Vec<(String, String)>]) -> usize {
    let same = |row: &Labelled, answer: &[(String, String)]| {
        row.0.len() == answer.len() && row.0.iter().zip(answer).all(|(a, b)| a.0 == b.0)
    };
    rows.iter()
        .zip(answers)
        .filter(|(row, answer)| same(row, answer))
        .count()
}

fn ask(python: &str, rows: &[Labelled], training: Option<&[Labelled]>) -> Peer {
    let folder = std::env::temp_dir().join(format!("countersign-labels-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let addresses = folder.join("addresses.txt");
    let texts: String = rows
        .iter()
        .map(|row| one_line(&row.without(&[])) + "\n")
        .collect();
    fs::write(&addresses, texts).unwrap();
    let mut command = Command::new(python);
    command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/usaddress_peer.py"));
    command.arg(&addresses);
    if let Some(training) = training {
        let path = folder.join("training.tsv");
        let lines: String = training.iter().map(|row| tabbed(row) + "\n").collect();
        fs::write(&path, lines).unwrap();
        command.arg(&path);
    }
    let output = command.output().expect("python starts");
    fs::remove_dir_all(&folder).unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    read_peer(&String::from_utf8(output.stdout).unwrap())
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn tabbed(row: &Labelled) -> String {
    let cells = row
        .0
        .iter()
        .map(|(label, word)| format!("{label}\t{}", one_line(word)));
    cells.collect::<Vec<_>>().join("\t")
}

fn read_peer(text: &str) -> Peer {
    let mut lines = text.lines();
    let version = lines.next().unwrap().to_owned();
    let seconds = lines.next().unwrap().parse().unwrap();
    let answers = lines.map(|line| {
        let cells: Vec<&str> = line.split('\t').collect();
        let pairs = cells.chunks_exact(2);
        pairs
            .map(|pair| (pair[0].to_owned(), pair[1].to_owned()))
            .collect()
    });
    Peer {
        version,
        seconds,
        answers: answers.collect(),
    }
}

/// The sets labelled from public records, each with the accuracy of both parsers.
fn on_records(python: &str, folder: &Path) -> String {
    let one = |name: &str| {
        let (rows, _) = from_records(&folder.join(format!("{name}.xml")));
        let theirs = score(&rows, &ask(python, &rows, None).answers);
        format!(
            "\"{name}\":{{\"ours\":{},\"peer\":{}}}",
            ours(&rows).0.json(),
            theirs.json()
        )
    };
    RECORDS.map(one).join(",")
}

fn document(python: &str, held: &[Labelled], tuning: &[Labelled], records: &Path) -> String {
    let ((held_ours, held_seconds), (tuning_ours, _)) = (ours(held), ours(tuning));
    let published = ask(python, held, None);
    let anew = ask(python, held, Some(tuning));
    let (as_published, trained) = (score(held, &published.answers), score(held, &anew.answers));
    let on_tuning = score(tuning, &ask(python, tuning, None).answers);
    let made = generated::rows();
    let (made_ours, _) = ours(&made);
    let made_peer = score(&made, &ask(python, &made, None).answers);
    let (independent_ours, independent_peer) = on_independent(python);
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let rate = |seconds: f64| held.len() as f64 / seconds;
    let mut text = format!("{{\"bench\":\"addresses\",\"machine\":{{\"cores\":{cores}}},");
    write!(
        text,
        "\"ours\":{{\"version\":\"{}\",\"held_out\":{},\"tuning\":{},\"generated\":{},\
         \"independent\":{},\"addresses_per_second\":{:.0}}},",
        env!("CARGO_PKG_VERSION"),
        held_ours.json(),
        tuning_ours.json(),
        made_ours.json(),
        independent_ours.json(),
        rate(held_seconds)
    )
    .unwrap();
    write!(
        text,
        "\"peer\":{{\"name\":\"usaddress\",\"version\":\"{}\",\"held_out\":{},\"held_out_every_word\":{},\
         \"tuning\":{},\"generated\":{},\"independent\":{},\"trained_on_tuning_half\":{{\"held_out\":{}}},\"addresses_per_second\":{:.0}}},",
        published.version,
        as_published.json(),
        strict(held, &published.answers),
        on_tuning.json(),
        made_peer.json(),
        independent_peer.json(),
        trained.json(),
        rate(published.seconds)
    )
    .unwrap();
    write!(
        text,
        "\"from_records\":{{{}}},",
        on_records(python, records)
    )
    .unwrap();
    write!(
        text,
        "\"ratio\":{{\"accuracy\":{:.4},\"accuracy_trained_alike\":{:.4},\"accuracy_generated\":{:.4},\"accuracy_independent\":{:.4},\"addresses_per_second\":{:.1}}}}}",
        held_ours.share() / as_published.share(),
        held_ours.share() / trained.share(),
        made_ours.share() / made_peer.share(),
        independent_ours.share() / independent_peer.share(),
        published.seconds / held_seconds
    )
    .unwrap();
    text
}

/// The rows of the independent set that state what LAW check 4 asks for.
fn independent() -> Vec<Labelled> {
    let rows = whole_street::rows().into_iter();
    rows.filter(support::counts).collect()
}

/// Rows of which a reading equals the labels in every field, the street being one.
fn independent_score<'a>(
    rows: &[Labelled],
    readings: impl Iterator<Item = WholeStreet> + 'a,
) -> Score {
    let right = rows
        .iter()
        .zip(readings)
        .filter(|(row, reading)| WholeStreet::of_labels(&row.0) == *reading)
        .count();
    Score {
        rows: rows.len(),
        right,
    }
}

fn our_reading(row: &Labelled) -> WholeStreet {
    WholeStreet::of_address(&address::read_line(&row.without(&[])).address)
}

/// Ours and the peer's on the independent set.
fn on_independent(python: &str) -> (Score, Score) {
    let rows = independent();
    let peer = ask(python, &rows, None);
    assert_eq!(rows.len(), peer.answers.len());
    let theirs = peer
        .answers
        .iter()
        .map(|answer| WholeStreet::of_labels(answer));
    (
        independent_score(&rows, rows.iter().map(our_reading)),
        independent_score(&rows, theirs),
    )
}

/// Both halves of a file of addresses labelled from the fields of public records: held out, tuning.
fn from_records(path: &Path) -> (Vec<Labelled>, Vec<Labelled>) {
    let rows = support::labelled(&fs::read_to_string(path).unwrap());
    let counted = rows.into_iter().filter(support::counts);
    counted.partition(is_held_out)
}

fn show_independent() {
    for row in independent() {
        let (expected, found) = (WholeStreet::of_labels(&row.0), our_reading(&row));
        if expected != found {
            let (expected, found) = (expected.words(), found.words());
            println!(
                "{}\n  labelled {expected}\n  ours     {found}",
                row.without(&[])
            );
        }
    }
}

fn show(rows: &[Labelled]) {
    let mut wrong = 0;
    for row in rows {
        let text = row.without(&[]);
        let (expected, found) = (
            Fields::of_labels(&row.0),
            Fields::of_address(&address::read_line(&text).address),
        );
        let differences = expected.differences(&found);
        if !differences.is_empty() {
            wrong += 1;
            println!("{text}\n  {differences:?}\n  labelled {expected:?}\n  ours     {found:?}");
        }
    }
    println!("{wrong} of {} otherwise than labelled", rows.len());
}
