//! The defects that courts and watchdogs found in 2025 and 2026, each a named test.
//!
//! Place in the flow: the table below is written to `docs/src/law-to-test.md`, together with the
//! checks that stage A carries out and the rules that do so; a difference fails the test, and
//! `UPDATE=1` rewrites the page. `docs/src/rules.md` likewise lists every rule.
//!
//! Left to others: stage B's cases (identity), caseload over several requests (keeper).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use std::fmt::Write;

use countersign_statute as statute;
use instrument::agreement::Agreement;
use model::{
    column::Column,
    finding::{FindingClass, FindingView},
};
use statute::{
    Channel, Outcome, RowFindings, Terms, TinAcceptance, examination::Examination, rules, sample,
};

/// A finding of a court or watchdog, with the tests that hold it.
struct Source {
    date: &'static str,
    by: &'static str,
    found: &'static str,
    tests: &'static [&'static str],
}

macro_rules! sources {
    ($(($date:literal, $by:literal, $found:literal, [$($test:ident),*]);)*) => {
        const SOURCES: &[Source] = &[$(Source {
            date: $date,
            by: $by,
            found: $found,
            tests: &[$({ let _: fn() = $test; stringify!($test) }),*],
        }),*];
    };
}

sources![
    ("12 May 2025", "D.D.C., *Centro*", "the agreement is not contrary to section 6103; the court cannot assume civil use", [a_criminal_statute_is_required, civil_purposes_are_refused]);
    ("21 Nov 2025", "D.D.C., *Center for Taxpayer Rights*", "one official named as personally and directly engaged in 1.28 million matters", [one_officer_on_many_rows]);
    ("5 Feb 2026", "D. Mass.", "no specific criminal investigation; shared surnames and buildings; people with deferred action swept in; file kept by somebody undesignated", [an_undesignated_recipient, one_address_for_many, a_case_number_is_required, deferred_action_is_refused]);
    ("11 Feb 2026", "Romo declaration", "nearly 5 per cent released on incomplete addresses; the filter only checked for blanks", [placeholders_are_refused]);
    ("24 Feb 2026", "D.C. Cir., *Centro*", "addresses may be disclosed on a valid request", [a_valid_row_passes]);
    ("26 Feb 2026", "D.D.C.", "about 42,695 rows released without confirming that the request set forth the address; digits like a ZIP code sufficed", [the_courts_strings, a_zip_code_alone, a_facility_alone]);
    ("8 Jun 2026", "TIGTA", "criteria neither matched consistently nor rejected all bad rows; safeguard findings open", [formatting_does_not_matter, every_required_cell_is_missed, safeguards_must_be_current]);
];

fn examine_under(
    agreement: &Agreement,
    rows: &[Vec<(Column, &str)>],
) -> (Vec<RowFindings>, Outcome) {
    let mut examination = Examination::new(Terms {
        as_of: sample::AS_OF.parse().unwrap(),
        agreement: Some(agreement),
        book: statute::statute_book(),
        accepts: TinAcceptance::NeverIssuedOnly,
        channel: Channel::Open,
    });
    examination.cover(&sample::cover());
    examination.sheet(1, sample::columns());
    let mut found = Vec::new();
    for (number, changes) in rows.iter().enumerate() {
        let mut values = sample::values(number);
        for (column, text) in changes {
            values.retain(|(other, _)| other != column);
            values.push((*column, (*text).to_owned()));
        }
        found.push(examination.row(&sample::row(number as u32 + 2, &values)));
    }
    (found, examination.finish())
}

fn examine(rows: &[Vec<(Column, &str)>]) -> (Vec<RowFindings>, Outcome) {
    examine_under(&sample::agreement().unwrap(), rows)
}

/// One row with these changes: ids of its deficient findings.
fn deficient(changes: &[(Column, &str)]) -> Vec<&'static str> {
    let (rows, _) = examine(&[changes.to_vec()]);
    let findings = rows[0].findings.iter();
    findings
        .filter(|finding| finding.class == FindingClass::Deficient)
        .map(|finding| finding.rule.0)
        .collect()
}

