//! The auditor's bundle: its index, its part names and what each leaf's commitment is over.
//!
//! Place in the flow: `countersign audit-bundle` writes it, `countersign-verify` reads it. It is an
//! [`crate::archive::Archive`] of kind `bundle` whose part `index` is a note signed by the gate that
//! names the digest of every other part. The **public** bundle holds the log and the documents; the
//! **sealed** one adds what opens the commitments, and is itself return information.
//!
//! Left to others: collecting (gate), checking (verify).

use model::{digest::Digest, id::RequestId, time::Instant};

use crate::{
    document::{Document, DocumentError, Reader, Writer, parsed, parts},
    leaf::commit,
    row_commitment::RequestSecret,
};

/// Kind of the archive.
pub const BUNDLE: &str = "bundle";

/// Part: the signed index.
pub const INDEX: &str = "index";
/// Part: the genesis note.
pub const GENESIS: &str = "genesis";
/// Part: the cosigned checkpoint note.
pub const CHECKPOINT: &str = "checkpoint";
/// Part: all log entries in order, each [`crate::leaf::LEAF_BYTES`] long.
pub const LEAVES: &str = "leaves";
/// Prefix of parts: authority notes, by version.
pub const AUTHORITIES: &str = "authority/";
/// Prefix of parts: agreements, by id.
pub const AGREEMENTS: &str = "agreement/";
/// Prefix of parts: manifests, by register and epoch.
pub const MANIFESTS: &str = "manifest/";
/// Prefix of parts: calibration certificates, by id.
pub const CERTIFICATES: &str = "certificate/";
/// Prefix of parts of a sealed bundle: `request/ID/…`.
pub const REQUESTS: &str = "request/";

/// What of a request a sealed bundle holds. `S-N` is a row's sheet and row number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestPart {
    /// `cover`: the signed cover.
    Cover,
    /// `assurance/ID`: an officer's signed assurance.
    Assurance,
    /// `secret`: the request's secret, 64 hexadecimal digits.
    Secret,
    /// `row/S-N`: the row, wholly opened.
    Row,
    /// `findings/S-N`: its findings as JSON.
    Findings,
    /// `face/S-N/K`: signed face decisions in order of signature, K from 1.
    Face,
    /// `statement/S-N`: the statement, where somebody was identified.
    Statement,
    /// `approval/S-N/K`: signed approvals, the disclosure officer's first.
    Approval,
    /// `transcript/S-N`: stage B's transcript.
    Transcript,
    /// `receipt`: the signed receipt, once issued.
    Receipt,
    /// `workbook`: what intake read of the cover sheet and file: as-of date of examination.
    Examination,
}

impl RequestPart {
    const fn word(self) -> &'static str {
        match self {
            Self::Cover => "cover",
            Self::Assurance => "assurance",
            Self::Secret => "secret",
            Self::Row => "row",
            Self::Findings => "findings",
            Self::Face => "face",
            Self::Statement => "statement",
            Self::Approval => "approval",
            Self::Transcript => "transcript",
            Self::Receipt => "receipt",
            Self::Examination => "examination",
        }
    }

    /// The part's name; `rest` is what follows the word, `S-N`, `S-N/K` or an id, or empty.
    #[must_use]
    pub fn name(self, request: &RequestId, rest: &str) -> String {
        let word = self.word();
        if rest.is_empty() {
            format!("{REQUESTS}{request}/{word}")
        } else {
            format!("{REQUESTS}{request}/{word}/{rest}")
        }
    }

    /// `S-N` of a row.
    #[must_use]
    pub fn row(sheet: u16, row: u32) -> String {
        format!("{sheet}-{row}")
    }
}

/// Public or sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BundleKind {
    /// For anyone: order, signatures of documents, budgets, ceilings, conserved counts.
    Public,
    /// For an entitled inspector: adds what opens the commitments.
    Sealed,
}

impl BundleKind {
    /// The word in the index.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Sealed => "sealed",
        }
    }

    fn from_code(code: &str) -> Option<Self> {
        [Self::Public, Self::Sealed]
            .into_iter()
            .find(|kind| kind.code() == code)
    }
}

