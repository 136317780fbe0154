//! A synthetic deployment accepts never-issued taxpayer numbers only, production none of these.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md section 8, DESIGN.md section 1: no real
//! personal data outside production.
//!
//! Left to others: which deployment it is (the caller, from the genesis).

use model::{
    column::Column,
    finding::{FindingClass, RuleId},
};

use super::{Examine, Example, Needs, Rule, RuleDescription, TermsChange, text};
use crate::{
    reading::TinReading,
    terms::{Setting, TinAcceptance},
    view::{RowReport, RowView},
};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("tin.range"),
        class: FindingClass::Deficient,
        citation: "deployment, genesis",
        title: "the taxpayer number is of a range this deployment accepts",
        remedy: "check the number; a demonstration takes made-up numbers only, a production system real ones only",
        checks: &[],
        needs: Needs::Nothing,
    },
    examine: Examine::Row(examine),
    failing: &[
        Example::row(
            "an issuable number in a demonstration",
            &[&[text(Column::Tin, "951-70-1234")]],
        ),
        Example::row(
            "a never-issued number in production",
            &[&[text(Column::Tin, "666-12-3457")]],
        )
        .under(&[TermsChange::Accepts(TinAcceptance::IssuableOnly)]),
    ],
    passing: &[
        Example::row("never issued", &[&[text(Column::Tin, "666-12-3457")]]),
        Example::row(
            "issuable in production",
            &[&[text(Column::Tin, "951-70-1234")]],
        )
        .under(&[TermsChange::Accepts(TinAcceptance::IssuableOnly)]),
        Example::row("no genesis known", &[&[text(Column::Tin, "951-70-1234")]])
            .under(&[TermsChange::Accepts(TinAcceptance::Any)]),
    ],
};

fn examine(view: &RowView<'_>, setting: &Setting<'_>, report: &mut RowReport<'_>) {
    let TinReading::Tin(tin) = &view.reading.tin else {
        return;
    };
    let words = match setting.terms.accepts {
        TinAcceptance::NeverIssuedOnly if !tin.is_never_issued() => {
            "the taxpayer number is not of a never-issued range, and this deployment is synthetic"
        }
        TinAcceptance::IssuableOnly if !tin.is_issuable() => {
            "the taxpayer number is of a range that was never issued"
        }
        _ => return,
    };
    report.at(Column::Tin, words);
}
