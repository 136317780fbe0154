//! An offence that appears time-barred is put to counsel.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md check 11: 18 U.S.C. 3282, five years; 3291,
//! ten. A question: 3290 stops the clock for those who flee, and whether an offence continues is
//! not settled for each.
//!
//! Left to others: the answer (counsel).

use model::time::Date;
use model::{
    column::Column,
    finding::{FindingClass, RuleId},
};

use super::{Examine, Example, Needs, Rule, RuleDescription, text};
use crate::{
    book::Provision,
    date::years_after,
    terms::Setting,
    view::{RowReport, RowView},
};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("act.limitation"),
        class: FindingClass::Question,
        citation: "18 U.S.C. 3282, 3290, 3291",
        title: "the offence is within its limitation period",
        remedy: "say why the limitation period has not run: flight, a continuing offence, an indictment",
        checks: &[11],
        needs: Needs::Nothing,
    },
    examine: Examine::Row(examine),
    failing: &[
        Example::row(
            "six years",
            &[&[
                text(Column::Statute, "8 U.S.C. 1325(a)"),
                text(Column::ActDate, "2020-06-01"),
            ]],
        ),
        Example::row(
            "an old final order",
            &[&[text(Column::FinalOrderDate, "2018-03-04")]],
        ),
    ],
    passing: &[
        Example::row(
            "five years to the day",
            &[&[
                text(Column::Statute, "8 U.S.C. 1325(a)"),
                text(Column::ActDate, "2021-11-20"),
            ]],
        ),
        Example::row(
            "an order whose 91st day is five years ago to the day",
            &[&[text(Column::FinalOrderDate, "2021-08-21")]],
        ),
        Example::row(
            "ten years for passports",
            &[&[
                text(Column::Statute, "18 U.S.C. 1542"),
                text(Column::ActDate, "2018-06-01"),
            ]],
        ),
    ],
};

fn examine(view: &RowView<'_>, setting: &Setting<'_>, report: &mut RowReport<'_>) {
    for offence in &view.offences {
        let Some((limitation, start)) = offence.limitation.as_ref().zip(start(offence, view))
        else {
            continue;
        };
        if years_after(start, limitation.years) < setting.terms.as_of {
            let (years, law) = (limitation.years, &limitation.citation);
            report.at(
                limitation.from,
                format!(
                    "`{}` appears time-barred: complete by {start}, and {law} gives {years} years",
                    offence.citation
                ),
            );
        }
    }
}

/// The day the offence was first complete: the act, or day 91 after the final order. An offence that runs
/// from an order is one of staying beyond its ninety days.
fn start(offence: &Provision, view: &RowView<'_>) -> Option<Date> {
    match offence.limitation.as_ref()?.from {
        Column::FinalOrderDate => {
            let order = view.reading.final_order_date.date()?;
            order.checked_add(jiff::Span::new().days(91)).ok()
        }
        _ => view.reading.act_date.date(),
    }
}
