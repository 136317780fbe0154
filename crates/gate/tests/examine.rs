//! `countersign examine` and `countersign template` as a requester runs them: the program itself, on
//! files, with golden output. `UPDATE=1` rewrites the golden files.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::expect_used
)]

mod common;

use std::{collections::BTreeSet, fs};

use common::{COURT, World, check_golden, court_row, schema};
use serde_json::Value;

#[test]
fn the_courts_strings_as_text() {
    let world = World::new();
    let run = world.court("court.csv").examine(&["--color", "never"]);
    assert_eq!(run.code, 1);
    assert!(run.text.lines().all(|line| line.chars().count() <= 100));
    check_golden("court.txt", &run.text);
}

#[test]
fn the_courts_strings_in_colour_are_the_same_words() {
    let world = World::new();
    let request = world.court("court.csv");
    let plain = request.examine(&["--color", "never"]).text;
    let coloured = request.examine(&["--color", "always"]).text;
    assert!(coloured.contains("\u{1b}[1;31m✗ address.placeholder\u{1b}[0m"));
    let mut stripped = String::new();
    let mut rest = coloured.as_str();
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        stripped.push_str(before);
        rest = after.split_once('m').unwrap().1;
    }
    assert_eq!(format!("{stripped}{rest}"), plain);
    let by_itself = request.examine(&[]).text;
    assert_eq!(by_itself, plain, "no colour where output is no terminal");
}

#[test]
fn the_courts_strings_as_json() {
    let world = World::new();
    let run = world.court("court.csv").examine(&["--format", "json"]);
    assert_eq!(run.code, 1);
    let document: Value = serde_json::from_str(&run.text).unwrap();
    schema::check("examine.schema.json", &document);
    let keys: Vec<&String> = document.as_object().unwrap().keys().collect();
    let expected: BTreeSet<&str> = ["request", "findings", "rows", "counts", "not_examined"].into();
    assert_eq!(
        keys.iter().map(|key| key.as_str()).collect::<BTreeSet<_>>(),
        expected
    );
    let counts = &document["counts"];
    let of = |key: &str| counts[key].as_u64().unwrap();
    assert_eq!(of("rows"), u64::try_from(COURT.len()).unwrap());
    assert_eq!(of("rows"), of("admissible") + of("rejected"));
    for (row, (address, rule)) in document["rows"].as_array().unwrap().iter().zip(COURT) {
        let rules: Vec<&str> = (row["findings"].as_array().unwrap().iter())
            .map(|finding| finding["rule"].as_str().unwrap())
            .collect();
        assert_eq!(row["admissible"], rule.is_empty(), "{address}");
        assert!(
            rule.is_empty() || rules.contains(rule),
            "{address}: {rules:?}"
        );
    }
    check_golden("court.json", &run.text);
}

#[test]
fn the_courts_strings_as_sarif() {
    let world = World::new();
    let run = world.court("court.csv").examine(&["--format", "sarif"]);
    assert_eq!(run.code, 1);
    let document: Value = serde_json::from_str(&run.text).unwrap();
    schema::check("sarif-essentials.schema.json", &document);
    let run_of = &document["runs"][0];
    let rules = run_of["tool"]["driver"]["rules"].as_array().unwrap();
    for result in run_of["results"].as_array().unwrap() {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
        let level = match result["properties"]["class"].as_str().unwrap() {
            "deficient" => "error",
            "question" => "warning",
            _ => "note",
        };
        assert_eq!(result["level"], level);
        let location = &result["locations"][0];
        let line = &location["physicalLocation"]["region"]["startLine"];
        let place = &location["logicalLocations"][0]["fullyQualifiedName"];
        let place = place.as_str().unwrap();
        let row: String = place.chars().filter(char::is_ascii_digit).collect();
        assert_eq!(line.to_string(), row, "{place}");
    }
    check_golden("court.sarif", &run.text);
}

