//! What stands for a name is a name.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md check 3.
//!
//! Left to others: missing names (`name_missing`), lists of placeholders (standard).

use model::{
    column::Column,
    finding::{FindingClass, RuleId},
};

use standard::name::check_name;

use super::{Examine, Example, Needs, Rule, RuleDescription, empty, text};
use crate::{
    terms::Setting,
    view::{RowReport, RowView},
};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("name.placeholder"),
        class: FindingClass::Deficient,
        citation: "26 U.S.C. 6103(i)(2)(B)(i)",
        title: "the name is no placeholder",
        remedy: "give the person's given name and surname in full; a row without them cannot be sent",
        checks: &[3],
        needs: Needs::Nothing,
    },
    examine: Examine::Row(examine),
    failing: &[
        Example::row("unknown", &[&[text(Column::Surnames, "Unknown")]]),
        Example::row("digits", &[&[text(Column::GivenNames, "Ma7ia")]]),
    ],
    passing: &[
        Example::row(
            "no surname, which another rule says",
            &[&[empty(Column::Surnames), text(Column::GivenNames, "Unknown")]],
        ),
        Example::row(
            "accents and particles",
            &[&[
                text(Column::GivenNames, "José Ángel"),
                text(Column::Surnames, "de la Cruz-O'Neill"),
            ]],
        ),
    ],
};

fn examine(view: &RowView<'_>, _: &Setting<'_>, report: &mut RowReport<'_>) {
    let (given, surnames) = (view.text(Column::GivenNames), view.text(Column::Surnames));
    if given.is_empty() || surnames.is_empty() {
        return;
    }
    if let Err(problem) = check_name(given, surnames) {
        report.at(problem.column(), problem.to_string());
    }
}
