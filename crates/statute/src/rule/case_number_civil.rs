//! The case number is that of a criminal case, not of the person's immigration file.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md check 12: the objection of 2025 was that no
//! criminal investigation of each person stood behind the rows. A question: offices number as they
//! like.
//!
//! Left to others: placeholders (`case_number_missing`), equal numbers (`case_shared`).

use model::{
    column::Column,
    finding::{FindingClass, RuleId},
};

use super::{Examine, Example, Needs, Rule, RuleDescription, text};
use crate::{
    key::text_key,
    terms::Setting,
    view::{RowReport, RowView},
};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("case.number_civil"),
        class: FindingClass::Question,
        citation: "26 U.S.C. 6103(i)(2)(A)",
        title: "the case number is a criminal case's",
        remedy: "give the number of the criminal case or investigation; if this is one, say so",
        checks: &[12],
        needs: Needs::Nothing,
    },
    examine: Examine::Row(examine),
    failing: &[
        Example::row(
            "the number of the order",
            &[&[text(Column::CaseNumber, "RNO 2024 0310")]],
        ),
        Example::row(
            "an alien registration number",
            &[&[text(Column::CaseNumber, "A209-555-111")]],
        ),
        Example::row(
            "a civil docket",
            &[&[text(Column::CaseNumber, "2:25-cv-00117")]],
        ),
        Example::row("a year", &[&[text(Column::CaseNumber, "2025")]]),
    ],
    passing: &[
        Example::row(
            "a criminal docket",
            &[&[text(Column::CaseNumber, "2:25-cr-00117-ABC")]],
        ),
        Example::row(
            "a placeholder, which another rule says",
            &[&[text(Column::CaseNumber, "see A-file 209555111")]],
        ),
    ],
};

fn examine(view: &RowView<'_>, _: &Setting<'_>, report: &mut RowReport<'_>) {
    let text = view.text(Column::CaseNumber);
    let order = text_key(view.text(Column::FinalOrderCaseNumber));
    let found = if order != 0 && order == text_key(text) {
        "the case number is that of the removal order"
    } else if is_alien_number(text) {
        "the case number has the form of an alien registration number"
    } else if names_civil_file(text) {
        "the case number names a civil docket or an immigration office's file"
    } else if is_year(text) {
        "the case number is a year"
    } else {
        return;
    };
    report.at(Column::CaseNumber, found);
}

/// `A209-555-111`, `A# 209 555 111`, `EARM 209555111`: the letter or system, then eight or nine digits.
fn is_alien_number(text: &str) -> bool {
    let Some(first) = text.find(|c: char| c.is_ascii_digit()) else {
        return false;
    };
    let (head, tail) = text.split_at_checked(first).unwrap_or_default();
    let named = is_word(
        head,
        &[
            "A",
            "AN",
            "ANO",
            "ANUMBER",
            "AFILE",
            "ALIEN",
            "ALIENNUMBER",
            "EARM",
            "USCIS",
        ],
    );
    let digits = tail.bytes().filter(u8::is_ascii_digit).count();
    named && matches!(digits, 8 | 9) && !tail.bytes().any(|byte| byte.is_ascii_alphabetic())
}

/// Whether the letters of a text are one of some words, written in capitals.
fn is_word(text: &str, words: &[&str]) -> bool {
    let letters = || text.bytes().filter(u8::is_ascii_alphabetic);
    words.iter().any(|word| {
        letters().count() == word.len()
            && letters()
                .zip(word.bytes())
                .all(|(a, b)| a.eq_ignore_ascii_case(&b))
    })
}

/// A part between digits and marks is `CV`, `civil`, `ERO`, `EOIR` or the like.
fn names_civil_file(text: &str) -> bool {
    const CIVIL: &[&str] = &[
        "CV",
        "CIV",
        "CIVIL",
        "ERO",
        "EARM",
        "EOIR",
        "BIA",
        "REMOVAL",
        "DEPORTATION",
    ];
    let mut parts = text.split(|c: char| !c.is_ascii_alphabetic());
    text.bytes().any(|byte| byte.is_ascii_digit())
        && parts.any(|part| CIVIL.iter().any(|word| part.eq_ignore_ascii_case(word)))
}

fn is_year(text: &str) -> bool {
    text.len() == 4
        && (text.starts_with("19") || text.starts_with("20"))
        && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alien_numbers_civil_files_and_years() {
        let check = |text, expected: [bool; 3]| {
            let found = [is_alien_number(text), names_civil_file(text), is_year(text)];
            assert_eq!(found, expected, "{text}");
        };
        for text in [
            "A209-555-111",
            "A209555111",
            "a 20 955 511",
            "A# 209 555 111",
            "A-file 209555111",
        ] {
            check(text, [true, false, false]);
        }
        check("EARM 209555111", [true, true, false]);
        for text in [
            "2:25-cv-00117",
            "civil 22",
            "ERO-2025-1",
            "25 Civ. 117",
            "EOIR/17",
        ] {
            check(text, [false, true, false]);
        }
        check("2025", [false, false, true]);
        check("1999", [false, false, true]);
        for text in [
            "A17",
            "A209-555",
            "A2095551110",
            "A209-555-111-B",
            "AB209555111",
            "209555111",
            "25-CR-1187",
            "2:25-cr-00117-ABC",
            "HSI-2291",
            "CVE-17",
            "HERO-17",
            "removal",
            "2125",
            "20255",
            "20-5",
            "RNO-2024-0310",
            "",
        ] {
            check(text, [false; 3]);
        }
    }
}
