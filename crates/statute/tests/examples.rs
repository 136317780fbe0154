//! Every rule's examples: failing ones are found by their rule, passing ones are not, and the words
//! of every message are held in `golden/messages.txt`.
//!
//! Place in the flow: run by `cargo test`; `UPDATE=1` rewrites the golden file.
//!
//! Left to others: the law's test cases by source (`court.rs`).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use std::fmt::Write;

use countersign_statute as statute;
use model::finding::{Finding, FindingClass, RuleId};
use statute::{Example, examples, rules, sample};

/// All findings of an example: request, rows, across rows.
fn findings(example: &Example) -> Vec<Finding> {
    let examined = sample::examine(example).expect("the sample agreement is well formed");
    let rows = examined.rows.into_iter().flat_map(|row| row.findings);
    let later: Vec<Finding> = examined
        .outcome
        .later
        .iter()
        .map(|(_, _, finding)| finding)
        .collect();
    examined
        .outcome
        .request
        .into_iter()
        .chain(rows)
        .chain(later)
        .collect()
}

#[test]
fn every_rule_has_examples_that_hold() {
    let mut wrong = String::new();
    for rule in rules() {
        let (failing, passing) = examples(rule.id);
        if failing.is_empty() || passing.is_empty() {
            writeln!(wrong, "{}: no examples", rule.id).unwrap();
        }
        for example in failing {
            if !findings(example)
                .iter()
                .any(|finding| finding.rule == rule.id)
            {
                writeln!(wrong, "{}: `{}` should fail", rule.id, example.what).unwrap();
            }
        }
        for example in passing {
            for finding in findings(example)
                .iter()
                .filter(|finding| finding.rule == rule.id)
            {
                writeln!(
                    wrong,
                    "{}: `{}` should pass: {}",
                    rule.id, example.what, finding.message
                )
                .unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// A failing example fails for its own reason: no unrelated rule finds anything, but for those that
/// follow from it and are named here.
#[test]
fn failing_examples_fail_alone() {
    let follows: &[(&str, &[&str])] = &[
        // examined as of another day, everything dated moves
        ("agreement.not_in_force", &["*"]),
        ("statute.not_in_force", &["*"]),
        ("evidence.thin", &["birth_date.unread", "tin.unread"]),
        ("officer.missing", &["officer.not_designated"]),
        ("officer.identity", &["officer.caseload"]),
    ];
    let mut wrong = String::new();
    for rule in rules() {
        let allowed = follows
            .iter()
            .find(|(id, _)| *id == rule.id.0)
            .map_or(&[][..], |(_, ids)| ids);
        for example in examples(rule.id).0 {
            for other in findings(example) {
                let known = other.rule == rule.id
                    || allowed.contains(&other.rule.0)
                    || allowed.contains(&"*");
                if !known {
                    writeln!(
                        wrong,
                        "{}: `{}` also {}: {}",
                        rule.id, example.what, other.rule, other.message
                    )
                    .unwrap();
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn the_sample_request_examines_clean() {
    // A rule's passing example without any change.
    let (_, passing) = examples(RuleId("statute.civil"));
    assert_eq!(findings(&passing[0]), Vec::new());
    let six = sample_rows(6);
    assert_eq!(six, Vec::<String>::new());
}

fn sample_rows(count: u32) -> Vec<String> {
    let agreement = sample::agreement().unwrap();
    let mut examination = statute::examination::Examination::new(statute::Terms {
        as_of: sample::AS_OF.parse().unwrap(),
        agreement: Some(&agreement),
        book: statute::statute_book(),
        accepts: statute::TinAcceptance::NeverIssuedOnly,
        channel: statute::Channel::Open,
    });
    examination.cover(&sample::cover());
    let mut found = Vec::new();
    for number in 0..count {
        let row = sample::row(number + 2, &sample::values(number as usize));
        found.extend(examination.row(&row).findings);
    }
    let outcome = examination.finish();
    found.extend(outcome.request);
    found.extend(outcome.later.iter().map(|(_, _, finding)| finding));
    found
        .iter()
        .map(|finding| format!("{}: {}", finding.rule, finding.message))
        .collect()
}

/// Wording: one line, lower-case first letter or a quoted value, no closing stop; nothing personal.
#[test]
fn messages_are_worded_alike_and_hold_nothing_personal() {
    let personal = [
        "Mariela", "Quintero", "1988", "666-", "1420", "Marlin", "Renner", "Ortiz", "hale",
    ];
    for rule in rules() {
        for example in examples(rule.id).0 {
            for finding in findings(example) {
                for text in [&finding.message, &finding.remedy] {
                    let first = text.chars().next().unwrap();
                    assert!(
                        !first.is_uppercase() && !text.ends_with('.') && !text.contains('\n'),
                        "{text}"
                    );
                }
                for word in personal {
                    assert!(
                        !finding.message.contains(word),
                        "{word} in {}",
                        finding.message
                    );
                }
                assert!(!finding.citation.is_empty());
            }
        }
    }
}

#[test]
fn golden_messages() {
    let mut text = String::from(
        "Every rule of the examination with the findings of its failing examples.\n\
         Written by crates/statute/tests/examples.rs; UPDATE=1 rewrites it.\n",
    );
    for rule in rules() {
        let class = match rule.class {
            FindingClass::Deficient => "deficient",
            FindingClass::Question => "question",
            FindingClass::Deferred => "deferred",
        };
        write!(
            text,
            "\n{} ({class}; {})\n  holds to: {}\n",
            rule.id, rule.citation, rule.title
        )
        .unwrap();
        for example in examples(rule.id).0 {
            writeln!(text, "  example: {}", example.what).unwrap();
            let mut shown: Vec<String> = Vec::new();
            for finding in findings(example)
                .iter()
                .filter(|finding| finding.rule == rule.id)
            {
                let cell = finding.cell.as_deref().unwrap_or("request");
                let line = format!(
                    "    {}: {}\n      remedy: {}\n",
                    cell, finding.message, finding.remedy
                );
                if !shown.contains(&line) {
                    text.push_str(&line);
                    shown.push(line);
                }
            }
        }
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/messages.txt");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, &text).unwrap();
    }
    let golden = std::fs::read_to_string(path).unwrap_or_default();
    for (line, (ours, theirs)) in (1..).zip(text.lines().zip(golden.lines())) {
        assert_eq!(ours, theirs, "line {line}; UPDATE=1 rewrites the file");
    }
    assert_eq!(text, golden, "UPDATE=1 rewrites the file");
}
