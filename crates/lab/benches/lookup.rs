//! Measures candidates and lookups on a synthetic nation.
//!
//! `cargo bench -p countersign-lab --profile demo --bench lookup -- --people 200000 --dir DIR`
//!
//! Makes a population in DIR (kept, and used again by the next run), builds a register of it, and
//! asks every row of its request: is the person meant among the candidates, under which kinds of
//! key, and how do those agree who are not; how long does one decision take with tokens in hand.
//! `--decisions FILE` writes outcome and transcript of every row, for comparing two programs.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::expect_used
)]

use std::{
    collections::{BTreeMap, HashMap},
    fmt::Write as _,
    fs::{self, File},
    hint::black_box,
    path::{Path, PathBuf},
    time::Instant,
};

use countersign_lab::{
    calibrate,
    extract::ExtractFormat,
    in_hand::{KeysInHand, Purpose, RegisterInHand, row_parts},
    link::report::peak_mebibytes,
    population::{self, Files, PopulationArguments},
    rates::{Rate, Rates},
};
use identity::{
    birth_code::RowBirth,
    blocking::{BlockKey, KeyKind, near_years},
    bound::{Bounds, RowClasses},
    candidates::{Candidates, NameField},
    compare::{Bearing, Comparator},
    decide::{Thresholds, identify},
    found::Found,
    gather::{gather, keys_of},
    kinds::{ALL_KINDS, Search},
    query::Query,
    query_keys::{ExchangedNames, QueryKeys, Slips},
    score::weight,
};
use model::{
    digest::Digest,
    id::{PersonId, RecordNumber},
    row::Row,
};
use rayon::prelude::*;
use register::{
    build::{self, BuildOptions, SealedPlane},
    extract::{self, Field},
    kind::Synthetic,
    register::Register,
};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The register made here.
const PURPOSE: Purpose = Purpose {
    name: "LOOKUP",
    label: "countersign/lab/lookup-keys/v1",
};

/// What can be given, each with a value.
const NAMES: [&str; 7] = [
    "--people",
    "--rows",
    "--seed",
    "--dir",
    "--sealed",
    "--block",
    "--decisions",
];

struct Arguments {
    people: u64,
    rows: u32,
    seed: u64,
    dir: PathBuf,
    whole: bool,
    block_limit: usize,
    decisions: Option<PathBuf>,
}

impl Arguments {
    fn read() -> Self {
        let mut found: HashMap<String, String> = HashMap::new();
        let mut words = std::env::args().skip(1).filter(|word| word != "--bench");
        while let Some(name) = words.next() {
            assert!(
                NAMES.contains(&name.as_str()),
                "{name} is none of {NAMES:?}"
            );
            let value = words
                .next()
                .unwrap_or_else(|| panic!("{name} needs a value"));
            found.insert(name, value);
        }
        let number = |name: &str, usual: u64| {
            found
                .get(name)
                .map_or(usual, |text| text.parse().expect(name))
        };
        let people = number("--people", 200_000);
        Self {
            people,
            rows: u32::try_from(number("--rows", 20_000)).unwrap(),
            seed: number("--seed", 1),
            dir: found.get("--dir").map_or_else(
                || std::env::temp_dir().join(format!("countersign-lookup-{people}")),
                PathBuf::from,
            ),
            whole: found.get("--sealed").is_some_and(|text| text == "yes"),
            block_limit: usize::try_from(number("--block", 512)).unwrap(),
            decisions: found.get("--decisions").map(PathBuf::from),
        }
    }
}

/// One row with the truth about it.
struct Asked {
    query: Query,
    kind: String,
    meant: Option<RecordNumber>,
}

fn main() {
    let arguments = Arguments::read();
    let files = Files::of(&arguments.dir, ExtractFormat::Csv);
    if !files.truth.exists() {
        populate(&arguments);
    }
    let keys = KeysInHand::of(&files.extract, PURPOSE, arguments.seed).unwrap();
    let folder = arguments.dir.join("register");
    if !folder.join("snapshot.json").exists() {
        build_register(&files.extract, &keys, &folder, &arguments);
    }
    let start = Instant::now();
    let in_hand = keys.open(&folder).unwrap();
    let register = &in_hand.register;
    println!(
        "opened {} people in {:.2} s; peak memory {} MiB",
        register.people(),
        start.elapsed().as_secs_f64(),
        peak_mebibytes(),
    );
    let asked = asked(&files, &in_hand, &arguments.dir);
    println!("{} rows", asked.len());
    recall(register, &asked);
    bounds(register, &asked);
    // Those that the certificate kept with the program has.
    let kept = calibrate::KEPT.measurement().unwrap().thresholds;
    let thresholds = calibrate::thresholds_for(&kept, register.people());
    decisions(
        register,
        &asked,
        &thresholds,
        arguments.decisions.as_deref(),
    );
    speed(register, &asked, &thresholds);
    parts(register, &asked, &thresholds);
    println!("peak memory {} MiB", peak_mebibytes());
}