#[test]
fn all_forms_tell_the_same_findings() {
    let world = World::new();
    let request = world.court("court.csv");
    let json = request.json();
    let text = request.examine(&["--rows", "all"]).text;
    let (_, listed) = text.split_once("Rows with findings").unwrap();
    let listed = listed.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut of_json: Vec<(String, String)> = Vec::new();
    for row in json["rows"].as_array().unwrap() {
        for finding in row["findings"].as_array().unwrap() {
            let of = |key: &str| finding[key].as_str().unwrap();
            let line = format!("{} {} [{}]", of("cell"), of("message"), of("rule"));
            assert!(listed.contains(&line), "{line}");
            of_json.push((of("rule").to_owned(), format!("Subjects!{}", of("cell"))));
        }
    }
    let sarif: Value = serde_json::from_str(&request.examine(&["--format", "sarif"]).text).unwrap();
    let of_sarif: Vec<(String, String)> = (sarif["runs"][0]["results"].as_array().unwrap().iter())
        .map(|result| {
            let place = &result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"];
            let rule = result["ruleId"].as_str().unwrap();
            (rule.to_owned(), place.as_str().unwrap().to_owned())
        })
        .collect();
    assert_eq!(of_json, of_sarif);
}

#[test]
fn a_clean_request_ends_with_zero_and_says_so() {
    let world = World::new();
    let request = world.request("clean.csv", &[court_row(0, "1420 Marlin St")]);
    let run = request.examine(&[]);
    assert_eq!(
        (run.code, run.text.contains("No findings.")),
        (0, true),
        "{}",
        run.text
    );
    let json = request.json();
    assert_eq!(json["rows"][0]["findings"], serde_json::json!([]));
    assert_eq!(json["not_examined"], serde_json::json!([]));
}

#[test]
fn without_the_agreement_its_rules_are_named() {
    let world = World::new();
    let request = world.request("clean.csv", &[court_row(0, "1420 Marlin St")]);
    let run = request.examine_without_agreement(&["--format", "json"]);
    let json: Value = serde_json::from_str(&run.text).unwrap();
    let not_examined = json["not_examined"].as_array().unwrap();
    assert!(not_examined.contains(&Value::from("statute.not_agreed")));
    assert_eq!(json["request"]["agreement"], Value::Null);
}

#[test]
fn what_cannot_be_read_ends_with_two() {
    let world = World::new();
    world.file("broken.xlsx", b"PK\x03\x04 not really");
    world.file("open.csv", b"given_names,surnames\n\"never closed\n");
    for (name, say) in [
        ("broken.xlsx", "broken.xlsx"),
        ("open.csv", "open.csv"),
        ("absent.csv", "absent.csv"),
    ] {
        let run = world.run(&["examine", name]);
        assert_eq!(run.code, 2, "{name}");
        assert!(
            run.errors.contains(say) && run.text.is_empty(),
            "{}",
            run.errors
        );
    }
    assert_eq!(
        world
            .run(&["examine", "open.csv", "--as-of", "yesterday"])
            .code,
        2
    );
    assert_eq!(
        world.run(&["examine", "open.csv", "--rows", "many"]).code,
        2
    );
    assert_eq!(
        world.run(&["examine", "open.csv", "--format", "pdf"]).code,
        2
    );
}

#[test]
fn a_full_disk_ends_with_four() {
    let world = World::new();
    let request = world.court("court.csv");
    let full = fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let status = request
        .command(&["--format", "json"])
        .stdout(full)
        .status()
        .unwrap();
    assert_eq!(status.code(), Some(4));
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let world = World::new();
    let rows: Vec<_> = (0..3000)
        .map(|number| court_row(number, "Unknown Address"))
        .collect();
    let request = world.request("long.csv", &rows);
    let mut child = (request.command(&["--format", "json"]))
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(1));
}

