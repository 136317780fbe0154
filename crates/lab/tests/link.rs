//! Linking, checked from outside: small sets made by hand, odd files, and two properties: the order
//! of rows never matters, and comparing with everybody finds what blocking finds.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use std::{collections::BTreeMap, fs, path::Path};

use countersign_lab::link::{
    self, LinkArguments, compare::Neighbours, decide::Matcher, error::LinkError, index::Index,
    load::load, map::parse_map, model::Model, report::Report, split::Split,
};
use rand_chacha::{
    ChaCha8Rng,
    rand_core::{Rng, SeedableRng},
};

const MAP: &str = "\
[people]\nid='id'\ngiven='given'\nmiddle='middle'\nsurname='surname'\nsuffix='suffix'\ndob='dob'\n\
house_number='house'\nstreet='street'\ncity='city'\npostcode='zip'\n\
[requests]\nid='id'\ngiven='given'\nmiddle='middle'\nsurname='surname'\nsuffix='suffix'\ndob='dob'\n\
house_number='house'\nstreet='street'\ncity='city'\npostcode='zip'\ntruth='truth'\n";
const HEADING: &str = "id,given,middle,surname,suffix,dob,house,street,city,zip";

/// Two hundred strangers, so that frequencies mean something.
fn strangers() -> Vec<String> {
    let given = [
        "ANNA", "BORIS", "CLARA", "DMITRI", "ELSA", "FELIX", "GRETA", "HUGO", "INGRID", "JONAS",
    ];
    let ends = [
        "SON", "MAN", "BERG", "FIELD", "WOOD", "LAND", "STONE", "BROOK", "DALE", "WELL",
    ];
    let starts = [
        "HOLM", "KIRK", "NOR", "SUT", "WEST", "EAST", "GRAN", "LIND", "ROSEN", "STERN",
    ];
    (0..200_usize)
        .map(|n| {
            let (year, month, day) = (1930 + n * 7 % 70, 1 + n * 5 % 12, 1 + n * 11 % 28);
            let surname = format!("{}{}", starts[n / 10 % 10], ends[n % 10]);
            let (house, zip) = (n + 1, 10_000 + n * 37 % 900);
            format!(
                "s{n},{},,{surname},,{year}-{month:02}-{day:02},{house},{} street,Town{},{zip}",
                given[n * 3 % 10],
                ends[n * 7 % 10],
                n % 20
            )
        })
        .collect()
}

struct Set {
    folder: tempfile::TempDir,
}

impl Set {
    fn of(people: &str, requests: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("people.csv"), people).unwrap();
        fs::write(folder.path().join("requests.csv"), requests).unwrap();
        fs::write(folder.path().join("map.toml"), MAP).unwrap();
        Self { folder }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn run(&self, learn: Option<Split>) -> Result<Report, LinkError> {
        link::run(&LinkArguments {
            people: self.path().join("people.csv"),
            requests: self.path().join("requests.csv"),
            map: self.path().join("map.toml"),
            out: self.path().join("out"),
            learn,
        })
    }

    fn results(&self) -> BTreeMap<String, Vec<String>> {
        let text = fs::read_to_string(self.path().join("out/results.csv")).unwrap();
        let mut lines = text.lines();
        assert_eq!(
            lines.next(),
            Some("request_id,outcome,verdict,reason,score_millibits")
        );
        lines
            .map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>())
            .map(|cells| (cells[0].clone(), cells[1..].to_vec()))
            .collect()
    }
}

fn table(heading: &str, rows: &[String]) -> String {
    format!("{heading}\n{}\n", rows.join("\n"))
}

/// Links one request with strangers and a family; gives outcome, verdict and reason.
fn check(family: &[&str], request: &str, expected: [&str; 2]) {
    let mut people = strangers();
    people.extend(family.iter().map(|row| (*row).to_owned()));
    let set = Set::of(
        &table(HEADING, &people),
        &table(&format!("{HEADING},truth"), &[request.to_owned()]),
    );
    set.run(None).unwrap();
    let results = set.results();
    let row = results.values().next().unwrap();
    assert_eq!(
        [row[0].as_str(), row[1].as_str()],
        expected,
        "{request}: {row:?}"
    );
}

