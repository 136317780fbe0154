//! The rules of stage A, one a file: citation, class, code, passing and failing examples.
//!
//! Place in the flow: [`RULES`] is the whole list in the order in which findings are shown; the
//! examination runs them, the tables in `docs/` and the golden file of messages are made from them.
//!
//! Left to others: reading of cells ([`crate::reading`]), the law as data ([`crate::book`]). Checks
//! 1, 15 (devices) and 18 of LAW.md need signatures, rosters and the log: instrument and keeper.

mod act_limitation;
mod address_as_of;
mod address_as_of_old;
mod address_city;
mod address_incomplete;
mod address_institution;
mod address_more;
mod address_placeholder;
mod address_reused;
mod address_state;
mod address_zip;
mod age_below;
mod agreement_column;
mod agreement_in_force;
mod agreement_safeguards;
mod agreement_suspended;
mod asks_for_unread;
mod birth_date_unread;
mod case_after_request;
mod case_before_offence;
mod case_number_civil;
mod case_number_missing;
mod case_opened_on;
mod case_shared;
mod cell_error;
mod cell_formula;
mod cover_agency;
mod cover_missing;
mod cover_purpose;
mod cover_signatory;
mod cover_signed_on;
mod cover_title;
mod element_date;
mod element_missing;
mod evidence_thin;
mod name_missing;
mod name_one_letter;
mod name_placeholder;
mod name_several;
mod officer_caseload;
mod officer_identity;
mod officer_missing;
mod officer_not_designated;
mod officer_over_cap;
mod officer_several;
mod order_act_day;
mod order_administrative;
mod order_after_act;
mod order_before_act;
mod order_finality;
mod order_ground;
mod order_ninety_days;
mod order_relief;
mod order_review;
mod order_review_day;
mod order_shared;
mod order_stay;
mod order_unstated;
mod periods_before_birth;
mod periods_future;
mod periods_span;
mod periods_unread;
mod reason_civil_purpose;
mod reason_clone;
mod reason_unspecific;
mod request_ceiling;
mod request_rows;
mod statute_civil;
mod statute_not_agreed;
mod statute_not_in_force;
mod statute_tax;
mod statute_unlisted;
mod statute_unread;
mod statute_wide;
mod subject_repeated;
mod tin_range;
mod tin_unread;

use model::{
    column::Column,
    finding::{FindingClass, RuleId},
    row::CellKind,
};

use crate::{
    terms::{Setting, TinAcceptance},
    trace::Trace,
    view::{RequestReport, RequestView, RowReport, RowView},
};

