//! The register, as casework's [`Records`].
//!
//! Place in the flow: behind stage B and the opening of a case.
//!
//! Left to others: the files (register).

use casework::ports::{PortError, Records};
use identity::candidates::Candidates;
use model::id::{EntryNumber, LeafIndex, RecordNumber};
use register::{kind::RegisterKind, register::Register};
use seal::{entry::SealedEntry, header::RecordHeader};
use translog::InclusionProof;

const REGISTER: &str = "the register";

/// An open register of one kind.
#[derive(Debug)]
pub struct OpenRegister<K: RegisterKind>(pub Register<K>);

impl<K: RegisterKind> Records for OpenRegister<K> {
    fn candidates(&self) -> &dyn Candidates {
        &self.0
    }

    fn header(&self, record: RecordNumber) -> Result<(RecordHeader, InclusionProof), PortError> {
        let damaged = |error| PortError::damaged(REGISTER, error);
        let header = self.0.header(record).map_err(damaged)?;
        let proof = InclusionProof {
            index: LeafIndex(record.0.into()),
            size: self.0.people(),
            hashes: self.0.header_proof(record).map_err(damaged)?,
        };
        Ok((header, proof))
    }

    fn sealed_entry(
        &self,
        record: RecordNumber,
        entry: EntryNumber,
    ) -> Result<SealedEntry, PortError> {
        self.0
            .sealed_entry(record, entry)
            .map_err(|error| PortError::damaged(REGISTER, error))
    }
}
