//! The ZIP code is one the Postal Service assigns, complete with its leading zeros.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md check 4: a code that looks like a ZIP was
//! the only test in 2025.
//!
//! Left to others: whether it lies in the state (`address_state`) or serves the city
//! (`address_city`).

use model::{
    column::Column,
    finding::{FindingClass, RuleId},
    row::CellKind,
};
use standard::address::AddressProblem;

use super::{Examine, Example, Needs, Rule, RuleDescription, empty, kind, text};
use crate::{
    terms::Setting,
    view::{RowReport, RowView},
};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("address.zip"),
        class: FindingClass::Deficient,
        citation: "26 U.S.C. 6103(i)(2)(B)(i)",
        title: "the ZIP code is complete and assigned",
        remedy: "give the five digits of the ZIP code, or ZIP+4",
        checks: &[4],
        needs: Needs::Nothing,
    },
    examine: Examine::Row(examine),
    failing: &[
        Example::row("missing", &[&[empty(Column::PostalCode)]]),
        Example::row(
            "leading zero lost in a number cell",
            &[&[
                kind(Column::PostalCode, CellKind::Number, "2138"),
                text(Column::State, "MA"),
                text(Column::City, "Cambridge"),
            ]],
        ),
        Example::row(
            "leading zero lost in ZIP+4",
            &[&[
                text(Column::PostalCode, "2138-1234"),
                text(Column::State, "MA"),
                text(Column::City, "Cambridge"),
            ]],
        ),
        Example::row("six digits", &[&[text(Column::PostalCode, "895011")]]),
        Example::row("not assigned", &[&[text(Column::PostalCode, "00000")]]),
    ],
    passing: &[Example::row(
        "ZIP+4",
        &[&[text(Column::PostalCode, "89501-1234")]],
    )],
};

fn examine(view: &RowView<'_>, _: &Setting<'_>, report: &mut RowReport<'_>) {
    let text = view.text(Column::PostalCode);
    if let Some(whole) = with_zeros(text) {
        return report.at_with(
            Column::PostalCode,
            "the ZIP code has lost zeros at its front, as happens in a number cell",
            format!("format the column as text and write `{whole}`, if that is the code"),
        );
    }
    for problem in &view.reading.address.problems {
        match problem {
            AddressProblem::ZipMissing => {
                let absence = view.absence(Column::PostalCode);
                report.at(Column::PostalCode, format!("the ZIP code {absence}"));
            }
            AddressProblem::ZipForm | AddressProblem::ZipNotAssigned => {
                report.at(Column::PostalCode, problem.to_string());
            }
            _ => {}
        }
    }
}

/// The code with its zeros, where a text is a ZIP code or ZIP+4 that has lost one or two.
fn with_zeros(text: &str) -> Option<String> {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (five, four) = match text.split_once('-') {
        Some(parts) => parts,
        None if matches!(text.len(), 7 | 8) => text.split_at_checked(text.len() - 4)?,
        None => (text, ""),
    };
    let lost = matches!(five.len(), 3 | 4) && matches!(four.len(), 0 | 4);
    if !lost || !digits(five) || !digits(four) {
        return None;
    }
    match four {
        "" => Some(format!("{five:0>5}")),
        _ => Some(format!("{five:0>5}-{four}")),
    }
}

#[cfg(test)]
mod tests {
    use super::with_zeros;

    #[test]
    fn codes_that_lost_zeros() {
        let check = |text, expected: Option<&str>| {
            assert_eq!(with_zeros(text).as_deref(), expected, "{text}")
        };
        check("2138", Some("02138"));
        check("601", Some("00601"));
        check("2138-1234", Some("02138-1234"));
        check("21381234", Some("02138-1234"));
        for whole in [
            "89501",
            "89501-1234",
            "895011234",
            "",
            "21",
            "K1A 0B1",
            "21-1",
            "2a38",
            "2138-12a4",
            "2138-12",
        ] {
            check(whole, None);
        }
    }
}
