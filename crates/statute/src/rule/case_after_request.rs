//! The case was opened before the cover was signed.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md check 12. Found at the end, because the
//! cover may be read after the rows.
//!
//! Left to others: days in the future (`case_opened_on`).

use model::{
    column::Column,
    finding::{FindingClass, RuleId},
    row::CellKind,
};

use super::{Examine, Example, Group, Needs, Rule, RuleDescription, text};
use crate::{date::read_date, terms::Setting, trace::Trace, view::RequestView};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("case.after_request"),
        class: FindingClass::Deficient,
        citation: "26 U.S.C. 6103(i)(2)(B)(iv)",
        title: "the case was opened before the request",
        remedy: "sign the request after the case is opened, or correct the day",
        checks: &[12],
        needs: Needs::Nothing,
    },
    examine: Examine::Across {
        column: Column::CaseOpenedOn,
        find,
    },
    failing: &[Example {
        what: "the day after the signature",
        rows: &[&[text(Column::CaseOpenedOn, "2026-11-19")]],
        cover: &[("signed_on", "2026-11-18")],
        terms: &[],
    }],
    passing: &[Example {
        what: "the day of the signature",
        rows: &[&[text(Column::CaseOpenedOn, "2026-11-18")]],
        cover: &[("signed_on", "2026-11-18")],
        terms: &[],
    }],
};

fn find(traces: &[Trace], setting: &Setting<'_>, view: &RequestView<'_>) -> Vec<Group> {
    let Some(signed) = read_date(CellKind::Text, view.text("signed_on")).date() else {
        return Vec::new();
    };
    let as_of = setting.terms.as_of;
    let after = signed.tomorrow().unwrap_or(signed);
    (traces.iter().zip(0_u32..))
        .filter_map(|(trace, index)| {
            Some((
                trace
                    .case_opened_on
                    .filter(|opened| (after..=as_of).contains(opened))?,
                index,
            ))
        })
        .map(|(opened, index)| Group {
            rows: vec![index],
            message: format!(
                "the case was opened on {opened}, after the cover was signed on {signed}"
            ),
        })
        .collect()
}