/// All rules in the order in which findings are shown.
pub(crate) static RULES: &[&Rule] = &[
    // the agreement and the cover
    &agreement_in_force::RULE,
    &agreement_suspended::RULE,
    &agreement_safeguards::RULE,
    &cover_missing::RULE,
    &cover_agency::RULE,
    &cover_signatory::RULE,
    &cover_title::RULE,
    &cover_signed_on::RULE,
    &cover_purpose::RULE,
    &request_rows::RULE,
    &request_ceiling::RULE,
    // the taxpayer: 6103(i)(2)(B)(i)
    &name_missing::RULE,
    &name_placeholder::RULE,
    &name_one_letter::RULE,
    &name_several::RULE,
    &address_placeholder::RULE,
    &address_institution::RULE,
    &address_incomplete::RULE,
    &address_zip::RULE,
    &address_state::RULE,
    &address_city::RULE,
    &address_as_of::RULE,
    &address_as_of_old::RULE,
    &address_more::RULE,
    &birth_date_unread::RULE,
    &tin_unread::RULE,
    &tin_range::RULE,
    &evidence_thin::RULE,
    // the taxable periods: (B)(ii)
    &periods_unread::RULE,
    &periods_future::RULE,
    &periods_span::RULE,
    &periods_before_birth::RULE,
    // the statutory authority: (B)(iii)
    &statute_unread::RULE,
    &statute_wide::RULE,
    &statute_civil::RULE,
    &statute_tax::RULE,
    &statute_unlisted::RULE,
    &statute_not_in_force::RULE,
    &statute_not_agreed::RULE,
    &element_missing::RULE,
    &element_date::RULE,
    &order_ninety_days::RULE,
    &order_ground::RULE,
    &order_finality::RULE,
    &order_administrative::RULE,
    &order_review::RULE,
    &order_review_day::RULE,
    &order_stay::RULE,
    &order_relief::RULE,
    &order_unstated::RULE,
    &order_after_act::RULE,
    &order_before_act::RULE,
    &order_act_day::RULE,
    &age_below::RULE,
    &act_limitation::RULE,
    // the case and the specific reason: (B)(iv)
    &asks_for_unread::RULE,
    &case_number_missing::RULE,
    &case_number_civil::RULE,
    &case_opened_on::RULE,
    &case_before_offence::RULE,
    &case_after_request::RULE,
    &reason_unspecific::RULE,
    &reason_civil_purpose::RULE,
    &officer_missing::RULE,
    &officer_several::RULE,
    &officer_not_designated::RULE,
    &agreement_column::RULE,
    // cells
    &cell_error::RULE,
    &cell_formula::RULE,
    // across rows
    &officer_over_cap::RULE,
    &officer_caseload::RULE,
    &officer_identity::RULE,
    &case_shared::RULE,
    &order_shared::RULE,
    &reason_clone::RULE,
    &address_reused::RULE,
    &subject_repeated::RULE,
];

/// What a rule needs to be examined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// The rows and the statute book.
    Nothing,
    /// The agreement; without one the rule stands under `not_examined`.
    Agreement,
}

/// A rule as tables and people see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RuleDescription {
    /// Stable name.
    pub id: RuleId,
    /// Class of all its findings.
    pub class: FindingClass,
    /// The law.
    pub citation: &'static str,
    /// What it holds to, in a few words.
    pub title: &'static str,
    /// What a requester can do, where a finding says nothing nearer.
    pub remedy: &'static str,
    /// Numbers of the checks of LAW.md it carries out, 1 to 19; empty for a matter of form.
    pub checks: &'static [u8],
    /// What it needs.
    pub needs: Needs,
}

/// A change of the sample request, with the reason it shows something.
#[derive(Debug, Clone, Copy)]
pub struct Example {
    /// What is shown.
    pub what: &'static str,
    /// Changes of each row; as many rows as there are entries.
    pub(crate) rows: &'static [&'static [Change]],
    /// Changes of the cover; an empty text takes the field out.
    pub(crate) cover: &'static [(&'static str, &'static str)],
    /// Changes of the terms.
    pub(crate) terms: &'static [TermsChange],
}

/// A change of one cell of a sample row; an empty text takes the cell out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Change {
    pub(crate) column: Column,
    pub(crate) kind: CellKind,
    pub(crate) text: &'static str,
    pub(crate) formula: bool,
}

