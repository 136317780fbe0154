//! `countersign admit` and `countersign decline`: one row, one reviewer, one signature.
//!
//! Place in the flow: review of the law.
//!
//! Left to others: the rules of it (casework's `decide_face`).

use std::path::Path;

use casework::use_case::decide_face::{FaceInput, decide_face};
use instrument::face::FaceDecision;
use model::{fault::ExitStatus, id::RowId};

use crate::{arguments::Signer, command::Print, files, office::Gate};

/// Decides one row on its face.
pub fn run(
    row: &RowId,
    signer: &Signer,
    decision: FaceDecision,
    home: Option<&Path>,
    print: Print,
) -> Result<ExitStatus, anyhow::Error> {
    let key = files::read_key(&signer.key)?;
    let mut gate = Gate::open(home)?;
    let input = FaceInput {
        row,
        reviewer: &signer.official,
        key: &key,
        decision,
    };
    let state = decide_face(&mut gate.office(), &input)?;
    print.result(&serde_json::json!({ "row": row, "state": state }), || {
        format!("Row {row} is now {state}.")
    })?;
    Ok(ExitStatus::Done)
}