const SISTER: &str = "p1,MARY,,QUILLFEATHER,,1980-05-06,12,OAK STREET,TOWN3,10555";
const BROTHER: &str = "p2,PETER,,QUILLFEATHER,,1983-09-17,12,OAK STREET,TOWN3,10555";

#[test]
fn families_are_told_apart() {
    check(
        &[SISTER, BROTHER],
        "q,PETER,,QUILLFEATHER,,1983-09-17,12,Oak St,Town3,10555,p2",
        ["identified", "right"],
    );
    // The brother asked for is not on file; the sister is.
    check(
        &[SISTER],
        "q,PETER,,QUILLFEATHER,,1983-09-17,12,OAK ST,TOWN3,10555,",
        ["withheld", "wrong_absent"],
    );
    // A twin of the same day, not on file.
    check(
        &[SISTER],
        "q,MARTHA,,QUILLFEATHER,,1980-05-06,12,OAK ST,TOWN3,10555,",
        ["withheld", "wrong_absent"],
    );
    // Father and son of one name, no date of birth, no suffix: either might be meant.
    let father = "p3,PETER,,QUILLFEATHER,SR,1950-01-02,12,OAK STREET,TOWN3,10555";
    let son = "p4,PETER,,QUILLFEATHER,JR,1983-09-17,12,OAK STREET,TOWN3,10555";
    let set = |request: &str, expected| check(&[father, son], request, expected);
    set(
        "q,PETER,,QUILLFEATHER,JR,1983-09-17,12,OAK ST,TOWN3,10555,p4",
        ["identified", "right"],
    );
    set(
        "q,PETER,,QUILLFEATHER,SR,1950-01-02,12,OAK ST,TOWN3,10555,p3",
        ["identified", "right"],
    );
    let people = [father, son];
    let mut rows = strangers();
    rows.extend(people.map(str::to_owned));
    let request = "q,PETER,,QUILLFEATHER,,,12,OAK ST,TOWN3,10555,p4".to_owned();
    let set = Set::of(
        &table(HEADING, &rows),
        &table(&format!("{HEADING},truth"), &[request]),
    );
    set.run(None).unwrap();
    let row = set.results().remove("q").unwrap();
    assert_eq!(
        (row[0].as_str(), row[2].as_str()),
        ("withheld", "many_match")
    );
}

#[test]
fn one_person_in_many_spellings() {
    let family = [SISTER, BROTHER];
    let right = |request: &str| check(&family, request, ["identified", "right"]);
    right("q,QUILLFEATHER,,PETER,,1983-09-17,12,OAK ST,TOWN3,10555,p2");
    right("q,Pete,,Quilfeather,,1983-09-17,12,oak street,,10555,p2");
    right("q,PÉTER,,QUILLFEATHER,,1983-17-09,12,OAK ST,TOWN3,10555,p2");
    right("q,PETER,,QUILLFEATHER,,1983-09-17,,,,,p2");
    // Names alone never identify, however rare.
    check(
        &family,
        "q,PETER,,QUILLFEATHER,,,,,,,p2",
        ["withheld", "right"],
    );
    check(&family, "q,,,,,,,,,,p2", ["withheld", ""]);
}

fn problem(people: &str, requests: &str, learn: Option<Split>, part: &str) {
    let set = Set::of(people, requests);
    let error = set.run(learn).unwrap_err().to_string();
    assert!(error.contains(part) && !error.contains('\n'), "{error}");
}