/// The index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BundleIndex {
    /// Digest of the genesis it stands under.
    pub genesis: Digest,
    /// Public or sealed.
    pub kind: BundleKind,
    /// When it was made.
    pub made_at: Instant,
    /// Leaves in it.
    pub size: u64,
    /// Every other part, by digest and name, in order.
    pub parts: Vec<(Digest, String)>,
}

impl Document for BundleIndex {
    const CONTEXT: &'static str = "countersign/gate/bundle/v1";

    fn write(&self, writer: &mut Writer) {
        writer
            .line("genesis", self.genesis)
            .line("kind", self.kind.code())
            .line("made-at", self.made_at)
            .line("size", self.size)
            .lines(
                "part",
                self.parts
                    .iter()
                    .map(|(digest, name)| format!("{digest} {name}")),
            );
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DocumentError> {
        Ok(Self {
            genesis: reader.value("genesis")?,
            kind: reader.with("kind", BundleKind::from_code)?,
            made_at: reader.value("made-at")?,
            size: reader.value("size")?,
            parts: reader.repeated("part", |text| {
                let [digest, name] = parts(text)?;
                Some((parsed(digest)?, name.to_owned()))
            })?,
        })
    }
}

/// Commitments of a request's leaves, each salted from the request's secret, so that a sealed
/// bundle needs the secret alone to open them all.
#[derive(Debug, Clone, Copy)]
pub struct Commitments<'a> {
    /// The request's secret.
    pub secret: &'a RequestSecret,
}

impl Commitments<'_> {
    /// Salt of a leaf about a row; sheet and row 0 for leaves about the request.
    #[must_use]
    pub fn salt(&self, sheet: u16, row: u32, leaf: &str) -> [u8; 16] {
        self.secret.salt(sheet, row, &format!("leaf {leaf}"))
    }

    /// Of the `request` leaf, over the cover note.
    #[must_use]
    pub fn request(&self, cover_note: &Digest) -> Digest {
        commit("request", &self.salt(0, 0, "request"), &[*cover_note])
    }

    /// Of the `refusals` leaf, over the rejected rows' leaf hashes and findings digests in workbook
    /// order.
    #[must_use]
    pub fn refusals(&self, rejected: &[(Digest, Digest)]) -> Digest {
        let digests: Vec<Digest> = rejected
            .iter()
            .flat_map(|(row, findings)| [*row, *findings])
            .collect();
        commit("refusals", &self.salt(0, 0, "refusals"), &digests)
    }

    /// Of a `declined` leaf, over the row's leaf hash and the signed face notes.
    #[must_use]
    pub fn declined(&self, row: (u16, u32), leaf: &Digest, faces: &[Digest]) -> Digest {
        self.over_row("declined", row, leaf, faces)
    }

    /// Of an `admitted` leaf, over the row's leaf hash and the signed face notes.
    #[must_use]
    pub fn admitted(&self, row: (u16, u32), leaf: &Digest, faces: &[Digest]) -> Digest {
        self.over_row("admitted", row, leaf, faces)
    }

    /// Of a `matter` leaf of a row about which nothing is said, over the row's leaf hash, and for a
    /// case that a reviewer ended over its statement and the approval notes as well. (Where both
    /// allow: [`crate::warrant::matter_commitment`].)
    #[must_use]
    pub fn silent_matter(&self, row: (u16, u32), leaf: &Digest, ended: &[Digest]) -> Digest {
        self.over_row("matter", row, leaf, ended)
    }

    /// Of the `issued` leaf, over the receipt note.
    #[must_use]
    pub fn issued(&self, receipt_note: &Digest) -> Digest {
        commit("issued", &self.salt(0, 0, "issued"), &[*receipt_note])
    }

    fn over_row(
        &self,
        label: &str,
        (sheet, row): (u16, u32),
        leaf: &Digest,
        notes: &[Digest],
    ) -> Digest {
        let digests: Vec<Digest> = std::iter::once(*leaf)
            .chain(notes.iter().copied())
            .collect();
        commit(label, &self.salt(sheet, row, label), &digests)
    }
}