#[test]
fn a_hostile_value_cannot_command_the_terminal() {
    let world = World::new();
    let mut row = court_row(0, "1420 Marlin St");
    let statute = row
        .iter_mut()
        .find(|(header, _)| header == "statute")
        .unwrap();
    statute.1 = "8 U.S.C. 1253\u{1b}[2J\u{202e}(z)".to_owned();
    let run = world
        .request("hostile.csv", &[row])
        .examine(&["--color", "never"]);
    assert_eq!(run.code, 1);
    assert!(!run.text.contains(['\u{1b}', '\u{202e}']), "{}", run.text);
}

#[test]
fn rows_and_formats_do_not_change_findings() {
    let world = World::new();
    let mut rows: Vec<_> = (COURT.iter().enumerate())
        .map(|(number, (address, _))| court_row(number, address))
        .collect();
    let by_person = |json: &Value| -> Vec<(u64, Vec<String>)> {
        let rows = json["rows"].as_array().unwrap().iter();
        rows.map(|row| {
            let findings = row["findings"].as_array().unwrap().iter();
            let rules = findings.map(|finding| finding["rule"].as_str().unwrap().to_owned());
            (row["row"].as_u64().unwrap(), rules.collect())
        })
        .collect()
    };
    let csv = by_person(&world.request("a.csv", &rows).json());
    let xlsx = by_person(&world.xlsx("a.xlsx", &rows).json());
    assert_eq!(csv, xlsx);
    rows.reverse();
    let reversed = by_person(&world.request("b.csv", &rows).json());
    let rules =
        |rows: &[(u64, Vec<String>)]| rows.iter().map(|row| row.1.clone()).collect::<Vec<_>>();
    let mut turned = rules(&reversed);
    turned.reverse();
    assert_eq!(rules(&csv), turned);
}

#[test]
fn many_rows_in_batches_keep_their_order_and_their_findings() {
    let world = World::new();
    let rows: Vec<_> = (0..5000)
        .map(|number| {
            let address = if number % 3 == 0 {
                "Unknown Address"
            } else {
                "1420 Marlin St"
            };
            court_row(number, address)
        })
        .collect();
    let json = world.request("many.csv", &rows).json();
    let listed = json["rows"].as_array().unwrap();
    assert_eq!(listed.len(), 5000);
    for (number, row) in listed.iter().enumerate() {
        assert_eq!(row["row"], number + 2);
        let findings = row["findings"].as_array().unwrap();
        let has = |rule: &str| findings.iter().any(|finding| finding["rule"] == rule);
        assert_eq!(has("address.placeholder"), number % 3 == 0, "row {number}");
        assert!(has("subject.repeated"), "row {number}");
        let line = (number + 2).to_string();
        let here = |finding: &Value| finding["cell"].as_str().unwrap().ends_with(&line);
        assert!(findings.iter().all(here), "row {number}");
    }
    let text = world.request("many.csv", &rows).examine(&[]).text;
    assert!(text.contains("address.placeholder  1,667 rows"), "{text}");
    assert!(
        text.lines().count() < 90,
        "a large request stays short: {text}"
    );
}

#[test]
fn a_template_reads_back_and_is_not_written_twice() {
    let world = World::new();
    let run = world.run(&["template", "t.xlsx", "--agreement", "agreement.note"]);
    assert_eq!((run.code, run.errors.as_str()), (0, ""));
    let bytes = fs::read(world.path("t.xlsx")).unwrap();
    let json = world.named("t.xlsx", &[]).json();
    assert_eq!(json["rows"], serde_json::json!([]));
    let rules: BTreeSet<&str> = (json["findings"].as_array().unwrap().iter())
        .map(|finding| finding["rule"].as_str().unwrap())
        .collect();
    assert_eq!(rules, BTreeSet::from(["cover.missing", "request.empty"]));
    let again = world.run(&["template", "t.xlsx"]);
    assert_eq!(again.code, 2);
    assert_eq!(fs::read(world.path("t.xlsx")).unwrap(), bytes);
}