fn check_refused(changes: &[(Column, &str)], by: &str) {
    let found = deficient(changes);
    assert!(
        found.iter().any(|id| id.starts_with(by)),
        "{changes:?}: {found:?}"
    );
}

fn check_passes(changes: &[(Column, &str)]) {
    assert_eq!(deficient(changes), Vec::<&str>::new(), "{changes:?}");
}

#[test]
fn a_criminal_statute_is_required() {
    for civil in [
        "8 U.S.C. 1324d",
        "8 USC 1229c(d)",
        "8 USC 1325(b)",
        "8 USC 1253(c)",
        "8 USC 1182(a)(6)",
        "8 USC 1227(a)(1)(B)",
        "8 USC 1229a",
        "8 U.S.C. § 1231(a)(5)",
        "INA 240",
    ] {
        check_refused(&[(Column::Statute, civil)], "statute.civil");
    }
    check_refused(&[(Column::Statute, "")], "statute.unread");
    check_refused(
        &[(Column::Statute, "final order of removal")],
        "statute.unread",
    );
    check_refused(&[(Column::Statute, "26 USC 7201")], "statute.tax");
    check_refused(&[(Column::Statute, "8 USC 1253")], "statute.subsection");
    check_refused(&[(Column::Statute, "8 USC 1324(a)")], "statute.unlisted");
}

#[test]
fn civil_purposes_are_refused() {
    for reason in [
        "Subject has a final order; ERO wants to locate and remove the subject from the last known street",
        "The address will be used to execute the final order of removal against this person in the spring",
    ] {
        check_refused(&[(Column::Reason, reason)], "reason.civil_purpose");
    }
}

#[test]
fn one_officer_on_many_rows() {
    let rows: Vec<Vec<(Column, &str)>> = vec![Vec::new(); 26];
    let (_, outcome) = examine(&rows);
    assert_eq!((outcome.counts.rows, outcome.counts.admissible), (26, 0));
    for row in 2..28 {
        let ids: Vec<&str> = outcome
            .later
            .of(1, row)
            .iter()
            .map(|finding| finding.rule.0)
            .collect();
        assert!(ids.contains(&"officer.over_cap"), "row {row}: {ids:?}");
    }
    let (_, outcome) = examine(&rows[..25]);
    assert!(
        outcome
            .later
            .iter()
            .all(|(_, _, finding)| finding.rule.0 != "officer.over_cap")
    );
}

#[test]
fn an_undesignated_recipient() {
    check_refused(&[(Column::OfficerId, "OFF-7777")], "officer.not_designated");
    check_refused(&[(Column::OfficerId, "off-1001")], "officer.not_designated");
    check_refused(&[(Column::OfficerId, "")], "officer.missing");
}

/// What the agreement designates is an id, whatever it looks like.
#[test]
fn a_designated_id_is_no_placeholder() {
    let mut agreement = sample::agreement().unwrap();
    for id in ["77777", "12345", "A-1-and-A-2"] {
        agreement.officers.push(id.parse().unwrap());
        let (rows, _) = examine_under(&agreement, &[vec![(Column::OfficerId, id)]]);
        assert!(rows[0].findings.is_empty(), "{id}: {:?}", rows[0].findings);
    }
}

