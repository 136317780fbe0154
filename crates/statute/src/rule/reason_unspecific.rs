//! A row gives a specific reason why disclosure is or may be relevant.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md check 13: 6103(i)(2)(B)(iv). Least content:
//! eight words, three of them neither the statute's own nor the names in the row.
//!
//! Left to others: equal reasons (`reason_clone`), whether it convinces (officer and counsel).

use model::{
    column::Column,
    finding::{FindingClass, RuleId},
};

use super::{Examine, Example, Needs, Rule, RuleDescription, empty, text};
use crate::{
    filler::is_filler,
    terms::Setting,
    view::{RowReport, RowView},
};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("reason.unspecific"),
        class: FindingClass::Deficient,
        citation: "26 U.S.C. 6103(i)(2)(B)(iv)",
        title: "a specific reason is given",
        remedy: "say in a sentence or two what in this person's case makes the address relevant",
        checks: &[13],
        needs: Needs::Nothing,
    },
    examine: Examine::Row(examine),
    failing: &[
        Example::row(
            "seven words",
            &[&[text(
                Column::Reason,
                "Summons came back unserved from three towns",
            )]],
        ),
        Example::row(
            "two words of substance",
            &[&[text(
                Column::Reason,
                "The address of the subject is relevant to this criminal investigation of forged visas",
            )]],
        ),
        Example::row("missing", &[&[empty(Column::Reason)]]),
        Example::row("a placeholder", &[&[text(Column::Reason, "see file")]]),
        Example::row(
            "five words",
            &[&[text(Column::Reason, "Needed to locate the subject")]],
        ),
        Example::row(
            "the statute's words alone",
            &[&[text(
                Column::Reason,
                "The disclosure is or may be relevant to a federal criminal investigation of the subject under this statute",
            )]],
        ),
    ],
    passing: &[
        Example::row(
            "eight words",
            &[&[text(
                Column::Reason,
                "Summons came back unserved from three Nevada towns",
            )]],
        ),
        Example::row(
            "three words of substance",
            &[&[text(
                Column::Reason,
                "The address of the subject is relevant to this criminal investigation of forged entry visas",
            )]],
        ),
        Example::row(
            "one plain sentence",
            &[&[text(
                Column::Reason,
                "Letters to the lodging house in Sparks came back; service of the indictment needs a current address",
            )]],
        ),
    ],
};

fn examine(view: &RowView<'_>, _: &Setting<'_>, report: &mut RowReport<'_>) {
    let text = view.text(Column::Reason);
    if text.is_empty() {
        return report.at(
            Column::Reason,
            format!("the reason {}", view.absence(Column::Reason)),
        );
    }
    if is_filler(text) {
        return report.at(Column::Reason, "the reason is a placeholder");
    }
    let count = view.reason.len();
    if count < 8 {
        report.at(
            Column::Reason,
            format!("the reason has {count} words, too few to say why disclosure is relevant"),
        );
    } else if view.content.len() < 3 {
        report.at(
            Column::Reason,
            "the reason repeats the statute and says nothing of this person's case",
        );
    }
}