#[test]
fn odd_files_end_in_a_sentence() {
    let people = table(HEADING, &strangers());
    let asked = format!("{HEADING},truth");
    let good = table(&asked, &["q,A,,B,,,,,,,s1".to_owned()]);
    problem("", &good, None, "people.csv` is empty");
    problem(&format!("{HEADING}\n"), &good, None, "has no rows");
    problem(
        &people,
        &people,
        None,
        "0 columns named `truth`, and the map's key `truth`",
    );
    problem(
        &people.replacen("middle", "given", 1),
        &good,
        None,
        "2 columns named `given`",
    );
    problem(
        &format!("{people}s1,,,,,,,,,\n"),
        &good,
        None,
        "line 202: the `id` was given before",
    );
    problem(
        &format!("{people},,,,,,,,,\n"),
        &good,
        None,
        "line 202: the `id` is empty",
    );
    problem(
        &format!("{people}x,y\n"),
        &good,
        None,
        "line 202: has 2 cells, the heading has 10",
    );
    problem(
        &people,
        &good.replace("s1", "nobody"),
        None,
        "no `truth` that is an `id`",
    );
    problem(
        &people,
        &good,
        Some(Split::List("/nowhere/x.csv".into())),
        "cannot be read",
    );
    problem(&people, &good, Some(Split::Share(1)), "to learn from and");
    assert!(Split::parse("1.5").is_err() && Split::parse("0.3").is_ok());
}

#[test]
fn odd_cells_are_read() {
    let people = format!("\u{feff}{}", table(HEADING, &strangers()));
    let long = "x".repeat(1 << 20);
    let rows = [
        format!("q1,\"{long}\",,\"a\"\"b, c\",,{long},1,2,3,4,"),
        "q2,\"new\nline\",,\"\",,31/12/1980,,,,,s2".to_owned(),
        "q3,\u{1F600},\u{0},\u{202e}abc,,0000-00-00,,,,-1,gone".to_owned(),
    ];
    let set = Set::of(&people, &table(&format!("{HEADING},truth"), &rows));
    let report = set.run(None).unwrap();
    assert_eq!(
        (
            report.requests,
            report.truth_not_on_file,
            report.all.present
        ),
        (3, 1, 1)
    );
    assert_eq!(report.all.released, 0);
}

/// Requests about the strangers, spoilt in one place each; every fifth about nobody on file.
fn spoilt(seed: u64) -> Vec<String> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut number = move |below: u32| random.next_u32() % below;
    let one = |(at, row): (usize, &String)| {
        let mut cells: Vec<String> = row.split(',').map(str::to_owned).collect();
        let truth = if at.is_multiple_of(5) {
            String::new()
        } else {
            cells[0].clone()
        };
        cells[0] = format!("q{at}");
        if truth.is_empty() {
            cells[1] = "ZENOBIA".into();
            cells[5] = format!("19{}-0{}-11", 40 + number(50), 1 + number(9));
        }
        let spoil = [1, 3, 5, 6, 7, 8, 9][number(7) as usize];
        match number(3) {
            0 => cells[spoil].clear(),
            1 => drop(cells[spoil].pop()),
            _ => cells[spoil].push('7'),
        }
        format!("{},{truth}", cells.join(","))
    };
    strangers().iter().enumerate().map(one).collect()
}

fn shuffled(mut rows: Vec<String>, seed: u64) -> Vec<String> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    for last in (1..rows.len()).rev() {
        rows.swap(last, random.next_u32() as usize % (last + 1));
    }
    rows
}

#[test]
fn the_order_of_rows_never_changes_a_result() {
    let heading = format!("{HEADING},truth");
    for learn in [None, Some(Split::Share(400_000))] {
        let straight = Set::of(&table(HEADING, &strangers()), &table(&heading, &spoilt(1)));
        let report = straight.run(learn.clone()).unwrap();
        for seed in 2..4 {
            let people = shuffled(strangers(), seed);
            let other = Set::of(
                &table(HEADING, &people),
                &table(&heading, &shuffled(spoilt(1), seed + 10)),
            );
            let again = other.run(learn.clone()).unwrap();
            assert_eq!(straight.results(), other.results());
            assert_eq!(report.strata, again.strata);
        }
        assert_eq!(report.learned_from > 0, learn.is_some());
        assert_eq!(straight.results().len() as u64 + report.learned_from, 200);
        assert!(report.all.recall_at_zero > 0.8, "{:?}", report.all);
    }
}

