//! A person in several rows, or a taxpayer number in rows of different names, is asked about.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md check 18: splitting and resubmission. A
//! question: one person may be under investigation twice.
//!
//! Left to others: earlier requests (keepers, by budget).

use model::{
    column::Column,
    finding::{FindingClass, RuleId},
};

use super::{
    Examine, Example, Group, Needs, Rule, RuleDescription, distinct, empty, grouped, text,
};
use crate::{key::pair_key, terms::Setting, trace::Trace, view::RequestView};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("subject.repeated"),
        class: FindingClass::Question,
        citation: "26 U.S.C. 6103(i)(2)(B)(i)",
        title: "each person stands in one row",
        remedy: "put one person's periods and statutes into one row, or say why there are several",
        checks: &[18],
        needs: Needs::Nothing,
    },
    examine: Examine::Across {
        column: Column::Surnames,
        find,
    },
    failing: &[
        Example::row(
            "the same name and birth date",
            &[
                &[empty(Column::Tin)],
                &[
                    text(Column::GivenNames, "MARIELA"),
                    text(Column::Surnames, "Quintero Vale"),
                    text(Column::DateOfBirth, "4/17/1988"),
                    empty(Column::Tin),
                ],
            ],
        ),
        Example::row(
            "one number, two names",
            &[
                &[text(Column::Tin, "666-12-3456")],
                &[text(Column::Tin, "666123456")],
            ],
        ),
    ],
    passing: &[Example::row("two persons", &[&[], &[]])],
};

fn find(traces: &[Trace], _: &Setting<'_>, _: &RequestView<'_>) -> Vec<Group> {
    let numbers = grouped(traces, |trace| trace.tin);
    let births = grouped(traces, |trace| trace.name_and_birth);
    let homes = grouped(traces, |trace| pair_key(trace.name, trace.address));
    let mut found: Vec<Group> = Vec::new();
    for rows in numbers.into_iter().chain(births).chain(homes) {
        if found.iter().rev().take(64).any(|group| group.rows == rows) {
            continue;
        }
        let words = if distinct(traces, &rows, |trace| trace.name) > 1 {
            "one taxpayer number is given under different names"
        } else {
            "the same person is named"
        };
        found.push(Group {
            message: format!("{words} in {} rows", rows.len()),
            rows,
        });
    }
    found
}
