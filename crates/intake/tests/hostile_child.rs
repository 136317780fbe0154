//! Hostile files in the reading process: each is refused for its own reason, within five seconds of
//! processor time and 256 MiB of address space.
//!
//! Place in the flow: `read_in_child` with the small binary of this crate. Memory is bounded by the
//! operating system: a process that wanted more would end with another error. What it really took is
//! sampled and printed (`--nocapture`).
//!
//! Left to others: each refusal in detail (`hostile.rs`).

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::expect_used
)]

mod common;

use std::{
    fs,
    path::Path,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
    time::Duration,
};

use common::{Xlsx, inline, ods, ods_text, zip_of};
use countersign_intake::{Collected, Limits, child::read_in_child};
use tempfile::TempDir;

const CHILD: &str = env!("CARGO_BIN_EXE_countersign-intake-child");
const MEMORY: u64 = 256 << 20;
/// Processor time a refusal may take, in the kernel's hundredths of a second.
const TICKS: u64 = 500;

/// Processor time of all children that have ended (proc(5), fields 16 and 17 of stat).
fn ticks_of_children() -> u64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    let after = stat.rsplit_once(") ").unwrap().1;
    let fields: Vec<&str> = after.split(' ').collect();
    fields[13].parse::<u64>().unwrap() + fields[14].parse::<u64>().unwrap()
}

/// The largest resident memory of any child, sampled until told to stop.
fn sample(stop: &AtomicBool, peak: &AtomicU64) {
    while !stop.load(Ordering::Relaxed) {
        for task in fs::read_dir("/proc/self/task").unwrap().flatten() {
            let children = fs::read_to_string(task.path().join("children")).unwrap_or_default();
            for child in children.split_whitespace() {
                // Until it has become the reading process it is a copy of this one.
                let program = fs::read_link(format!("/proc/{child}/exe"));
                if !program.is_ok_and(|program| program == Path::new(CHILD)) {
                    continue;
                }
                let status = fs::read_to_string(format!("/proc/{child}/status"));
                let line = status.unwrap_or_default();
                let line = line.lines().find_map(|line| line.strip_prefix("VmHWM:"));
                let kibibytes =
                    line.and_then(|rest| rest.trim().trim_end_matches(" kB").parse().ok());
                peak.fetch_max(kibibytes.unwrap_or(0), Ordering::Relaxed);
            }
        }
        thread::sleep(Duration::from_micros(200));
    }
}

/// The error's text, the ticks and the sampled peak in KiB of reading a file; an empty text where
/// it was read.
fn measure(path: &Path, limits: &Limits) -> (String, u64, u64) {
    let (stop, peak) = (AtomicBool::new(false), AtomicU64::new(0));
    let before = ticks_of_children();
    let read = thread::scope(|scope| {
        scope.spawn(|| sample(&stop, &peak));
        let mut sink = Collected::default();
        let read = read_in_child(Path::new(CHILD), &[], path, limits, &mut sink);
        stop.store(true, Ordering::Relaxed);
        read
    });
    let message = read.map_or_else(|error| error.to_string(), |_| String::new());
    let ticks = ticks_of_children() - before;
    (message, ticks, peak.load(Ordering::Relaxed))
}

