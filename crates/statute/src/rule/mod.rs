//! The rules of stage A, one a file: citation, class, code, passing and failing examples.
//!
//! Place in the flow: [`RULES`] is the whole list in the order in which findings are shown; the
//! examination runs them, the tables in `docs/` and the golden file of messages are made from them.
//!
//! Left to others: reading of cells ([`crate::reading`]), the law as data ([`crate::book`]). Checks
//! 1, 15 (devices) and 18 of LAW.md need signatures, rosters and the log: instrument and keeper.

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

macro_rules! rules {
    ($($name:ident),* $(,)?) => {
        $(mod $name;)*
        /// All rules in the order in which findings are shown.
        pub(crate) static RULES: &[&Rule] = &[$(&$name::RULE),*];
    };
}

rules![
    // the agreement and the cover
    agreement_in_force,
    agreement_suspended,
    agreement_safeguards,
    cover_missing,
    cover_agency,
    cover_signatory,
    cover_title,
    cover_signed_on,
    cover_purpose,
    request_rows,
    request_ceiling,
    // the taxpayer: 6103(i)(2)(B)(i)
    name_missing,
    name_placeholder,
    name_several,
    address_placeholder,
    address_institution,
    address_incomplete,
    address_zip,
    address_state,
    address_city,
    address_as_of,
    address_as_of_old,
    address_more,
    birth_date_unread,
    tin_unread,
    tin_range,
    evidence_thin,
    // the taxable periods: (B)(ii)
    periods_unread,
    periods_future,
    periods_span,
    // the statutory authority: (B)(iii)
    statute_unread,
    statute_wide,
    statute_civil,
    statute_tax,
    statute_unlisted,
    statute_not_in_force,
    statute_not_agreed,
    element_missing,
    element_date,
    order_ninety_days,
    order_ground,
    order_finality,
    order_review,
    order_stay,
    order_after_act,
    age_below,
    act_limitation,
    // the case and the specific reason: (B)(iv)
    asks_for_unread,
    case_number_missing,
    case_opened_on,
    case_before_offence,
    case_after_request,
    reason_unspecific,
    reason_civil_purpose,
    officer_missing,
    officer_not_designated,
    agreement_column,
    // cells
    cell_error,
    cell_formula,
    // across rows
    officer_over_cap,
    officer_caseload,
    case_shared,
    reason_clone,
    address_reused,
    subject_repeated,
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
        Self { what, rows, cover: &[], terms: &[] }
    }

    /// The sample cover with these changes.
    pub(crate) const fn cover(what: &'static str, cover: &'static [(&'static str, &'static str)]) -> Self {
        Self { what, rows: &[&[]], cover, terms: &[] }
    }

    /// The sample terms with these changes.
    pub(crate) const fn terms(what: &'static str, terms: &'static [TermsChange]) -> Self {
        Self { what, rows: &[&[]], cover: &[], terms }
    }

    /// The same under changed terms.
    pub(crate) const fn under(self, terms: &'static [TermsChange]) -> Self {
        Self { terms, ..self }
    }
}

/// A text cell.
pub(crate) const fn text(column: Column, text: &'static str) -> Change {
    Change { column, kind: CellKind::Text, text, formula: false }
}

/// A cell of another kind.
pub(crate) const fn kind(column: Column, kind: CellKind, text: &'static str) -> Change {
    Change { column, kind, text, formula: false }
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
