//! `countersign submit`: taking a signed request in.
//!
//! Place in the flow: the first command at the gate.
//!
//! Left to others: signatures and examination (casework's `submit`).

use std::path::Path;

use casework::use_case::submit::{Submission, submit};
use model::fault::ExitStatus;

use crate::{
    arguments::SubmitArguments, command::Print, files, log::system_now, office::Gate, workbook,
};

/// Takes a request in and prints what came of it.
pub fn run(
    arguments: &SubmitArguments,
    home: Option<&Path>,
    print: Print,
) -> Result<ExitStatus, anyhow::Error> {
    let workbook = workbook::read(&arguments.request, arguments.cover.as_deref())?;
    let envelope = files::read(&arguments.envelope)?;
    let mut gate = Gate::open(home)?;
    let submission = Submission {
        file: workbook.summary.digest,
        rows: &workbook.collected.rows,
        given: workbook.given(system_now().day()),
        envelope,
    };
    let report = submit(&mut gate.office(), &submission)?;
    let value = serde_json::json!({
        "request": report.request, "rows": report.rows, "admissible": report.admissible,
        "rejected": report.rejected, "again": report.again,
    });
    print.result(&value, || {
        let again = if report.again {
            " It was taken in before; nothing changed."
        } else {
            ""
        };
        format!(
            "Request {} taken in: {} rows, {} admissible, {} rejected.{again}",
            report.request, report.rows, report.admissible, report.rejected
        )
    })?;
    Ok(if report.rejected > 0 {
        ExitStatus::Findings
    } else {
        ExitStatus::Done
    })
}
