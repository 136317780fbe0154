//! Measures a build by stage: `cargo bench -p countersign-register --profile demo --bench build --
//! --extract FILE.csv [--threads 2] [--sealed no] [--out DIR]`.
//!
//! Keys are derived from a constant, so that files of two programs can be compared by the digest it
//! prints. `--json yes` adds the same as one JSON document. The snapshot is written to a new folder
//! under DIR (usual: the system's temporary folder) and removed.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::expect_used
)]

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
    sync::Mutex,
    time::Instant,
};

use countersign_register as register;
use model::id::Epoch;
use register::{
    build::{self, BuildOptions, BuildReport, SealedPlane, Stage},
    extract,
    kind::Synthetic,
};
use seal::{keys::DrawnKeys, shares::ShareSets};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let mut words = std::env::args().skip(1).filter(|word| word != "--bench");
    let mut found: HashMap<String, String> = HashMap::new();
    while let Some(name) = words.next() {
        found.insert(name, words.next().expect("a value"));
    }
    let Some(path) = found.get("--extract").map(PathBuf::from) else {
        println!("--extract FILE.csv is needed");
        return;
    };
    let threads = found
        .get("--threads")
        .map_or(2, |text| text.parse().unwrap());
    let out = found
        .get("--out")
        .map_or_else(std::env::temp_dir, PathBuf::from)
        .join(format!("countersign-bench-build-{}", std::process::id()));
    let sealed_plane = match found.get("--sealed").map(String::as_str) {
        Some("no") => SealedPlane::HeadersOnly,
        _ => SealedPlane::Whole,
    };
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .unwrap();
    let is_json = found.get("--json").map(String::as_str) == Some("yes");
    pool.install(|| run(&path, &out, sealed_plane, is_json));
    fs::remove_dir_all(&out).unwrap();
}

/// What is being done, since when, and with what processor time.
struct Clock {
    stage: Option<Stage>,
    wall: Instant,
    processor: f64,
    lines: Vec<(String, f64, f64, u64)>,
}

impl Clock {
    fn end(&mut self, name: &str) {
        let (wall, processor) = (self.wall.elapsed().as_secs_f64(), cpu_seconds());
        let used = processor - self.processor;
        self.lines.push((name.to_owned(), wall, used, peak_mib()));
        self.wall = Instant::now();
        self.processor = processor;
    }
}

fn run(path: &Path, out: &Path, sealed_plane: SealedPlane, is_json: bool) {
    let clock = Mutex::new(Clock {
        stage: None,
        wall: Instant::now(),
        processor: cpu_seconds(),
        lines: Vec::new(),
    });
    let start = Instant::now();
    let processor = cpu_seconds();
    let names = ["k1", "k2", "k3", "k4"].map(|name| name.parse().unwrap());
    let sets = ShareSets::new(3, names.to_vec()).unwrap();
    let keys = DrawnKeys::from_seed("BENCH", Epoch(1), sets, &[7; 32]);
    let progress = |stage: Stage, _: u64| {
        let mut clock = clock.lock().unwrap();
        let before = clock.stage.replace(stage);
        if let Some(before) = before.filter(|before| *before != stage) {
            clock.end(&format!("{before:?}"));
        }
    };
    let options = BuildOptions {
        sealed_plane,
        progress: &progress,
        ..BuildOptions::standard()
    };
    progress(Stage::Reading, 0);
    // As the builder does it: the extract is digested while it is read.
    let (rows, digest) = extract::open_digested(path).unwrap();
    let read = build::read::<Synthetic>(rows, &keys, &options).unwrap();
    let digest = digest.finish().unwrap();
    let register = extract::register_id("BENCH", &digest).unwrap();
    let report = read.seal(&register, &digest, &options, out).unwrap();
    clock.lock().unwrap().end("Writing");
    let people = f64::from(report.snapshot.people);
    for (name, wall, used, peak) in &clock.lock().unwrap().lines {
        println!(
            "{name:<10} {wall:7.2} s {used:7.2} s of processors {:6.2} µs a person; peak {peak} MiB",
            used * 1e6 / people
        );
    }
    let used = cpu_seconds() - processor;
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "whole      {seconds:7.2} s {used:7.2} s of processors {:6.2} µs a person; peak {} MiB",
        used * 1e6 / people,
        peak_mib()
    );
    println!(
        "{} people, {} rows, {} entries, {} addresses; snapshot {}",
        report.snapshot.people,
        report.snapshot.rows,
        report.snapshot.entries,
        report.snapshot.addresses,
        report.snapshot_digest
    );
    for (name, facts) in &report.snapshot.files {
        println!(
            "  {name}: {:.1} bytes a person, {}",
            facts.bytes as f64 / people,
            &facts.digest[..16]
        );
    }
    if is_json {
        print_json(&report, &clock.lock().unwrap().lines, [seconds, used]);
    }
}

fn print_json(report: &BuildReport, stages: &[(String, f64, f64, u64)], [seconds, used]: [f64; 2]) {
    let snapshot = &report.snapshot;
    let stages: Vec<String> = stages
        .iter()
        .map(|(name, wall, used, _)| {
            let name = name.to_lowercase();
            format!("\"{name}\":{{\"seconds\":{wall:.2},\"processor_seconds\":{used:.2}}}")
        })
        .collect();
    let files = snapshot.files.iter();
    let files: Vec<String> = files
        .map(|(name, facts)| format!("\"{name}\":{}", facts.bytes))
        .collect();
    println!(
        "{{\"people\":{},\"rows\":{},\"addresses\":{},\"seconds\":{seconds:.2},\
         \"processor_seconds\":{used:.2},\"peak_mebibytes\":{},\"stages\":{{{}}},\"bytes\":{{{}}},\
         \"snapshot\":\"{}\"}}",
        snapshot.people,
        snapshot.rows,
        snapshot.addresses,
        peak_mib(),
        stages.join(","),
        files.join(","),
        report.snapshot_digest,
    );
}

/// Processor time of all threads so far, seconds.
fn cpu_seconds() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let ticks = |place: usize| stat.split(' ').nth(place)?.parse::<f64>().ok();
    (ticks(13).unwrap_or(0.0) + ticks(14).unwrap_or(0.0)) / 100.0
}

fn peak_mib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    let kib = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
    kib.unwrap_or(0) / 1024
}