#[test]
fn comparing_with_everybody_finds_what_blocking_finds() {
    let set = Set::of(
        &table(HEADING, &strangers()),
        &table(&format!("{HEADING},truth"), &spoilt(5)),
    );
    let map = parse_map(MAP).unwrap();
    let (people, requests) = (
        set.path().join("people.csv"),
        set.path().join("requests.csv"),
    );
    let loaded = load((&people, &map.people), (&requests, &map.requests)).unwrap();
    let near = Neighbours::of(&loaded);
    let index = Index::of(&loaded);
    let (blocked, all) = (
        Matcher::new(&loaded, &near, Some(&index)),
        Matcher::new(&loaded, &near, None),
    );
    let model = Model::default();
    let (mut reached, mut present) = (0, 0);
    for request in &loaded.requests {
        let (fast, slow) = (blocked.decide(&model, request), all.decide(&model, request));
        present += u32::from(request.truth.is_some());
        if fast.reached {
            reached += 1;
            assert_eq!(fast.best, slow.best);
            // Blocking leaves out weak rivals only.
            assert!(
                fast.score >= slow.score && fast.score - slow.score < 50,
                "{fast:?} {slow:?}"
            );
        }
    }
    assert!(reached * 100 >= present * 99, "{reached} of {present}");
}