/// Processor time of all threads so far, seconds.
fn cpu_seconds() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let ticks = |place: usize| stat.split(' ').nth(place)?.parse::<f64>().ok();
    (ticks(13).unwrap_or(0.0) + ticks(14).unwrap_or(0.0)) / 100.0
}

fn populate(arguments: &Arguments) {
    let start = Instant::now();
    let report = population::write(
        &PopulationArguments {
            people: arguments.people,
            rows: arguments.rows,
            seed: arguments.seed,
            as_of: model::time::parse_date("2026-11-01").unwrap(),
            out: arguments.dir.clone(),
            format: ExtractFormat::Csv,
            deficient: Rate::millionths(0),
            officers: 4,
            boilerplate: 0,
            rates: Rates::built_in().unwrap(),
        },
        &mut |_| {},
    );
    let report = report.unwrap();
    println!(
        "population: {} people, {} rows of the extract, {:.1} s",
        report.people,
        report.extract_rows,
        start.elapsed().as_secs_f64()
    );
}

fn build_register(path: &Path, keys: &KeysInHand, out: &Path, arguments: &Arguments) {
    let clock = Instant::now();
    let cpu = cpu_seconds();
    let options = BuildOptions {
        block_limit: arguments.block_limit,
        sealed_plane: if arguments.whole {
            SealedPlane::Whole
        } else {
            SealedPlane::HeadersOnly
        },
        progress: &|stage, count| {
            if stage != build::Stage::Reading || count % (1 << 20) == 0 {
                println!(
                    "  {:6.2} s ({:.2} s of processors) {stage:?} {count}; peak memory {} MiB",
                    clock.elapsed().as_secs_f64(),
                    cpu_seconds() - cpu,
                    peak_mebibytes()
                );
            }
        },
    };
    let report = keys.build(path, &options, out).unwrap();
    println!(
        "built {} people, {} rows, {} addresses in {:.1} s ({:.1} s of processors); peak memory {} MiB; snapshot {}",
        report.snapshot.people,
        report.snapshot.rows,
        report.snapshot.addresses,
        clock.elapsed().as_secs_f64(),
        cpu_seconds() - cpu,
        peak_mebibytes(),
        report.snapshot_digest,
    );
    for (name, facts) in &report.snapshot.files {
        let each = facts.bytes / u64::from(report.snapshot.people);
        println!("  {name}: {} bytes, {each} a person", facts.bytes);
    }
}

fn asked(files: &Files, register: &RegisterInHand, dir: &Path) -> Vec<Asked> {
    let mut collected = intake::Collected::default();
    let request = File::open(&files.request).unwrap();
    intake::read(
        request,
        "request.xlsx",
        &intake::Limits::standard(),
        &mut collected,
    )
    .unwrap();
    let rows: HashMap<(u16, u32), &Row> = collected
        .rows
        .iter()
        .map(|row| ((row.sheet, row.row), row))
        .collect();
    let truth: Vec<((u16, u32), String, String)> = csv::Reader::from_path(&files.truth)
        .unwrap()
        .deserialize::<(u16, u32, String, String, String)>()
        .map(Result::unwrap)
        .map(|(sheet, row, kind, person, _)| ((sheet, row), kind, person))
        .collect();
    let records = records(&files.extract, register, &dir.join("records.csv"), &truth);
    truth
        .into_iter()
        .filter_map(|(place, kind, person)| {
            let parts = row_parts(rows.get(&place)?);
            Some(Asked {
                query: register.query(&parts).unwrap(),
                kind,
                meant: records.get(&person).copied(),
            })
        })
        .collect()
}

