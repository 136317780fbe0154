//! The auditor's check of a bundle, from outside and without any trust in the gate.
//!
//! Place in the flow: after the fact. `countersign audit-bundle` writes a bundle; [`verify`] reads
//! its bytes and says what it checked, what failed and what could not be checked. From a public
//! bundle: signatures, order, budgets, ceilings, conserved counts. From a sealed one also what every
//! leaf commits to, and stage A and stage B done again.
//!
//! Reading order: [`report`] what comes out, `bundle` the parts, `documents`, `walk` the log,
//! `request`, `whole`, `row` and `matter` what a sealed bundle opens, `replay` both stages.
//!
//! Left to others: the second, independent verifier; reading files (the binary). Pure.

#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::expect_used
    )
)]

mod bundle;
mod documents;
mod matter;
mod parts;
pub mod replay;
pub mod report;
mod request;
mod row;
mod walk;
mod whole;

use instrument::bundle::BundleKind;
use model::digest::Digest;

pub use report::Report;

/// What the auditor brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    /// Digest of the genesis, from a source other than the bundle. Without it the report says that
    /// whose root this is was not checked.
    pub genesis_digest: Option<Digest>,
}

/// Whether bytes begin as a bundle does; anything else is not a failed bundle but another file.
#[must_use]
pub fn is_bundle(bytes: &[u8]) -> bool {
    bytes.starts_with(b"countersign/archive/v1 ")
}

/// Checks a bundle. Everything that can be checked is, whatever failed before.
#[must_use]
pub fn verify(bytes: &[u8], options: &Options) -> Report {
    let mut report = Report::default();
    let archive = match instrument::archive::Archive::parse(bytes, instrument::bundle::BUNDLE) {
        Ok(archive) => archive,
        Err(error) => {
            report.fail("bundle", report::chain(&error));
            return report;
        }
    };
    report.passed("archive parts", archive.parts().count());
    let Some(opened) = bundle::open(&archive, options, &mut report) else {
        return report;
    };
    let documents = documents::check(&opened, &mut report);
    let log = walk::walk(&opened, &documents, &mut report);
    if opened.index.document().kind == BundleKind::Sealed {
        request::check_all(&opened, &documents, &log, &mut report);
    } else {
        report.not_checked(
            "what leaves commit to (rows, decisions, approvals, receipts): the bundle is public",
        );
    }
    report
}