/// One name under many ids, and one id under many names, are asked about.
#[test]
fn officers_who_share_a_name_or_an_id() {
    let asked = |rows: &[Vec<(Column, &str)>]| -> Vec<u32> {
        let mut agreement = sample::agreement().unwrap();
        agreement.budgets.open_subjects_per_officer = 2;
        let (_, outcome) = examine_under(&agreement, rows);
        (outcome.later.iter())
            .filter(|(_, _, finding)| finding.rule.0 == "officer.identity")
            .map(|(_, row, _)| row)
            .collect()
    };
    let other = vec![(Column::OfficerId, "OFF-1002")];
    let named = vec![(Column::OfficerName, "Lee Park")];
    let nameless = vec![(Column::OfficerName, "")];
    assert_eq!(asked(&[vec![], vec![], other.clone()]), [2, 3, 4]);
    assert_eq!(asked(&[vec![], other]), [] as [u32; 0]);
    assert_eq!(asked(&[vec![], named.clone()]), [2, 3]);
    assert_eq!(asked(&[vec![], nameless.clone()]), [] as [u32; 0]);
    assert_eq!(asked(&[vec![], named, nameless]), [2, 3, 4]);
}

#[test]
fn one_address_for_many() {
    let home = [
        (Column::AddressLine1, "40 Ryland St"),
        (Column::AddressLine2, ""),
    ];
    let (_, outcome) = examine(&[home.to_vec(), home.to_vec(), home.to_vec(), Vec::new()]);
    let asked: Vec<u32> = (outcome.later.iter())
        .filter(|(_, _, finding)| finding.rule.0 == "address.reused")
        .map(|(_, row, _)| row)
        .collect();
    assert_eq!(asked, [2, 3, 4]);
}

/// Three keys say that two rows are one person; each row is told once.
#[test]
fn a_repeated_person_is_told_once() {
    let values = sample::values(0);
    let same: Vec<(Column, &str)> = (values.iter())
        .filter(|(column, _)| !matches!(column, Column::CaseNumber | Column::Reason))
        .map(|(column, text)| (*column, text.as_str()))
        .collect();
    let (_, outcome) = examine(&[same.clone(), same]);
    let told: Vec<(u32, &str)> = (outcome.later.iter())
        .map(|(_, row, finding)| (row, finding.rule.0))
        .collect();
    assert_eq!(told, [(2, "subject.repeated"), (3, "subject.repeated")]);
}

#[test]
fn a_case_number_is_required() {
    for text in [
        "", "N/A", "none", "TBD", "pending", "00000", "see file", "2.02E+11",
    ] {
        check_refused(&[(Column::CaseNumber, text)], "case.number");
    }
    check_refused(&[(Column::CaseOpenedOn, "")], "case.opened_on");
}

#[test]
fn deferred_action_is_refused() {
    for relief in [
        "DACA",
        "deferred action",
        "TPS",
        "withholding of removal",
        "stay of removal",
    ] {
        check_refused(&[(Column::StayOrRelief, relief)], "order.stay");
    }
}

#[test]
fn placeholders_are_refused() {
    for text in [
        "N/A",
        "none",
        "Unknown",
        "UNKNOWN ADDRESS",
        "XXXXX",
        "TBD",
        "Homeless",
        "see file",
        "Same as above",
        "test",
        "refused",
        "not provided",
        "no address",
        "-",
        "?",
        ".",
    ] {
        check_refused(
            &[(Column::AddressLine1, text), (Column::AddressLine2, "")],
            "address.",
        );
    }
    check_refused(
        &[(Column::AddressLine1, ""), (Column::AddressLine2, "")],
        "address.incomplete",
    );
}

#[test]
fn a_valid_row_passes() {
    check_passes(&[]);
    check_passes(&[(Column::AsksFor, "address")]);
    check_passes(&[
        (Column::Statute, "18 U.S.C. 1546(a)"),
        (Column::ActDate, "2024-08-19"),
    ]);
    check_passes(&[
        (Column::Statute, "8 U.S.C. 1326(a)"),
        (Column::ActDate, "2025-02-03"),
        (Column::FinalOrderDate, "2019-03-04"),
    ]);
    let (_, outcome) = examine(&[vec![], vec![], vec![]]);
    assert_eq!(
        (
            outcome.counts.admissible,
            outcome.request.len(),
            outcome.later.len()
        ),
        (3, 0, 0)
    );
}