/// Record numbers of the people asked about: places in the order of a keyed value. Kept in a file,
/// because the whole extract must be read for them.
fn records(
    extract: &Path,
    register: &RegisterInHand,
    kept: &Path,
    truth: &[((u16, u32), String, String)],
) -> HashMap<String, RecordNumber> {
    if !kept.exists() {
        let mut people: Vec<PersonId> = Vec::new();
        for row in extract::open(extract).unwrap() {
            let id: PersonId = row.unwrap().text(Field::PersonId).parse().unwrap();
            if people.last() != Some(&id) {
                people.push(id);
            }
        }
        people.sort_unstable();
        people.dedup();
        let ordered = register.in_record_order(people.par_iter());
        let meant: std::collections::HashSet<&str> =
            truth.iter().map(|(_, _, person)| person.as_str()).collect();
        let mut text = String::new();
        for (number, place) in ordered.into_iter().enumerate() {
            let id = &people[place];
            if meant.contains(id.as_str()) {
                let _ = writeln!(text, "{},{number}", id.as_str());
            }
        }
        fs::write(kept, text).unwrap();
    }
    fs::read_to_string(kept)
        .unwrap()
        .lines()
        .map(|line| {
            let (id, number) = line.split_once(',').unwrap();
            (id.to_owned(), RecordNumber(number.parse().unwrap()))
        })
        .collect()
}

/// What is counted of the rows whose person is on file.
#[derive(Default)]
struct Recall {
    // By kind of row: all of them, those whose person is a candidate.
    kinds: BTreeMap<String, (u64, u64)>,
    // By kind of key: found by it, found by it alone.
    keys: BTreeMap<String, (u64, u64)>,
    missed: BTreeMap<String, u64>,
    candidates: Vec<usize>,
    // By kind of key: candidates it finds, those no other does, and keys looked up.
    candidates_of: BTreeMap<String, [usize; 3]>,
}

/// Shares of those on file who are among the candidates, by kind of row and by kind of key.
fn recall(register: &Register<Synthetic>, asked: &[Asked]) {
    let mut recall = Recall::default();
    for row in asked {
        if let Some(meant) = row.meant {
            recall.count(register, row, meant);
        }
    }
    recall.print();
}

impl Recall {
    fn count(&mut self, register: &Register<Synthetic>, row: &Asked, meant: RecordNumber) {
        let (wanted, years) = keys_of(&row.query, register);
        let found = register.candidates(&wanted, years).unwrap();
        self.candidates.push(found.found.len());
        let meant_kinds = found.found.iter().find(|found| found.record == meant);
        let meant_kinds: Vec<KeyKind> =
            meant_kinds.map_or_else(Vec::new, |found| found.kinds.kinds().collect());
        let hit = !meant_kinds.is_empty();
        for kind in [row.kind.as_str(), "all"] {
            let count = self.kinds.entry(kind.to_owned()).or_default();
            count.0 += 1;
            count.1 += u64::from(hit);
        }
        self.count_kinds(&wanted, &found.found);
        for kind in &meant_kinds {
            let count = self.keys.entry(format!("{kind:?}")).or_default();
            count.0 += 1;
            count.1 += u64::from(meant_kinds.len() == 1);
        }
        if !hit {
            let view = register.record(meant).unwrap();
            let levels = Comparator::new(&row.query, Bearing::Common).levels(meant, &view);
            let left = if found.unread.is_empty() {
                ""
            } else {
                " (blocks left)"
            };
            let line = format!(
                "{} surname {} given {} birth {} tin {} address {}{left}",
                row.kind,
                levels.surname.code(),
                levels.given.code(),
                levels.birth.code(),
                levels.tin.code(),
                levels.address.code(),
            );
            *self.missed.entry(line).or_default() += 1;
        }
    }

    /// Candidates of each kind of key.
    fn count_kinds(&mut self, wanted: &[BlockKey], found: &[Found]) {
        for kind in ALL_KINDS {
            let counts = self.candidates_of.entry(format!("{kind:?}")).or_default();
            let numbers = [
                found.iter().filter(|found| found.kinds.has(kind)).count(),
                found
                    .iter()
                    .filter(|found| found.kinds.kinds().eq([kind]))
                    .count(),
                wanted.iter().filter(|key| key.kind == kind).count(),
            ];
            for (count, number) in counts.iter_mut().zip(numbers) {
                *count += number;
            }
        }
    }

