//! `countersign approve` and `countersign end`: one case, one reviewer, one signature.
//!
//! Place in the flow: review of the person. There is no form of either for several cases.
//!
//! Left to others: the rules of it (casework's `decide_person`).

use std::path::Path;

use casework::use_case::decide_person::{PersonInput, decide_person};
use instrument::approval::ApprovalDecision;
use model::{fault::ExitStatus, id::CaseId};

use crate::{arguments::Signer, command::Print, files, office::Gate};

/// Decides one case.
pub fn run(
    case: &CaseId,
    signer: &Signer,
    decision: ApprovalDecision,
    home: Option<&Path>,
    print: Print,
) -> Result<ExitStatus, anyhow::Error> {
    let key = files::read_key(&signer.key)?;
    let mut gate = Gate::open(home)?;
    let input = PersonInput {
        case,
        reviewer: &signer.official,
        key: &key,
        decision,
    };
    let state = decide_person(&mut gate.office(), &input)?;
    print.result(&serde_json::json!({ "case": case, "state": state }), || {
        format!("Case {case} is now {state}.")
    })?;
    Ok(ExitStatus::Done)
}
