//! A row states the whole address the requester already holds: number and street or box, and city.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md check 4, and the 42,695 releases of 2025
//! that were made although nobody had checked that the request stated an address (LAW.md section
//! 3). Missing or open parts that no other rule names are found here.
//!
//! Left to others: placeholders, institutions, ZIP code and state (their own rules), parsing
//! (standard).

use model::{
    column::Column,
    finding::{FindingClass, RuleId},
};
use standard::address::AddressProblem;

use super::{Examine, Example, Needs, Rule, RuleDescription, empty, text};
use crate::{
    terms::Setting,
    view::{RowReport, RowView},
};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("address.incomplete"),
        class: FindingClass::Deficient,
        citation: "26 U.S.C. 6103(i)(2)(B)(i)",
        title: "the address has number and street or box, and city",
        remedy: "give the whole mailing address you hold: house number and street, or box, with city, state and ZIP code; without one the row cannot be sent",
        checks: &[4],
        needs: Needs::Nothing,
    },
    examine: Examine::Row(examine),
    failing: &[
        Example::row("nothing in the line", &[&[empty(Column::AddressLine1)]]),
        Example::row(
            "no house number",
            &[&[text(Column::AddressLine1, "Marlin Street")]],
        ),
        Example::row("no street", &[&[text(Column::AddressLine1, "Apt 4")]]),
        Example::row("no city", &[&[empty(Column::City)]]),
        Example::row(
            "box without number",
            &[&[text(Column::AddressLine1, "PO Box")]],
        ),
        Example::row(
            "box of number zero",
            &[&[
                text(Column::AddressLine1, "PO Box 00000"),
                empty(Column::AddressLine2),
            ]],
        ),
        Example::row(
            "no certain house",
            &[&[
                text(Column::AddressLine1, "100 block of Oak St"),
                empty(Column::AddressLine2),
            ]],
        ),
    ],
    passing: &[
        Example::row(
            "a box",
            &[&[
                text(Column::AddressLine1, "PO Box 1207"),
                empty(Column::AddressLine2),
            ]],
        ),
        Example::row(
            "rural route",
            &[&[
                text(Column::AddressLine1, "RR 2 Box 18"),
                empty(Column::AddressLine2),
            ]],
        ),
    ],
};

/// Which of the address rules speaks of a problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Area {
    Incomplete,
    Placeholder,
    Institution,
    Zip,
    State,
    City,
}

/// Sorts a problem; whatever a later parser finds beyond these makes the address incomplete.
fn area(problem: &AddressProblem) -> Area {
    match problem {
        AddressProblem::Placeholder(_)
        | AddressProblem::CityPlaceholder(_)
        | AddressProblem::ZipOnly
        | AddressProblem::DigitsOnly
        | AddressProblem::RepeatedFiller
        | AddressProblem::KeyboardMash => Area::Placeholder,
        AddressProblem::Institution { .. } => Area::Institution,
        AddressProblem::ZipMissing | AddressProblem::ZipForm | AddressProblem::ZipNotAssigned => {
            Area::Zip
        }
        AddressProblem::StateMissing
        | AddressProblem::StateUnknown
        | AddressProblem::StateZipMismatch { .. } => Area::State,
        problem if problem.is_question() => Area::City,
        _ => Area::Incomplete,
    }
}

/// Reports the problems of one area in the words of the parser.
pub(super) fn report_area(wanted: Area, view: &RowView<'_>, report: &mut RowReport<'_>) {
    for problem in &view.reading.address.problems {
        if area(problem) == wanted {
            report.at(problem.column(), problem.to_string());
        }
    }
}

fn examine(view: &RowView<'_>, _: &Setting<'_>, report: &mut RowReport<'_>) {
    report_area(Area::Incomplete, view, report);
}