    fn print(mut self) {
        println!("person meant among the candidates:");
        for (kind, (all, hit)) in &self.kinds {
            println!("  {kind}: {hit} of {all}, {:.4}", *hit as f64 / *all as f64);
        }
        println!("found by kind of key (of these, by no other):");
        for (kind, (found, alone)) in &self.keys {
            println!("  {kind}: {found} ({alone})");
        }
        let mut missed: Vec<(u64, String)> = self.missed.into_iter().map(|(l, n)| (n, l)).collect();
        missed.sort_unstable_by(|a, b| b.cmp(a));
        println!("not found:");
        for (count, line) in missed.iter().take(25) {
            println!("  {count} {line}");
        }
        self.candidates.sort_unstable();
        let last = self.candidates.len() - 1;
        let at = |share: f64| self.candidates[(last as f64 * share) as usize];
        let rows = self.candidates.len() as f64;
        println!("candidates a row by kind of key (found by no other; keys a row):");
        for (kind, counts) in &self.candidates_of {
            let [found, alone, keys] = counts.map(|count| count as f64 / rows);
            println!("  {kind}: {found:.1} ({alone:.1}; {keys:.1})");
        }
        println!(
            "candidates p50 {} p99 {} most {}",
            at(0.5),
            at(0.99),
            at(1.0)
        );
    }
}

/// Whether anybody found weighs more than the keys it was found under allow: once in 4,096 two bound
/// parts of addresses agree by chance, which keys do not.
fn bounds(register: &Register<Synthetic>, asked: &[Asked]) {
    let heavier = |row: &Asked| {
        let query = &row.query;
        let (keys, years) = keys_of(query, register);
        let found = register.candidates(&keys, years).unwrap();
        let facts = gather(query, register).unwrap().row;
        let classes = RowClasses::of(&facts);
        let bounds = Bounds::new(
            &classes,
            Search::SlipParts,
            &found.unread,
            register.people(),
        );
        let bearers = query
            .name()
            .given
            .first()
            .map_or(0, |token| register.borne(NameField::Given, token).same);
        let comparator = Comparator::new(query, Bearing::of(bearers, register.people()));
        let excess = found.found.iter().map(|found| {
            let levels = comparator.levels(found.record, &register.record(found.record).unwrap());
            let birth = found.birth.level(RowBirth::of(query.date_of_birth()));
            weight(&levels, &facts, register.people()) - bounds.greatest(found.kinds, birth)
        });
        excess.filter(|excess| *excess > 0).collect::<Vec<_>>()
    };
    let excesses: Vec<i64> = asked.par_iter().flat_map_iter(heavier).collect();
    println!(
        "found records that weigh more than their bound: {}, by {} milli-bits at most",
        excesses.len(),
        excesses.iter().max().unwrap_or(&0),
    );
}

fn decisions(
    register: &Register<Synthetic>,
    asked: &[Asked],
    thresholds: &Thresholds,
    out: Option<&Path>,
) {
    let lines: Vec<(String, &str, &str, u64)> = asked
        .par_iter()
        .map(|row| {
            let decision = identify(&row.query, register, thresholds).unwrap();
            let outcome = serde_json::to_string(&decision.outcome).unwrap();
            let transcript = serde_json::to_string(&decision.transcript).unwrap();
            let evidence = format!("{:?}", decision.evidence);
            let named = match decision.outcome {
                identity::decide::Outcome::Identified(record) if Some(record) == row.meant => {
                    "right"
                }
                identity::decide::Outcome::Identified(_) => "wrong",
                identity::decide::Outcome::Withheld(_) => "withheld",
            };
            let line = format!("{outcome} {:?} {transcript} {evidence}\n", decision.odds);
            let groups = decision.transcript.candidates.iter();
            let compared = groups.map(|group| group.count).sum();
            (line, row.kind.as_str(), named, compared)
        })
        .collect();
    let mut counts: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    let mut compared: Vec<u64> = lines.iter().map(|(_, _, _, compared)| *compared).collect();
    compared.sort_unstable();
    let at = |share: f64| compared[((compared.len() - 1) as f64 * share) as usize];
    println!("compared p50 {} p99 {} most {}", at(0.5), at(0.99), at(1.0));
    let mut text = String::new();
    for (line, kind, named, _) in &lines {
        text.push_str(line);
        *counts.entry((kind, named)).or_default() += 1;
    }
    for ((kind, named), count) in counts {
        println!("{kind} {named}: {count}");
    }
    println!("decisions {}", Digest::of(text.as_bytes()));
    if let Some(path) = out {
        fs::write(path, text).unwrap();
    }
}

