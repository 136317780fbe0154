//! Stage A: rows and cover examined against the law, the agreement and the statute book, as of a
//! date.
//!
//! Place in the flow: intake delivers rows; an [`examination::Examination`] gives each its findings
//! ([`model::finding`]), and at the end those that only all rows together show (clones, caseload,
//! reused addresses). It has no access to any register, so its messages may be exact, and a
//! requester can run the same examination before sending.
//!
//! Reading order: [`terms`] what is examined against, [`book`] and [`citation`] the law as data,
//! [`reading`] a row's cells read once, `rule` one rule a file, [`examination`] the whole.
//! `docs/src/adding-a-rule.md` lists the steps for a new rule.
//!
//! Left to others: files (intake), signatures and budgets over time (instrument, keeper), people's
//! decisions (casework). Pure: no clock, no files, no network.

#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::expect_used
    )
)]

pub mod book;
pub mod citation;
pub mod cover;
pub mod date;
pub mod examination;
mod filler;
mod key;
mod officer;
pub mod period;
pub mod person;
mod phrase;
pub mod reading;
mod reason;
mod rule;
pub mod sample;
pub mod terms;
mod trace;
mod view;

pub use book::{StatuteBook, statute_book};
pub use cover::CoverView;
pub use examination::{
    Cluster, Examination, ExaminationCounts, Later, Outcome, RowExaminer, RowFindings,
};
pub use rule::{Example, Needs, RuleDescription, examples, rules};
pub use terms::{Channel, Terms, TinAcceptance};
pub use view::SheetColumns;
