//! A row gives the number of a criminal case or investigation.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md check 12: no written assurance of an
//! investigation of each person was the objection of 2025.
//!
//! Left to others: equal numbers (`case_shared`), numbers of civil files (`case_number_civil`), the
//! case itself (the exhibit).

use model::{
    column::Column,
    finding::{FindingClass, RuleId},
    row::CellKind,
};

use super::{Examine, Example, Needs, Rule, RuleDescription, empty, kind, text};
use crate::{
    filler::is_numbered_filler,
    terms::Setting,
    view::{RowReport, RowView},
};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("case.number"),
        class: FindingClass::Deficient,
        citation: "26 U.S.C. 6103(i)(2)(B)(iv)",
        title: "a case number is given",
        remedy: "give the number of the criminal case or investigation of this person, in a cell formatted as text",
        checks: &[12],
        needs: Needs::Nothing,
    },
    examine: Examine::Row(examine),
    failing: &[
        Example::row("two characters", &[&[text(Column::CaseNumber, "A1")]]),
        Example::row("missing", &[&[empty(Column::CaseNumber)]]),
        Example::row("pending", &[&[text(Column::CaseNumber, "pending")]]),
        Example::row(
            "a placeholder with a number",
            &[&[text(Column::CaseNumber, "TBD 2025")]],
        ),
        Example::row(
            "another file named instead",
            &[&[text(Column::CaseNumber, "see A-file 209555111")]],
        ),
        Example::row(
            "scientific notation",
            &[&[text(Column::CaseNumber, "2.02E+11")]],
        ),
        Example::row("a word", &[&[text(Column::CaseNumber, "removal")]]),
    ],
    passing: &[
        Example::row("three characters", &[&[text(Column::CaseNumber, "A17")]]),
        Example::row(
            "digits in order beside a hyphen",
            &[&[text(Column::CaseNumber, "23-4567")]],
        ),
        Example::row(
            "digits alike beside a hyphen",
            &[&[text(Column::CaseNumber, "22-222")]],
        ),
        Example::row(
            "a number cell",
            &[&[kind(Column::CaseNumber, CellKind::Number, "20251187")]],
        ),
    ],
};

fn examine(view: &RowView<'_>, _: &Setting<'_>, report: &mut RowReport<'_>) {
    let text = view.text(Column::CaseNumber);
    if text.is_empty() {
        report.at(
            Column::CaseNumber,
            format!("the case number {}", view.absence(Column::CaseNumber)),
        );
    } else if is_numbered_filler(text) {
        report.at(Column::CaseNumber, "the case number is a placeholder");
    } else if is_scientific(text) {
        report.at(
            Column::CaseNumber,
            "the case number is in scientific notation: a spreadsheet has rounded it",
        );
    } else if !text.bytes().any(|byte| byte.is_ascii_digit()) || text.len() < 3 {
        report.at(
            Column::CaseNumber,
            "the case number has no number in it, or fewer than three characters",
        );
    }
}

/// `2.02E+11`, `2E+11`.
pub(super) fn is_scientific(text: &str) -> bool {
    text.split_once(['E', 'e'])
        .is_some_and(|(mantissa, exponent)| {
            let exponent = exponent.strip_prefix('+').map(str::parse::<u16>);
            mantissa.parse::<f64>().is_ok() && matches!(exponent, Some(Ok(_)))
        })
}

#[cfg(test)]
mod tests {
    use super::is_scientific;

    #[test]
    fn scientific_notation() {
        let check = |text, expected| assert_eq!(is_scientific(text), expected, "{text}");
        for text in ["2.02E+11", "2E+11", "1.5e+07"] {
            check(text, true);
        }
        for text in [
            "2.0E11",
            "A.0E+11",
            "2.0E+A",
            "25-CR-E+1",
            "2025E117",
            "24E",
        ] {
            check(text, false);
        }
    }
}