fn speed(register: &Register<Synthetic>, asked: &[Asked], thresholds: &Thresholds) {
    let commonness = |row: &Asked| {
        let bearers = |field, token: Option<&String>| {
            token.map_or(0, |token| register.share(field, token).same)
        };
        let name = row.query.name();
        bearers(NameField::Given, name.given.first())
            * bearers(NameField::Surname, name.surnames.first())
    };
    // Each row in three passes over all rows: the least time is the one nobody interrupted, and
    // other rows have passed through the caches in between.
    let mut times: Vec<(u64, u128)> = asked
        .iter()
        .map(|row| (commonness(row), u128::MAX))
        .collect();
    for _ in 0..3 {
        for (row, (_, least)) in asked.iter().zip(&mut times) {
            let start = Instant::now();
            black_box(identify(&row.query, register, thresholds).unwrap());
            *least = start.elapsed().as_nanos().min(*least);
        }
    }
    let last_search = |row: &Asked| gather(&row.query, register).unwrap().search;
    let searches: Vec<Search> = asked.iter().map(last_search).collect();
    for search in Search::ALL {
        let ended = searches.iter().zip(&times);
        let ended = ended.filter(|(last, _)| **last == search);
        let ended: Vec<u128> = ended.map(|(_, (_, time))| *time).collect();
        let what = format!("{} rows whose last search is {search:?}", ended.len());
        print_times(&what, ended);
    }
    times.sort_unstable_by(|a, b| b.cmp(a));
    let common: Vec<u128> = times
        .iter()
        .take(times.len() / 100)
        .map(|(_, time)| *time)
        .collect();
    print_times("all rows", times.iter().map(|(_, time)| *time).collect());
    print_times("commonest 1% of names", common);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(2)
        .build()
        .unwrap();
    let (start, cpu) = (Instant::now(), cpu_seconds());
    pool.install(|| {
        asked.par_iter().for_each(|row| {
            black_box(identify(&row.query, register, thresholds).unwrap());
        });
    });
    println!(
        "{:.0} rows/s on 2 threads; {:.1} µs of one processor a row",
        asked.len() as f64 / start.elapsed().as_secs_f64(),
        (cpu_seconds() - cpu) * 1e6 / asked.len() as f64,
    );
}

/// Mean time of each part of a decision, over all rows: how its names are borne, the keys of its first
/// search, what is found under them, the transcript of as many searches as it takes, the whole.
fn parts(register: &Register<Synthetic>, asked: &[Asked], thresholds: &Thresholds) {
    let mean = |what: &str, part: &dyn Fn(&Query)| {
        let start = Instant::now();
        for row in asked {
            part(&row.query);
        }
        let each = start.elapsed().as_secs_f64() * 1e6 / asked.len() as f64;
        println!("  {what}: {each:.1} µs");
    };
    println!("mean time of a row, each part with those before it:");
    mean("names", &|query| {
        let name = query.name();
        for token in name.given.iter().take(1) {
            black_box(register.share(NameField::Given, token));
        }
        for token in &name.surnames {
            black_box(register.share(NameField::Surname, token));
        }
    });
    let none = Slips::default();
    let first_keys = |query: &Query| {
        let keys = QueryKeys::new(query, ExchangedNames::LookedFor);
        keys.first_in(Search::Addresses, || &none)
    };
    mean("keys", &|query| {
        black_box(first_keys(query));
    });
    mean("found", &|query| {
        let years = near_years(query.date_of_birth());
        black_box(register.candidates(&first_keys(query), years).unwrap());
    });
    mean("transcript", &|query| {
        black_box(gather(query, register).unwrap());
    });
    mean("decision", &|query| {
        black_box(identify(query, register, thresholds).unwrap());
    });
}

fn print_times(what: &str, mut times: Vec<u128>) {
    times.sort_unstable();
    if times.is_empty() {
        println!("{what}: none");
        return;
    }
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize] as f64 / 1000.0;
    println!(
        "{what}: p50 {:.1} µs, p99 {:.1} µs, most {:.1} µs, mean {:.1} µs",
        at(0.5),
        at(0.99),
        at(1.0),
        times.iter().sum::<u128>() as f64 / times.len() as f64 / 1000.0,
    );
}