fn noise(bytes: usize) -> String {
    let words = (0..u64::MAX).map(|n| format!("{:016x}", n.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
    let mut text: String = words.take(bytes / 16 + 1).collect();
    text.truncate(bytes);
    text
}

/// Name, content and what the refusal says; made when its turn comes, for memory.
type Hostile = (&'static str, fn() -> Vec<u8>, &'static str);

fn row(inside: &str) -> Xlsx {
    Xlsx::rows(&format!("<row r=\"2\">{inside}</row>"))
}

fn with_strings(content: &str) -> Vec<u8> {
    let file = Xlsx::rows("").part("xl/sharedStrings.xml", content.as_bytes());
    file.bytes()
}

fn with_row_ods(row: &str) -> Vec<u8> {
    let head = [ods_text("surnames"), ods_text("city")].concat();
    let rows = format!("<table:table-row>{head}</table:table-row>{row}");
    let table = format!("<table:table table:name=\"Subjects\">{rows}</table:table>");
    ods("", &table)
}

fn billion_laughs() -> Vec<u8> {
    let entities: String = (1..10)
        .map(|n| {
            let before = format!("&l{};", n - 1).repeat(10);
            format!("<!ENTITY l{n} \"{before}\">")
        })
        .collect();
    let content =
        format!("<!DOCTYPE w [<!ENTITY l0 \"ha\">{entities}]><worksheet>&l9;</worksheet>");
    let file = Xlsx::rows("").part("xl/worksheets/sheet1.xml", content.as_bytes());
    file.bytes()
}

fn truncated() -> Vec<u8> {
    let mut bytes = row(&inline("A2", &noise(1 << 20))).bytes();
    bytes.truncate(bytes.len() / 2);
    bytes
}

fn nested() -> Vec<u8> {
    zip_of(&[("request.xlsx", &Xlsx::rows("").bytes())])
}

fn wide_ods() -> Vec<u8> {
    with_row_ods(
        "<table:table-row><table:table-cell table:number-columns-repeated=\"400000\">\
         <text:p>x</text:p></table:table-cell></table:table-row>",
    )
}

fn long_ods() -> Vec<u8> {
    let cell = ods_text("x");
    with_row_ods(&format!(
        "<table:table-row table:number-rows-repeated=\"1048570\">{cell}</table:table-row>"
    ))
}

const ARCHIVES: [Hostile; 13] = [
    (
        "ratio.xlsx",
        || Xlsx::subjects(&" ".repeat(300 << 20)).bytes(),
        "more than 200 times its size",
    ),
    (
        "strings.xlsx",
        || with_strings(&" ".repeat(300 << 20)),
        "more than 200 times its size",
    ),
    (
        "deep.xlsx",
        || Xlsx::subjects(&"<a>".repeat(5_000_000)).bytes(),
        "deeper than 256",
    ),
    (
        "cell.xlsx",
        || row(&inline("A2", &noise(50 << 20))).bytes(),
        "larger than 131072 bytes",
    ),
    (
        "string.xlsx",
        || {
            with_strings(&format!(
                "<sst xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><si><t>{}</t></si></sst>",
                noise(50 << 20)
            ))
        },
        "larger than 131072 bytes",
    ),
    (
        "far.xlsx",
        || row(&inline("XFE1048577", "x")).bytes(),
        "beyond the sheet",
    ),
    (
        "columns.xlsx",
        || row(&"<c t=\"inlineStr\"><is><t>x</t></is></c>".repeat(400_000)).bytes(),
        "beyond the sheet",
    ),
    ("nested.zip", nested, "workbook inside"),
    ("nested.xlsx", nested, "workbook inside"),
    ("truncated.xlsx", truncated, "missing or cut off"),
    ("laughs.xlsx", billion_laughs, "document type"),
    ("columns.ods", wide_ods, "beyond the last column"),
    ("rows.ods", long_ods, "stands for more than 1000 rows"),
];

fn below_head(rest: &[u8]) -> Vec<u8> {
    [b"surnames,city\n", rest].concat()
}

/// A text of 1 MiB for a row that is written once, in rows that are many.
fn amplified_xlsx() -> Vec<u8> {
    let heads = [inline("A1", "surnames"), inline("B1", "city")].concat();
    let row = "<row><c t=\"s\"><v>0</v></c><c t=\"s\"><v>0</v></c></row>".repeat(600_000);
    let inside = format!("<sheetData><row>{heads}</row>{row}</sheetData>");
    let mut file = Xlsx::subjects(&inside);
    file.strings
        .push(format!("<t>{}</t>", "x".repeat(128 << 10)));
    file.bytes()
}

fn amplified_ods() -> Vec<u8> {
    let cells = format!(
        "<table:table-cell table:number-columns-repeated=\"2\" office:value-type=\"string\">\
         <text:p>{}</text:p></table:table-cell>",
        "x".repeat(128 << 10)
    );
    with_row_ods(&format!(
        "<table:table-row table:number-rows-repeated=\"1000\">{cells}</table:table-row>"
    ))
}

const AMPLIFIED: [Hostile; 2] = [
    ("amplified.xlsx", amplified_xlsx, "out of proportion"),
    ("amplified.ods", amplified_ods, "out of proportion"),
];

const TEXTS: [Hostile; 9] = [
    (
        "quotes.csv",
        || below_head(&[b"x,\"".to_vec(), vec![b'"'; 4_000_001]].concat()),
        "a value is larger than 131072 bytes",
    ),
    (
        "breaks.csv",
        || below_head(&[b"x,\"".to_vec(), vec![b'\n'; 4_000_000]].concat()),
        "a value is larger than 131072 bytes",
    ),
    (
        "magic.xlsx",
        || below_head(b"Diaz,Reno\n"),
        "not a zip archive",
    ),
    (
        "magic.csv",
        || [b"%PDF".to_vec(), vec![b'x'; 50 << 20]].concat(),
        "a PDF document",
    ),
    (
        "columns.csv",
        || below_head(&vec![b','; 400_000]),
        "more than 16384 columns",
    ),
    (
        "cell.csv",
        || below_head(&vec![b'x'; 50 << 20]),
        "a value is larger",
    ),
    (
        "quote.csv",
        || below_head(&[b"\"".to_vec(), b"x,y\n".repeat(12 << 20)].concat()),
        "perhaps never closed",
    ),
    (
        "late-quote.csv",
        || below_head(&[b"x,y\n".repeat(200_000), b"x,\"y\n".to_vec()].concat()),
        "line 200002: a quote is opened and never closed",
    ),
    ("nul.csv", || below_head(&vec![0; 50 << 20]), "a NUL byte"),
];

// One test alone in this program: the processor time of children is counted for the whole of it.
#[test]
fn hostile_files_are_refused_in_little_time_and_memory() {
    let folder = TempDir::new().unwrap();
    let limits = Limits {
        memory_bytes: MEMORY,
        ..Limits::standard()
    };
    let path = folder.path().join("r.csv");
    fs::write(&path, "surnames,city\nDiaz,Reno\n").unwrap();
    assert_eq!(measure(&path, &limits).0, "");
    for (name, make, part) in ARCHIVES.into_iter().chain(AMPLIFIED).chain(TEXTS) {
        let path = folder.path().join(name);
        let bytes = make();
        fs::write(&path, &bytes).unwrap();
        let (message, ticks, peak) = measure(&path, &limits);
        println!(
            "{name}: {} bytes, {ticks}0 ms, {peak} KiB: {message}",
            bytes.len()
        );
        assert!(message.contains(part), "{name}: {message}");
        assert!(ticks <= TICKS, "{name}: {ticks} hundredths of a second");
        assert!(peak << 10 <= MEMORY, "{name}: {peak} KiB");
        fs::remove_file(&path).unwrap();
    }
    // A limit on all parts together, here lower than the standard one.
    let path = folder.path().join("inflated.xlsx");
    fs::write(
        &path,
        Xlsx::rows("").part("x", noise(2 << 20).as_bytes()).bytes(),
    )
    .unwrap();
    let low = Limits {
        inflated_bytes: 1 << 20,
        ..limits
    };
    assert!(measure(&path, &low).0.contains("inflates to more than"));
}
