//! Ceilings compiled into gate, keeper and verify (SEALING.md section 4).
//!
//! Place in the flow: agreements and operators may lower these, never raise them; there is no
//! setting for it.
//!
//! Left to others: counting (instrument's budget arithmetic over the log).

/// Admitted rows in one request.
pub const ADMITTED_ROWS_PER_REQUEST: u32 = 50;

/// Admitted rows in one request where the agreement says nothing.
pub const DEFAULT_ADMITTED_ROWS_PER_REQUEST: u32 = 12;

/// Open subjects of one named officer.
pub const OPEN_SUBJECTS_PER_OFFICER: u32 = 25;

/// Approvals one reviewer may sign in one civil day (UTC).
pub const APPROVALS_PER_REVIEWER_PER_DAY: u32 = 40;

/// Openings for one requesting agency in one civil day (UTC).
pub const OPENINGS_PER_AGENCY_PER_DAY: u32 = 200;

/// Seconds between two approvals of one reviewer. Zero only under a synthetic genesis.
pub const SECONDS_BETWEEN_APPROVALS: u64 = 30;

/// Token evaluations for one row.
pub const TOKENS_PER_ROW: u32 = 32;

/// Longest life of an authority note, in seconds.
pub const AUTHORITY_NOTE_SECONDS: u64 = 24 * 60 * 60;
