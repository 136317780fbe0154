//! A row asks about no more periods than the agreement allows.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md check 8: a bounded span.
//!
//! Left to others: reading ([`crate::period`]).

use model::{
    column::Column,
    finding::{FindingClass, RuleId},
};

use super::{Examine, Example, Needs, Rule, RuleDescription, text};
use crate::{
    terms::Setting,
    view::{RowReport, RowView},
};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("tax_periods.span"),
        class: FindingClass::Deficient,
        citation: "agreement, periods per row; 26 U.S.C. 6103(i)(2)(B)(ii)",
        title: "no more periods than agreed",
        remedy: "ask about the periods that matter to the case, no more than the agreement allows",
        checks: &[8],
        needs: Needs::Agreement,
    },
    examine: Examine::Row(examine),
    failing: &[
        Example::row("five of four", &[&[text(Column::TaxPeriods, "2020-2024")]]),
        Example::row("ten years", &[&[text(Column::TaxPeriods, "2015-2024")]]),
    ],
    passing: &[
        Example::row("four of four", &[&[text(Column::TaxPeriods, "2021-2024")]]),
        Example::row(
            "as many as agreed",
            &[&[text(Column::TaxPeriods, "2022-2024")]],
        ),
    ],
};

fn examine(view: &RowView<'_>, setting: &Setting<'_>, report: &mut RowReport<'_>) {
    let Some(agreement) = setting.terms.agreement else {
        return;
    };
    let (asked, allowed) = (
        view.reading.periods.periods().len(),
        agreement.periods_per_row,
    );
    if u32::try_from(asked).is_ok_and(|asked| asked > allowed) {
        report.at(
            Column::TaxPeriods,
            format!("the row asks about {asked} tax periods, and the agreement allows {allowed}"),
        );
    }
}
