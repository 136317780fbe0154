//! `countersign identify`: stage B for a request's admitted rows.
//!
//! Place in the flow: after the review of the law.
//!
//! Left to others: the decision (identity), tokens (keepers).

use std::path::Path;

use casework::use_case::identify_rows::{IdentifyInput, identify_rows};
use model::fault::ExitStatus;

use crate::{arguments::OperatorArguments, command::Print, office::Gate};

/// Puts admitted rows to the register. The operator learns counts only.
pub fn run(
    arguments: &OperatorArguments,
    home: Option<&Path>,
    print: Print,
) -> Result<ExitStatus, anyhow::Error> {
    let mut gate = Gate::open(home)?;
    let records = gate.records()?;
    let delivery = gate.delivery()?;
    let certificate = gate.certificate()?.clone();
    let keepers = gate.keepers.clone();
    let input = IdentifyInput {
        operator: &arguments.official,
        records: records.as_ref(),
        keepers: &keepers,
        delivery: &delivery,
        certificate: &certificate,
    };
    let report = identify_rows(&mut gate.office(), &arguments.request, &input)?;
    let value = serde_json::json!({ "rows": report.rows, "identified": report.identified });
    print.result(&value, || {
        format!(
            "{} admitted rows put to the register: {} cases for review, {} without.",
            report.rows,
            report.identified,
            report.rows - report.identified
        )
    })?;
    Ok(ExitStatus::Done)
}