/// A change of the sample terms.
#[derive(Debug, Clone, Copy)]
pub(crate) enum TermsChange {
    NoAgreement,
    Suspended,
    AsOf(&'static str),
    SafeguardsUntil(&'static str),
    SafeguardFindings(u32),
    RowCeiling(u32),
    OfficerCap(u32),
    /// The title under which the agreement lists its signatory.
    Titled(&'static str),
    Requires(Column),
    Accepts(TinAcceptance),
    NoCover,
}

/// Rows that belong together, by their position in the list of traces.
pub(crate) struct Group {
    pub(crate) rows: Vec<u32>,
    /// What the rule says of the group; places are added by the examination.
    pub(crate) message: String,
}

/// How a rule looks.
pub(crate) enum Examine {
    Row(fn(&RowView<'_>, &Setting<'_>, &mut RowReport<'_>)),
    Request(fn(&RequestView<'_>, &Setting<'_>, &mut RequestReport<'_>)),
    /// Traces are ordered by place; the column is the one findings point at.
    Across {
        column: Column,
        find: fn(&[Trace], &Setting<'_>, &RequestView<'_>) -> Vec<Group>,
    },
}

/// One rule.
pub(crate) struct Rule {
    pub(crate) about: RuleDescription,
    pub(crate) examine: Examine,
    pub(crate) failing: &'static [Example],
    pub(crate) passing: &'static [Example],
}

impl Rule {
    /// The column that findings across rows point at.
    pub(crate) fn column(&self) -> Option<Column> {
        match self.examine {
            Examine::Across { column, .. } => Some(column),
            _ => None,
        }
    }

    pub(crate) fn is_examined(&self, setting: &Setting<'_>) -> bool {
        self.about.needs == Needs::Nothing || setting.terms.agreement.is_some()
    }
}

/// All rules in the order in which findings are shown.
#[must_use]
pub fn rules() -> Vec<&'static RuleDescription> {
    RULES.iter().map(|rule| &rule.about).collect()
}

/// Failing and passing examples of a rule; none for an unknown one.
#[must_use]
pub fn examples(id: RuleId) -> (&'static [Example], &'static [Example]) {
    (RULES.iter().find(|rule| rule.about.id == id))
        .map_or((&[], &[]), |rule| (rule.failing, rule.passing))
}

impl Example {
    /// One row with these changes.
    pub(crate) const fn row(what: &'static str, rows: &'static [&'static [Change]]) -> Self {
        Self {
            what,
            rows,
            cover: &[],
            terms: &[],
        }
    }

    /// The sample cover with these changes.
    pub(crate) const fn cover(
        what: &'static str,
        cover: &'static [(&'static str, &'static str)],
    ) -> Self {
        Self {
            what,
            rows: &[&[]],
            cover,
            terms: &[],
        }
    }

    /// The sample terms with these changes.
    pub(crate) const fn terms(what: &'static str, terms: &'static [TermsChange]) -> Self {
        Self {
            what,
            rows: &[&[]],
            cover: &[],
            terms,
        }
    }

    /// The same under changed terms.
    pub(crate) const fn under(self, terms: &'static [TermsChange]) -> Self {
        Self { terms, ..self }
    }
}

/// A text cell.
pub(crate) const fn text(column: Column, text: &'static str) -> Change {
    Change {
        column,
        kind: CellKind::Text,
        text,
        formula: false,
    }
}

/// A cell of another kind.
pub(crate) const fn kind(column: Column, kind: CellKind, text: &'static str) -> Change {
    Change {
        column,
        kind,
        text,
        formula: false,
    }
}

/// An empty cell.
pub(crate) const fn empty(column: Column) -> Change {
    text(column, "")
}

/// Groups positions by key, leaving out key 0; keys and positions ascend.
pub(crate) fn grouped(traces: &[Trace], key: impl Fn(&Trace) -> u64) -> Vec<Vec<u32>> {
    let mut keyed: Vec<(u64, u32)> = (traces.iter().zip(0_u32..))
        .map(|(trace, index)| (key(trace), index))
        .filter(|(key, _)| *key != 0)
        .collect();
    keyed.sort_unstable();
    keyed
        .chunk_by(|(a, _), (b, _)| a == b)
        .filter(|chunk| chunk.len() > 1)
        .map(|chunk| chunk.iter().map(|(_, index)| *index).collect())
        .collect()
}

/// How many different values a key has among some rows, counted up to `most`.
pub(crate) fn distinct(traces: &[Trace], rows: &[u32], key: impl Fn(&Trace) -> u64) -> usize {
    let mut keys: Vec<u64> = (rows.iter())
        .filter_map(|index| traces.get(usize::try_from(*index).ok()?))
        .map(key)
        .collect();
    keys.sort_unstable();
    keys.dedup();
    keys.len()
}

#[cfg(test)]
mod tests {
    use super::RULES;

    #[test]
    fn every_file_of_a_rule_is_listed() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/rule");
        let files = std::fs::read_dir(folder).unwrap().count();
        assert_eq!(files, RULES.len() + 1);
    }
}
