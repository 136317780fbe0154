//! One officer has one id and one name.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md check 14: an id that several people share, or a
//! name under many ids, hides how many cases one person is named for. A question: two officers may
//! have one name, and a name may be written in two ways.
//!
//! Left to others: the rows of one id (`officer_over_cap`, `officer_caseload`).

use model::{
    column::Column,
    finding::{FindingClass, RuleId},
};

use super::{
    Examine, Example, Group, Needs, Rule, RuleDescription, TermsChange, distinct, empty, grouped,
    text,
};
use crate::{terms::Setting, trace::Trace, view::RequestView};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("officer.identity"),
        class: FindingClass::Question,
        citation: "26 U.S.C. 6103(i)(2)(A)",
        title: "one officer has one id and one name",
        remedy: "give each officer the id of the roster, and write the officer's name alike in all rows",
        checks: &[14],
        needs: Needs::Nothing,
    },
    examine: Examine::Across {
        column: Column::OfficerId,
        find,
    },
    failing: &[
        Example::row(
            "two names under one id",
            &[&[], &[text(Column::OfficerName, "Lee Park")]],
        ),
        Example::row(
            "one name on more rows than the cap, under two ids",
            &[
                &[],
                &[],
                &[text(Column::OfficerId, "OFF-1002")],
                &[text(Column::OfficerId, "OFF-1002")],
            ],
        )
        .under(&[TermsChange::OfficerCap(3)]),
    ],
    passing: &[
        Example::row(
            "a name turned round, and with a title",
            &[
                &[],
                &[text(Column::OfficerName, "Ortiz, Dana")],
                &[text(Column::OfficerName, "Special Agent DANA ORTIZ")],
            ],
        ),
        Example::row(
            "a name missing, which another rule says",
            &[&[], &[empty(Column::OfficerName)]],
        ),
        Example::row(
            "one name under two ids, as many rows as the cap",
            &[&[], &[text(Column::OfficerId, "OFF-1002")]],
        )
        .under(&[TermsChange::OfficerCap(2)]),
    ],
};

fn find(traces: &[Trace], setting: &Setting<'_>, _: &RequestView<'_>) -> Vec<Group> {
    let cap = setting.officer_cap();
    let shared = grouped(traces, |trace| trace.officer)
        .into_iter()
        .filter(|rows| names(traces, rows) > 1)
        .map(|rows| Group {
            message: format!(
                "one officer's id stands beside different names in {} rows",
                rows.len()
            ),
            rows,
        });
    let split = grouped(traces, |trace| trace.officer_name)
        .into_iter()
        .filter(|rows| u32::try_from(rows.len()).is_ok_and(|count| count > cap))
        .filter(|rows| distinct(traces, rows, |trace| trace.officer) > 1)
        .map(|rows| Group {
            message: format!(
                "one officer's name stands under several ids on {} rows, and one officer may stand on {cap}",
                rows.len()
            ),
            rows,
        });
    shared.chain(split).collect()
}

/// How many names stand in some rows; a row without one counts for none.
fn names(traces: &[Trace], rows: &[u32]) -> usize {
    let all = distinct(traces, rows, |trace| trace.officer_name);
    let nameless = (rows.iter())
        .filter_map(|index| traces.get(usize::try_from(*index).ok()?))
        .any(|trace| trace.officer_name == 0);
    all.saturating_sub(usize::from(nameless))
}
