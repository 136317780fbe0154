//! `countersign release`: all answers of a decided request, together.
//!
//! Place in the flow: the last step. Log, cosign, open, write one encrypted workbook for each named
//! officer, sign the receipt, log it. Plain answers are in memory only.
//!
//! Left to others: log before open (casework's `release`), workbooks (answer).

use std::{collections::BTreeMap, path::Path};

use answer::{Disclosed, Response, ResponseRow, encrypt, write_workbook};
use anyhow::Context as _;
use casework::use_case::release::{
    Release, ReleaseInput, ReleasedRow, issue, issued_receipt, release,
};
use instrument::{receipt::Receipt, signed::Signed};
use model::{digest::Digest, fault::ExitStatus, id::OfficialId};

use crate::{
    arguments::OperatorArguments,
    command::Print,
    files,
    office::{Gate, is_synthetic},
};

/// Releases a request and prints its counts.
pub fn run(
    arguments: &OperatorArguments,
    home: Option<&Path>,
    print: Print,
) -> Result<ExitStatus, anyhow::Error> {
    let mut gate = Gate::open(home)?;
    let operator = &arguments.official;
    // A release that a crash cut short behind its leaf is finished; its responses lie there already.
    if let Some(receipt) = issued_receipt(&mut gate.office(), &arguments.request, operator)? {
        return finish(&gate, &receipt, print);
    }
    let records = gate.records()?;
    let delivery = gate.delivery()?;
    let keepers = gate.keepers.clone();
    let key = gate.key()?;
    let input = ReleaseInput {
        operator,
        records: records.as_ref(),
        keepers: &keepers,
        sets: &delivery.sets,
    };
    let released = release(&mut gate.office(), &arguments.request, &input)?;
    let responses = write_responses(&gate, &released)?;
    let receipt = issue(&mut gate.office(), &released, responses, &key)?;
    finish(&gate, &receipt, print)
}

/// Writes the receipt beside the responses and prints its counts.
fn finish(
    gate: &Gate,
    receipt: &Signed<Receipt>,
    print: Print,
) -> Result<ExitStatus, anyhow::Error> {
    let Receipt {
        request, counts, ..
    } = receipt.document();
    let folder = gate.responses().join(request.as_str());
    files::write(&folder.join("receipt.note"), receipt.render().as_bytes())?;
    print.result(counts, || {
        format!(
            "Request {request} issued: {} rows = {} rejected + {} declined + {} no disclosure + {} confirmed + {} disclosed.\n\
             Responses and receipt: {}",
            counts.rows,
            counts.rejected,
            counts.declined,
            counts.no_disclosure,
            counts.confirmed,
            counts.disclosed,
            folder.display()
        )
    })?;
    Ok(ExitStatus::Done)
}

/// Writes each officer's encrypted workbook; rows that name nobody on the roster go to the signatory's
/// summary only, in the receipt's counts.
fn write_responses(
    gate: &Gate,
    released: &Release,
) -> Result<Vec<(OfficialId, Digest)>, anyhow::Error> {
    let authority = gate.documents.authority.document();
    let mut rows: BTreeMap<OfficialId, Vec<ResponseRow>> = BTreeMap::new();
    for row in &released.rows {
        if let Ok(officer) = row.officer.parse() {
            rows.entry(officer).or_default().push(response_row(row));
        }
    }
    let mut responses = Vec::new();
    for (officer, rows) in rows {
        let person = authority.roster.iter().find(|person| person.id == officer);
        let Some(recipient) = person.and_then(|person| person.recipient.as_deref()) else {
            continue;
        };
        let response = Response {
            synthetic: is_synthetic(&gate.documents),
            cover: &released.cover,
            officer: &officer,
            issued_on: released.issued_on,
            destroy_by: released.destroy_by,
            findings: &released.findings,
            rows: &rows,
        };
        let workbook = zeroize::Zeroizing::new(write_workbook(&response)?);
        let encrypted = encrypt(officer.as_str(), recipient, &workbook)?;
        let name = format!("{officer}.xlsx.age");
        let path = gate.responses().join(released.request.as_str()).join(name);
        files::write(&path, &encrypted).context("a response")?;
        responses.push((officer, Digest::of(&encrypted)));
    }
    Ok(responses)
}

fn response_row(row: &ReleasedRow) -> ResponseRow {
    ResponseRow {
        row: row.row.clone(),
        case_number: row.case_number.clone(),
        answer: row.answer,
        disclosed: row.disclosed.as_ref().map(|(address, period)| Disclosed {
            lines: address.lines(),
            period: *period,
        }),
        ground: row.ground,
        findings: row.findings.clone(),
    }
}
