//! What a request is examined against.
//!
//! Place in the flow: the caller fixes date, agreement, statute book and deployment before the first
//! row; nothing of it changes during an examination.
//!
//! Left to others: whether agreement and authority note are signed and in date order (instrument).

use std::collections::HashSet;

use instrument::agreement::Agreement;
use model::{ceiling, time::Date};

use crate::{book::StatuteBook, citation::Citation};

/// Which taxpayer numbers a row may hold (LAW.md section 8).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TinAcceptance {
    /// A synthetic genesis: never-issued numbers only.
    NeverIssuedOnly,
    /// Production: numbers an office could have issued only.
    IssuableOnly,
    /// No genesis is known: a requester examines their own file at their own desk.
    Any,
}

/// Whether the channel is open (authority note, suspensions).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    /// Nothing is suspended.
    Open,
    /// Everything, or this agreement, is suspended.
    Suspended,
}

/// The terms of one examination.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    /// The day the request is examined as of, in UTC.
    pub as_of: Date,
    /// The agreement it is made under; without one, the rules that need it are not examined.
    pub agreement: Option<&'a Agreement>,
    /// The statute book.
    pub book: &'a StatuteBook,
    /// Taxpayer numbers accepted.
    pub accepts: TinAcceptance,
    /// Whether the channel is open.
    pub channel: Channel,
}

/// The terms with what rules look up in them prepared once.
pub(crate) struct Setting<'a> {
    pub(crate) terms: Terms<'a>,
    /// The agreement's provisions.
    pub(crate) statutes: Vec<Citation>,
    officers: HashSet<&'a str>,
}

impl<'a> Setting<'a> {
    pub(crate) fn new(terms: Terms<'a>) -> Self {
        let listed = terms
            .agreement
            .map_or(&[][..], |agreement| &agreement.statutes);
        let officers = terms
            .agreement
            .map_or(&[][..], |agreement| &agreement.officers);
        Self {
            terms,
            statutes: listed
                .iter()
                .filter_map(|text| Citation::parse(text))
                .collect(),
            officers: officers.iter().map(model::id::OfficialId::as_str).collect(),
        }
    }

    pub(crate) fn is_designated(&self, officer: &str) -> bool {
        self.officers.contains(officer)
    }

    /// Rows one officer may be named on.
    pub(crate) fn officer_cap(&self) -> u32 {
        self.terms
            .agreement
            .map_or(ceiling::OPEN_SUBJECTS_PER_OFFICER, |agreement| {
                agreement.budgets.under_ceilings().open_subjects_per_officer
            })
    }

    /// Admissible rows one request may hold.
    pub(crate) fn row_ceiling(&self) -> u32 {
        self.terms
            .agreement
            .map_or(ceiling::ADMITTED_ROWS_PER_REQUEST, |agreement| {
                agreement.budgets.under_ceilings().admitted_rows_per_request
            })
    }
}
