//! The envelope: what a requesting office sends beside its workbook.
//!
//! Place in the flow: `countersign cover` writes it, `countersign submit` reads it. It is an
//! [`Archive`] of kind `envelope` with the signed cover (`cover`), one signed assurance for each named
//! officer (`assurance/ID`) and the request's secret (`secret`), from which all salts derive.
//!
//! Left to others: reading the workbook (intake) and checking who may sign (casework).

use model::{
    digest::{Digest, hex, unhex},
    fault::{Explain, Fault},
};
use thiserror::Error;

use crate::{
    archive::{Archive, ArchiveError},
    assurance::Assurance,
    cover::Cover,
    row_commitment::{RequestSecret, RowCommitment, RowContent},
    signed::{Signed, SignedError},
    tree,
};

/// Kind of the archive.
pub const ENVELOPE: &str = "envelope";

/// Why an envelope is not accepted. The fault of whoever made it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EnvelopeError {
    /// The file is not an envelope.
    #[error("the envelope cannot be read")]
    Archive(#[from] ArchiveError),
    /// A signed part is not in order.
    #[error("a signed part of the envelope is not in order")]
    Signed(#[from] SignedError),
    /// The secret is not 32 bytes in hexadecimal.
    #[error("part `secret` is not 64 hexadecimal digits")]
    Secret,
    /// The workbook's rows are not those that were signed.
    #[error("the workbook has other rows than the cover signed for")]
    OtherRows,
    /// The workbook's bytes are not those that were signed.
    #[error("the workbook is another file than the cover signed for")]
    OtherFile,
    /// An assurance is for another request, or names a row that is not in the workbook.
    #[error("the assurance of `{officer}` does not fit this request")]
    OtherAssurance {
        /// The officer.
        officer: String,
    },
}

impl Explain for EnvelopeError {
    fn fault(&self) -> Fault {
        Fault::Input
    }
}

/// What comes with a workbook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// The signed cover.
    pub cover: Signed<Cover>,
    /// The signed assurances, one for each named officer.
    pub assurances: Vec<Signed<Assurance>>,
    /// The request's secret.
    pub secret: RequestSecret,
}

impl Envelope {
    /// The file's bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut archive = Archive::new(ENVELOPE);
        archive.add("cover", self.cover.render());
        for assurance in &self.assurances {
            let name = format!("assurance/{}", assurance.document().officer);
            archive.add(&name, assurance.render());
        }
        archive.add("secret", hex(self.secret.expose()));
        archive.to_bytes()
    }

    /// Reads the file. Signatures are not yet checked.
    ///
    /// # Errors
    /// [`EnvelopeError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, EnvelopeError> {
        let archive = Archive::parse(bytes, ENVELOPE)?;
        let cover = Signed::parse(archive.text("cover")?)?;
        let mut assurances = Vec::new();
        for (name, _) in archive.under("assurance/") {
            assurances.push(Signed::parse(archive.text(name)?)?);
        }
        let secret = unhex(archive.text("secret")?)
            .and_then(|bytes| bytes.try_into().ok())
            .map(RequestSecret::from_bytes)
            .ok_or(EnvelopeError::Secret)?;
        Ok(Self {
            cover,
            assurances,
            secret,
        })
    }

    /// Checks that the cover and the assurances are about exactly this file and these rows, and
    /// gives the rows' commitments in order.
    ///
    /// # Errors
    /// [`EnvelopeError::OtherFile`], [`EnvelopeError::OtherRows`], [`EnvelopeError::OtherAssurance`].
    pub fn check(
        &self,
        file: &Digest,
        rows: &[RowContent],
    ) -> Result<Vec<RowCommitment>, EnvelopeError> {
        let cover = self.cover.document();
        if !cover.files.iter().any(|signed| signed.digest == *file) {
            return Err(EnvelopeError::OtherFile);
        }
        let commitments: Vec<_> = rows.iter().map(|row| row.commit(&self.secret)).collect();
        let count_differs = usize::try_from(cover.rows).ok() != Some(rows.len());
        if count_differs || tree::rows_root(&commitments) != cover.rows_root {
            return Err(EnvelopeError::OtherRows);
        }
        for assurance in &self.assurances {
            check_assurance(assurance.document(), cover, &commitments)?;
        }
        Ok(commitments)
    }

    /// The assurance that covers a row, if any officer gave one.
    #[must_use]
    pub fn assurance_for(&self, leaf: &Digest) -> Option<&Signed<Assurance>> {
        self.assurances
            .iter()
            .find(|assurance| assurance.document().covers(leaf))
    }
}

fn check_assurance(
    assurance: &Assurance,
    cover: &Cover,
    commitments: &[RowCommitment],
) -> Result<(), EnvelopeError> {
    let known = |row: &crate::assurance::AssuredRow| {
        commitments.iter().any(|commitment| {
            commitment.sheet == row.sheet
                && commitment.row == row.row
                && commitment.leaf_hash() == row.leaf
        })
    };
    let fits = assurance.request == cover.request
        && assurance.genesis == cover.genesis
        && assurance.rows.iter().all(known);
    if fits {
        Ok(())
    } else {
        Err(EnvelopeError::OtherAssurance {
            officer: assurance.officer.to_string(),
        })
    }
}