#[test]
fn the_courts_strings() {
    for string in [
        "Failed to Provide",
        "Unknown Address",
        "NA NA",
        "Don't Care 12345",
    ] {
        let variants = [
            string.to_owned(),
            string.to_uppercase(),
            string.to_lowercase(),
            format!("  {}  ", string.replace(' ', "   ")),
            string.replace(' ', "-"),
            format!("{string}."),
            string.replace('\'', "’"),
            string.replace('o', "о").replace('a', "а"),
            format!("{string}, 89501"),
        ];
        for variant in variants {
            check_refused(
                &[(Column::AddressLine1, &variant), (Column::AddressLine2, "")],
                "address.",
            );
        }
    }
    check_refused(&[(Column::PostalCode, "00000")], "address.zip");
    check_refused(
        &[
            (Column::AddressLine1, "Marlin St"),
            (Column::AddressLine2, ""),
        ],
        "address.incomplete",
    );
    check_refused(
        &[(Column::AddressLine1, "1420"), (Column::AddressLine2, "")],
        "address.",
    );
}

#[test]
fn a_zip_code_alone() {
    for text in ["89501", "12345", "89501-1234"] {
        check_refused(
            &[(Column::AddressLine1, text), (Column::AddressLine2, "")],
            "address.",
        );
    }
    check_refused(
        &[
            (Column::AddressLine1, ""),
            (Column::AddressLine2, ""),
            (Column::City, ""),
            (Column::State, ""),
        ],
        "address.incomplete",
    );
}

#[test]
fn a_facility_alone() {
    for text in [
        "Washoe County Jail",
        "Eloy Detention Center",
        "Adelanto ICE Processing Center",
        "Federal Correctional Institution",
        "County Jail 911 E Parr Blvd",
    ] {
        check_refused(
            &[(Column::AddressLine1, text), (Column::AddressLine2, "")],
            "address.",
        );
    }
}

#[test]
fn formatting_does_not_matter() {
    for changes in [
        vec![
            (Column::AddressLine1, "1420 MARLIN STREET"),
            (Column::AddressLine2, "APT. #4"),
        ],
        vec![(Column::AddressLine1, " 1420  Marlin  st. ")],
        vec![
            (Column::AddressLine1, "1420 Marlin St Apt 4"),
            (Column::AddressLine2, ""),
        ],
        vec![(Column::State, "nevada")],
        vec![(Column::PostalCode, "89501-1234")],
        vec![(Column::Statute, "Title 8, section 1253(a)(1)(A)")],
        vec![(Column::FinalOrderDate, "3/14/2025")],
        vec![(Column::FinalOrderDate, "March 4, 2025")],
        vec![(Column::TaxPeriods, "2023; 2024")],
        vec![(Column::AsksFor, "Verify")],
        vec![
            (Column::GivenNames, "MARÍA JOSÉ"),
            (Column::Surnames, "O’Neill–Díaz"),
        ],
    ] {
        check_passes(&changes);
    }
}

#[test]
fn every_required_cell_is_missed() {
    for column in Column::ALL
        .iter()
        .filter(|column| column.need() == model::column::Need::Always)
    {
        let (rows, outcome) = examine(&[vec![(*column, "")]]);
        assert!(!rows[0].is_admissible(), "{}", column.header());
        assert_eq!((outcome.counts.rows, outcome.counts.rejected), (1, 1));
        let named = rows[0]
            .findings
            .iter()
            .any(|finding| finding.cell.is_some() && finding.column == Some(*column));
        assert!(
            named || matches!(column, Column::AddressLine1),
            "{}",
            column.header()
        );
    }
}

#[test]
fn safeguards_must_be_current() {
    let mut agreement = sample::agreement().unwrap();
    agreement.safeguard_findings_open = 1;
    let (_, outcome) = examine_under(&agreement, &[vec![]]);
    let views: Vec<FindingView> = outcome.request.iter().map(FindingView::from).collect();
    assert_eq!(
        (views.len(), views[0].rule.as_str()),
        (1, "agreement.safeguards")
    );
}

