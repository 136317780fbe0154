//! Assembling the warrant of an approved case, putting it to keepers, and opening its one address.
//!
//! Place in the flow: inside a release, after the matter leaf is cosigned. The warrant is verified
//! here as keepers will, so that a refusal is understood before it is asked for.
//!
//! Left to others: keepers' own verification (keeper), the sealed format (seal).

use instrument::{
    agreement::Agreement,
    document::Document,
    signed::Signed,
    statement::{Question, Statement},
    tree,
    warrant::{LeafOpening, Warrant, opens_to_keepers},
    wire::SlotValues,
};
use model::{digest::Digest, time::TaxPeriod};
use seal::{
    address::MailingAddress,
    context::SlotKey,
    open::{OpenError, open},
};
use statute::statute_book;

use crate::{
    error::CaseworkError,
    keeper_values::values_of_item,
    office::{Loaded, Office, request_tag},
    ports::{CosignedHead, PortError},
    record::RowRecord,
    use_case::{
        cover_request::row_content,
        release::{ReleaseInput, approvals_in_order},
    },
};

/// What is wanted of a warrant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// Only that keepers say the warrant stands: the address given is the latest, nothing is opened.
    Confirmation,
    /// The address, where the approvals allow it.
    Address,
}

/// What a warrant is assembled with, beside the row.
#[derive(Debug, Clone, Copy)]
pub struct Opening<'a> {
    /// The agreement.
    pub agreement: &'a Signed<Agreement>,
    /// The cosigned head.
    pub head: &'a CosignedHead,
    /// What is wanted.
    pub wanted: Wanted,
}

/// Puts an approved case to the keepers. Gives the address and the latest period it was reported
/// for where the approvals allow it and a slot opens; `None` where only a confirmation is allowed
/// or no slot opens.
///
/// # Errors
/// [`CaseworkError`] where the warrant is not in order or too few keepers answer.
pub fn open_case(
    office: &Office<'_>,
    loaded: &Loaded,
    row: &RowRecord,
    input: &ReleaseInput<'_>,
    opening: &Opening<'_>,
) -> Result<Option<(MailingAddress, TaxPeriod)>, CaseworkError> {
    let statement = row
        .statement
        .clone()
        .ok_or_else(|| CaseworkError::damaged("an approved row has no statement"))?;
    let warrant = warrant(office, loaded, row, input, opening)?;
    let answers = input.keepers.open(&warrant.to_bytes())?;
    let digest = statement.digest();
    if answers.iter().any(|answer| answer.statement != digest) {
        return Err(CaseworkError::damaged(
            "a keeper answered about another statement",
        ));
    }
    let confirmed_only = answers
        .iter()
        .any(|answer| answer.question == Question::Verify);
    if confirmed_only || opening.wanted == Wanted::Confirmation {
        return Ok(None);
    }
    open_slots(&statement, &warrant, input, &answers)
}

fn warrant(
    office: &Office<'_>,
    loaded: &Loaded,
    row: &RowRecord,
    input: &ReleaseInput<'_>,
    opening: &Opening<'_>,
) -> Result<Warrant, CaseworkError> {
    let damaged = CaseworkError::damaged;
    let statement = row
        .statement
        .clone()
        .ok_or_else(|| damaged("an approved row has no statement"))?;
    let [officer, counsel] =
        approvals_in_order(row).ok_or_else(|| damaged("an approved row has not two approvals"))?;
    let place = row
        .matter_leaf
        .ok_or_else(|| damaged("an approved row has no leaf"))?;
    let secret = &loaded.envelope.secret;
    let words = row
        .opening
        .row()
        .ok_or_else(|| damaged("a row cannot be read back"))?;
    let content = row_content(&words, statute_book());
    let leaves: Vec<Digest> = loaded.rows.iter().map(RowRecord::leaf).collect();
    let position = loaded
        .rows
        .iter()
        .position(|other| other.place() == row.place());
    let row_proof = position.and_then(|position| tree::prove(&leaves, position));
    let (header, header_proof) = input.records.header(statement.record)?;
    Ok(Warrant {
        authority: office.documents.authority.clone(),
        agreement: opening.agreement.clone(),
        cover: loaded.envelope.cover.clone(),
        row: content.open(&loaded.request.id, secret, opens_to_keepers),
        row_proof: row_proof.ok_or_else(|| damaged("a row is not among its request's"))?,
        assurance: loaded
            .envelope
            .assurance_for(&row.leaf())
            .ok_or_else(|| damaged("an approved row has no assurance"))?
            .clone(),
        approvals: [officer.clone(), counsel.clone()],
        leaf: LeafOpening {
            index: place.index,
            day: place.day,
            salt: loaded
                .commitments()
                .salt(row.opening.sheet, row.opening.row, "matter"),
            request: request_tag(secret, &loaded.request.id)
                .ok_or_else(|| damaged("a request has no tag"))?,
        },
        leaf_proof: office.log.prove(place.index, opening.head.size)?,
        checkpoint: opening.head.checkpoint.clone(),
        header: header.to_bytes(),
        header_proof,
        statement,
    })
}

fn open_slots(
    statement: &Statement,
    warrant: &Warrant,
    input: &ReleaseInput<'_>,
    answers: &[SlotValues],
) -> Result<Option<(MailingAddress, TaxPeriod)>, CaseworkError> {
    let (header, _) = input.records.header(statement.record)?;
    let context = header
        .context(&statement.register, statement.epoch, statement.entry)
        .ok_or_else(|| CaseworkError::damaged("a statement names no entry of its record"))?;
    let entry = input
        .records
        .sealed_entry(statement.record, statement.entry)?;
    let latest = header
        .latest_within(&statement.periods)
        .ok_or_else(|| CaseworkError::damaged("a statement names no period of its record"))?;
    for (item, key) in warrant.row.address_keys().enumerate() {
        let lines = answers
            .iter()
            .map(|answer| (&answer.keeper, answer.values.as_slice()));
        let values = values_of_item(lines, item);
        match open(
            &entry,
            &context,
            &SlotKey::on_file(key),
            input.sets,
            &values,
        ) {
            Ok(opened) => return Ok(Some((opened.address, latest.1))),
            Err(OpenError::NoKey) => {}
            Err(error) => {
                return Err(PortError::damaged("the sealed plane or the keepers", error).into());
            }
        }
    }
    Ok(None)
}