#[test]
fn names_are_counted_by_how_they_agree() {
    let family = [
        "p1,ROBERT,JAMES,GRANWOOD,,1961-02-03,9,Elm street,Reno,89501",
        "p2,MARIA,,LINDSTONE,,1970-05-06,11,Oak street,Reno,89501",
    ];
    let mut people = strangers();
    people.extend(family.map(str::to_owned));
    let requests = [
        "r1,BOB,J,GRANWOOD,,1961-02-03,9,Elm street,Reno,89501,p1",
        "r2,MARIA,,LINDSTONES,,1970-05-06,11,Oak street,Reno,89501,p2",
        "r3,MARIA,,LINDSTONE,,1970-05-06,11,Oak street,Reno,89501,",
    ];
    let set = Set::of(
        &table(HEADING, &people),
        &table(&format!("{HEADING},truth"), &requests.map(str::to_owned)),
    );
    let pairs = set.run(None).unwrap().name_pairs;
    let counts = |counts: &[(&'static str, u64)]| counts.iter().copied().collect();
    assert_eq!(pairs.person.pairs, 2);
    assert_eq!(pairs.person.given, counts(&[("exact", 1), ("nickname", 1)]));
    assert_eq!(
        pairs.person.middle,
        counts(&[("initial", 1), ("missing", 1)])
    );
    assert_eq!(pairs.person.surname, counts(&[("alike", 1), ("exact", 1)]));
    // Of those drawn, nobody bears another's name more often than one in ten.
    assert_eq!(pairs.anybody.pairs, 200_000);
    let different = pairs.anybody.surname["different"] as f64 / 200_000.0;
    assert!(different > 0.8, "{different}");
}

/// Two hundred requests about the strangers, every third with a slip in its surname, and their truths.
fn about_strangers(truth: impl Fn(usize) -> String) -> String {
    let rows: Vec<String> = strangers()
        .iter()
        .enumerate()
        .map(|(n, row)| {
            let mut cells: Vec<String> = row.split(',').map(str::to_owned).collect();
            cells[0] = format!("q{n}");
            if n % 3 == 0 {
                cells[3].pop();
            }
            format!("{},{}", cells.join(","), truth(n))
        })
        .collect();
    table(&format!("{HEADING},truth"), &rows)
}

#[test]
fn without_a_split_no_truth_is_read() {
    let people = table(HEADING, &strangers());
    let scores = |truth: &dyn Fn(usize) -> String| {
        let set = Set::of(&people, &about_strangers(truth));
        set.run(None).unwrap();
        let results = set.results();
        let scores = results.into_iter().map(|(id, row)| {
            // Verdicts follow the truths; outcome, reason and score do not.
            (id, [row[0].clone(), row[2].clone(), row[3].clone()])
        });
        scores.collect::<BTreeMap<_, _>>()
    };
    let right = scores(&|n| format!("s{n}"));
    assert_eq!(right.len(), 200);
    assert!(right.values().any(|row| row[0] == "identified"));
    assert_eq!(scores(&|n| format!("s{}", (n + 7) % 200)), right);
    assert_eq!(
        scores(&|n| if n == 0 {
            "s0".to_owned()
        } else {
            String::new()
        }),
        right
    );
}

#[test]
fn the_number_of_threads_never_changes_a_result() {
    let set = Set::of(
        &table(HEADING, &strangers()),
        &table(&format!("{HEADING},truth"), &spoilt(3)),
    );
    for learn in [None, Some(Split::Share(400_000))] {
        let bytes = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
            let pool = pool.build().unwrap();
            let report = pool.install(|| set.run(learn.clone()).unwrap());
            assert_eq!(report.threads, threads);
            fs::read(set.path().join("out/results.csv")).unwrap()
        };
        let one = bytes(1);
        assert!(one == bytes(2) && one == bytes(5), "{learn:?}");
    }
}

#[test]
fn nobody_is_named() {
    let set = Set::of(
        &table(HEADING, &strangers()),
        &table(&format!("{HEADING},truth"), &spoilt(4)),
    );
    set.run(None).unwrap();
    for file in ["results.csv", "report.json"] {
        let text = fs::read_to_string(set.path().join("out").join(file)).unwrap();
        let words = text.split(|c: char| !c.is_alphanumeric());
        let person = |word: &str| {
            word.strip_prefix('s')
                .is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
        };
        assert!(!words.into_iter().any(person), "{file}");
    }
}

/// The same requests written otherwise give the same results.
#[track_caller]
fn alike(people: &[u8], requests: &[u8]) {
    let heading = format!("{HEADING},truth");
    let plain = Set::of(&table(HEADING, &strangers()), &table(&heading, &spoilt(6)));
    plain.run(None).unwrap();
    let other = Set::of("", "");
    fs::write(other.path().join("people.csv"), people).unwrap();
    fs::write(other.path().join("requests.csv"), requests).unwrap();
    other.run(None).unwrap();
    assert_eq!(plain.results(), other.results());
}

#[test]
fn other_ways_to_write_a_csv() {
    let heading = format!("{HEADING},truth");
    let (people, requests) = (table(HEADING, &strangers()), table(&heading, &spoilt(6)));
    let same = |change: &dyn Fn(&str) -> String| {
        alike(change(&people).as_bytes(), change(&requests).as_bytes());
    };
    same(&|text| format!("\u{feff}{text}"));
    same(&|text| text.replace(',', ";"));
    same(&|text| text.replace(',', "\t"));
    same(&|text| text.replace(',', "|"));
    same(&|text| text.replace('\n', "\r\n"));
    same(&|text| text.replace('\n', "\r"));
    same(&|text| text.replace(',', "\u{0},"));
    same(&|text| text.replace(',', " ,\u{a0}"));
    // House and postcode as a data frame with gaps writes numbers.
    let fractions = |text: &str| {
        let row = |row: &str| {
            let number = |cell: &str| {
                let whole = !cell.is_empty() && cell.bytes().all(|byte| byte.is_ascii_digit());
                if whole {
                    format!("{cell}.0")
                } else {
                    cell.to_owned()
                }
            };
            row.split(',').map(number).collect::<Vec<_>>().join(",")
        };
        text.lines().map(row).collect::<Vec<_>>().join("\n")
    };
    same(&fractions);
    alike(people.as_bytes(), fractions(&requests).as_bytes());
}

#[test]
fn letters_of_windows_are_letters() {
    let rows = vec!["s900,JÖRG,,MÜLLER,,1950-01-02,9,OAK ST,TOWN3,10555".to_owned()];
    let people = table(HEADING, &[strangers(), rows].concat());
    let windows: Vec<u8> = people
        .chars()
        .map(|c| u8::try_from(u32::from(c)).unwrap())
        .collect();
    assert!(std::str::from_utf8(&windows).is_err());
    let asked = "q,Jörg,,Müller,,1950-01-02,9,Oak St,Town3,10555,s900".to_owned();
    let set = Set::of("", &table(&format!("{HEADING},truth"), &[asked]));
    fs::write(set.path().join("people.csv"), windows).unwrap();
    set.run(None).unwrap();
    let results = set.results();
    assert_eq!(results["q"][1], "right", "{results:?}");
}

#[test]
fn files_of_another_kind_end_in_a_sentence() {
    let people = table(HEADING, &strangers());
    let asked = table(&format!("{HEADING},truth"), &["q,A,,B,,,,,,,s1".to_owned()]);
    let check = |bytes: &[u8], part: &str| {
        let set = Set::of("", &asked);
        fs::write(set.path().join("people.csv"), bytes).unwrap();
        let error = set.run(None).unwrap_err().to_string();
        assert!(error.contains(part) && !error.contains('\n'), "{error}");
    };
    let wide: Vec<u8> = people.encode_utf16().flat_map(u16::to_le_bytes).collect();
    check(&[&[0xff, 0xfe], &wide[..]].concat(), "is UTF-16");
    check(&[0; 5_000], "is empty");
    check(b"PAR1\0\0\0\0PAR1", "0 columns named `id`");
    // A quotation mark that is never closed does not fill the memory.
    let open = format!("{people}\"{}", "x".repeat(80 << 20));
    check(open.as_bytes(), "has a row of more than 64 MiB");
}

#[test]
fn thousands_of_one_name_are_bounded() {
    let row = |n: usize| {
        let (year, month, day) = (1930 + n % 70, 1 + n % 12, 1 + n % 28);
        format!(
            "JOHN,,SMITH,,{year}-{month:02}-{day:02},{},OAK ST,TOWN,10555",
            1 + n % 900
        )
    };
    let people: Vec<String> = (0..6_000).map(|n| format!("s{n},{}", row(n))).collect();
    let asked: Vec<String> = (0..20).map(|n| format!("q{n},{},s{n}", row(n))).collect();
    let set = Set::of(
        &table(HEADING, &people),
        &table(&format!("{HEADING},truth"), &asked),
    );
    let map = parse_map(MAP).unwrap();
    let (people, requests) = (
        set.path().join("people.csv"),
        set.path().join("requests.csv"),
    );
    let loaded = load((&people, &map.people), (&requests, &map.requests)).unwrap();
    let (near, index) = (Neighbours::of(&loaded), Index::of(&loaded));
    for request in &loaded.requests {
        let found = index.candidates(&loaded, &near, &request.form);
        assert!(
            found.people.len() <= 8_000 && found.people.len() < 6_000,
            "{}",
            found.people.len()
        );
        assert!(found.unread > 0 && found.people.contains(&request.truth.unwrap()));
    }
    let report = set.run(None).unwrap();
    assert_eq!(report.all.wrong, 0, "{:?}", report.all);
}

#[test]
fn a_household_of_sixty_is_told_apart_or_not_at_all() {
    let starts = [
        "AL", "BER", "CHRIS", "DAN", "EL", "FRED", "GIL", "HAR", "IS", "JO",
    ];
    let ends = ["AN", "ETTE", "IN", "ERT", "MA", "US"];
    let row = |n: usize| {
        let (start, end) = (starts[n / 6], ends[n % 6]);
        format!(
            "{start}{end},,QUILL,,19{}-01-0{},12,OAK ST,TOWN3,10555",
            30 + n,
            1 + n % 9
        )
    };
    let mut people = strangers();
    // Every other one is on file.
    people.extend((0..60).step_by(2).map(|n| format!("h{n},{}", row(n))));
    let asked: Vec<String> = (0..60)
        .map(|n| {
            let truth = if n % 2 == 0 {
                format!("h{n}")
            } else {
                String::new()
            };
            format!("q{n},{},{truth}", row(n))
        })
        .collect();
    let set = Set::of(
        &table(HEADING, &people),
        &table(&format!("{HEADING},truth"), &asked),
    );
    let report = set.run(None).unwrap();
    assert_eq!(report.all.wrong, 0, "{:?}", report.all);
    assert!(report.all.recall_at_zero > 0.9, "{:?}", report.all);
}