/// Checks of LAW.md that stage A leaves to another part, or carries out with one.
const ELSEWHERE: &[(u8, &str)] = &[
    (1, "signatures over the whole file: instrument, keeper"),
    (
        2,
        "that the signatory holds the office today: authority note, instrument",
    ),
    (7, "households in the register: identity"),
    (
        14,
        "open subjects over several requests: keeper, from the log",
    ),
    (15, "keys and devices: authority note"),
    (18, "daily, yearly and agency budgets: keeper, from the log"),
    (19, "the suspension itself: authority note, keeper"),
];

#[test]
fn the_pages_of_the_book_are_current() {
    let mut law = String::from(
        "# From the law to the tests\n\n\
         Written by `crates/statute/tests/court.rs`; `UPDATE=1 cargo test -p countersign-statute` rewrites it.\n\n\
         ## What courts and watchdogs found\n\n| date | by | found | tests in `court.rs` |\n|---|---|---|---|\n",
    );
    for source in SOURCES {
        let tests: Vec<String> = source
            .tests
            .iter()
            .map(|test| format!("`{test}`"))
            .collect();
        writeln!(
            law,
            "| {} | {} | {} | {} |",
            source.date,
            source.by,
            source.found,
            tests.join(", ")
        )
        .unwrap();
    }
    law.push_str("\n## Checks of stage A\n\nNumbers are those of the checks in the legal groundwork. Every rule has passing and failing examples in its own file; `crates/statute/tests/golden/messages.txt` holds the words of every finding.\n\n| check | rules | elsewhere |\n|---|---|---|\n");
    for check in 1..=19 {
        let ids: Vec<String> = (rules().iter())
            .filter(|rule| rule.checks.contains(&check))
            .map(|rule| format!("`{}`", rule.id))
            .collect();
        let elsewhere = ELSEWHERE
            .iter()
            .find(|(number, _)| *number == check)
            .map_or("", |(_, words)| words);
        assert!(
            !ids.is_empty() || !elsewhere.is_empty(),
            "check {check} is nowhere"
        );
        writeln!(law, "| {check} | {} | {elsewhere} |", ids.join(", ")).unwrap();
    }
    check_page("law-to-test.md", &law);
    let mut table = String::from(
        "# Rules of the examination\n\n\
         Written by `crates/statute/tests/court.rs`; `UPDATE=1 cargo test -p countersign-statute` rewrites it.\n\n\
         Deficient: the row is rejected. Question: the requester explains and an officer decides. A rule that needs the agreement stands under `not_examined` where there is none.\n\n\
         | rule | class | holds to | citation | checks | needs | remedy |\n|---|---|---|---|---|---|---|\n",
    );
    for rule in rules() {
        let checks: Vec<String> = rule.checks.iter().map(u8::to_string).collect();
        let class = format!("{:?}", rule.class).to_lowercase();
        let needs = if rule.needs == statute::Needs::Agreement {
            "agreement"
        } else {
            ""
        };
        writeln!(
            table,
            "| `{}` | {class} | {} | {} | {} | {needs} | {} |",
            rule.id,
            rule.title,
            rule.citation,
            checks.join(", "),
            rule.remedy
        )
        .unwrap();
    }
    check_page("rules.md", &table);
}

fn check_page(name: &str, text: &str) {
    let path = format!("{}/../../docs/src/{name}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/src")).unwrap();
        std::fs::write(&path, text).unwrap();
    }
    let page = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(page == text, "{name} is not current; UPDATE=1 rewrites it");
}

#[test]
fn rule_names_are_unique_and_in_form() {
    let mut names: Vec<&str> = rules().iter().map(|rule| rule.id.0).collect();
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count);
    for name in names {
        assert!(
            name.split('.').count() == 2
                && name
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b == b'.' || b == b'_'),
            "{name}"
        );
    }
}
