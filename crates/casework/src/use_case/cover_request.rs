//! Making the signed envelope of a request: the requesting office's side.
//!
//! Place in the flow: `countersign cover`, before submission. The signatory signs the cover over a
//! Merkle root of all rows; each named officer signs for their own rows. Address keys and periods
//! are computed here, from the rows' own words, so that the requester's signature covers them.
//!
//! Left to others: reading the workbook (intake), keys in files (gate).

use std::collections::BTreeMap;

use instrument::{
    agreement::Agreement,
    assurance::{Assurance, AssuredRow},
    cover::{Cover, CoverFile},
    envelope::Envelope,
    row_commitment::{ADDRESS_KEYS, RequestSecret, RowCommitment, RowContent},
    signed::Signed,
    tree::rows_root,
};
use model::{
    column::Column,
    digest::Digest,
    id::{OfficialId, RequestId},
    row::Row,
    time::{Date, TaxPeriod},
};
use note::SigningKey;
use statute::{StatuteBook, reading};

use crate::error::CaseworkError;

/// What the cover says beside the rows.
#[derive(Debug)]
pub struct CoverInput<'a> {
    /// Digest of the genesis.
    pub genesis: Digest,
    /// The request.
    pub request: RequestId,
    /// The agreement it is made under.
    pub agreement: &'a Signed<Agreement>,
    /// Who signs, in which office.
    pub signatory: (OfficialId, String),
    /// Day of signature.
    pub signed_on: Date,
    /// What the request is for.
    pub purpose: String,
    /// The workbook.
    pub file: CoverFile,
    /// Its rows.
    pub rows: &'a [Row],
}

/// The canonical content of a row: its words, and what they give as periods and address keys.
#[must_use]
pub fn row_content(row: &Row, book: &StatuteBook) -> RowContent {
    let read = reading::read_row(row, book);
    let periods: Vec<TaxPeriod> = read.periods.periods().to_vec();
    let key = |address: &standard::address::Reading| {
        let sufficient = address
            .problems
            .iter()
            .all(standard::address::AddressProblem::is_question);
        sufficient.then(|| address.address.key().expose().to_owned())
    };
    let older = reading::more_addresses(row);
    let keys: Vec<Option<String>> = std::iter::once(key(&read.address))
        .chain(older.iter().map(key))
        .take(ADDRESS_KEYS)
        .collect();
    RowContent::new(row, &periods, &keys)
}

/// Signs cover and assurances over a workbook's rows. Officers without a key among `officers` give no
/// assurance; their rows will be found deficient.
///
/// # Errors
/// [`CaseworkError::Signed`] where a key is for another use; [`CaseworkError::Entropy`].
pub fn cover_request(
    input: &CoverInput<'_>,
    signatory: &SigningKey,
    officers: &BTreeMap<OfficialId, SigningKey>,
) -> Result<Envelope, CaseworkError> {
    let secret = RequestSecret::generate()?;
    let book = statute::statute_book();
    let commitments: Vec<RowCommitment> = input
        .rows
        .iter()
        .map(|row| row_content(row, book).commit(&secret))
        .collect();
    let cover = Cover {
        genesis: input.genesis,
        request: input.request.clone(),
        agency: input.agreement.document().requesting_agency.clone(),
        agreement: (
            input.agreement.document().id.clone(),
            input.agreement.digest(),
        ),
        signatory: input.signatory.0.clone(),
        signatory_title: input.signatory.1.clone(),
        signed_on: input.signed_on,
        purpose: input.purpose.clone(),
        files: vec![input.file.clone()],
        rows: u32::try_from(input.rows.len()).unwrap_or(u32::MAX),
        rows_root: rows_root(&commitments),
    };
    let cover = Signed::sign(cover, &[signatory])?;
    let mut assurances = Vec::new();
    for (officer, key) in officers {
        let rows = assured(officer, input.rows, &commitments);
        if !rows.is_empty() {
            let assurance = Assurance {
                genesis: input.genesis,
                request: input.request.clone(),
                officer: officer.clone(),
                signed_on: input.signed_on,
                rows,
            };
            assurances.push(Signed::sign(assurance, &[key])?);
        }
    }
    Ok(Envelope {
        cover,
        assurances,
        secret,
    })
}

fn assured(officer: &OfficialId, rows: &[Row], commitments: &[RowCommitment]) -> Vec<AssuredRow> {
    rows.iter()
        .zip(commitments)
        .filter(|(row, _)| row.text(Column::OfficerId) == officer.as_str())
        .map(|(row, commitment)| AssuredRow {
            sheet: row.sheet,
            row: row.row,
            leaf: commitment.leaf_hash(),
        })
        .collect()
}
