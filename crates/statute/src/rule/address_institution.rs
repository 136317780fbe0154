//! The address is not that of a jail, detention centre or agency office without the unit that makes it one person's.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md check 6: "jails without location" stood in
//! the request of 2025.
//!
//! Left to others: the list of institutions (standard, policies).

use model::{
    column::Column,
    finding::{FindingClass, RuleId},
};

use super::{
    Examine, Example, Needs, Rule, RuleDescription,
    address_incomplete::{Area, report_area},
    empty, text,
};
use crate::{
    terms::Setting,
    view::{RowReport, RowView},
};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("address.institution"),
        class: FindingClass::Deficient,
        citation: "26 U.S.C. 6103(i)(2)(B)(i)",
        title: "no institution without a unit",
        remedy: "give the person's own mailing address, or the unit within the institution: its name, house number and street in `address_line_1`, and `Dorm 4` or `Inmate 12345` in `address_line_2`",
        checks: &[6],
        needs: Needs::Nothing,
    },
    examine: Examine::Row(examine),
    failing: &[
        Example::row(
            "a county jail",
            &[&[
                text(Column::AddressLine1, "Washoe County Jail"),
                empty(Column::AddressLine2),
            ]],
        ),
        Example::row(
            "a detention centre with its street",
            &[&[
                text(
                    Column::AddressLine1,
                    "Eloy Detention Center 1705 E Hanna Rd",
                ),
                empty(Column::AddressLine2),
            ]],
        ),
        Example::row(
            "a detention centre by its street alone",
            &[&[
                text(Column::AddressLine1, "1623 E J St"),
                empty(Column::AddressLine2),
                text(Column::City, "Tacoma"),
                text(Column::State, "WA"),
                text(Column::PostalCode, "98421"),
            ]],
        ),
    ],
    passing: &[
        Example::row(
            "a street named after one",
            &[&[text(Column::AddressLine1, "12 Old Jail Rd")]],
        ),
        Example::row(
            "an inmate's number",
            &[&[
                text(Column::AddressLine1, "Washoe County Jail 911 Parr Blvd"),
                text(Column::AddressLine2, "Inmate 12345"),
            ]],
        ),
    ],
};

fn examine(view: &RowView<'_>, _: &Setting<'_>, report: &mut RowReport<'_>) {
    report_area(Area::Institution, view, report);
}
