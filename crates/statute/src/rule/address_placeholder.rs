//! What stands for an address is an address, not a placeholder, a ZIP code or digits alone.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md check 5: the strings of the court of 26
//! February 2026 ("Failed to Provide", "Unknown Address", "NA NA", "Don't Care 12345").
//!
//! Left to others: the lists of placeholders (standard, policies).

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
        id: RuleId("address.placeholder"),
        class: FindingClass::Deficient,
        citation: "26 U.S.C. 6103(i)(2)(B)(i)",
        title: "the address is no placeholder",
        remedy: "give the address you hold; if you hold none, the row cannot be sent",
        checks: &[5],
        needs: Needs::Nothing,
    },
    examine: Examine::Row(examine),
    failing: &[
        Example::row(
            "failed to provide",
            &[&[text(Column::AddressLine1, "Failed to Provide")]],
        ),
        Example::row(
            "don't care, with a ZIP code",
            &[&[text(Column::AddressLine1, "Don't Care 12345")]],
        ),
        Example::row(
            "unknown",
            &[&[text(Column::AddressLine1, "Unknown Address")]],
        ),
        Example::row("NA NA", &[&[text(Column::AddressLine1, "NA NA")]]),
        Example::row(
            "ZIP code alone",
            &[&[
                text(Column::AddressLine1, "89501"),
                empty(Column::AddressLine2),
            ]],
        ),
        Example::row(
            "one character over and over",
            &[&[text(Column::AddressLine1, "XXXX XXXX")]],
        ),
    ],
    passing: &[Example::row(
        "a street called Unknown Lane would be odd, Journey Lane is not",
        &[&[text(Column::AddressLine1, "17 Journey Ln")]],
    )],
};

fn examine(view: &RowView<'_>, _: &Setting<'_>, report: &mut RowReport<'_>) {
    report_area(Area::Placeholder, view, report);
}
