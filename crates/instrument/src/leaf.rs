//! Leaves of the log: what anyone may read of every act, with no identity in it.
//!
//! Place in the flow: an act counts only once its leaf is in the log and keepers have cosigned. A
//! leaf carries kind, day, agency, legal basis, digests, tags and salted commitments. Every admitted
//! row gets a `matter` leaf, whether or not anybody was identified, and all leaves have one size,
//! so that a leaf tells nobody whether a person is on file (SEALING.md section 4).
//!
//! Left to others: opening the commitments (warrant, sealed bundle), counting ([`crate::budget`]).

use model::{
    canonical::Encoder,
    digest::Digest,
    id::{AgencyId, OfficialId},
    time::Date,
};

use crate::document::{Document, DocumentError, Reader, Writer, date, parsed, parts};

/// Length of every log entry, in bytes.
pub const LEAF_BYTES: usize = 768;

/// The legal basis of the first register.
pub const LEGAL_BASIS: &str = "26 U.S.C. 6103(i)(2)";

/// A short name of an official in public leaves: the first 8 bytes of a digest under the genesis,
/// as 16 hexadecimal digits. Officials answer for what they sign, so the tag is no secret to those
/// who hold the roster; it keeps ids out of the public log.
#[must_use]
pub fn official_tag(genesis: &Digest, official: &OfficialId) -> Tag {
    let digest = Encoder::new("countersign/official-tag/v1")
        .digest(genesis)
        .text(official.as_str())
        .finish();
    Tag(digest.to_string().chars().take(16).collect())
}

/// 16 hexadecimal digits that stand for an official or a request.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag(String);

impl Tag {
    /// Takes 16 lower-case hexadecimal digits.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let good = text.len() == 16
            && text
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        good.then(|| Self(text.to_owned()))
    }
}

impl std::fmt::Display for Tag {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Elements of 6103(i)(2) found present on a row, one bit each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Elements(pub u8);

impl Elements {
    /// Names of the bits, lowest first.
    pub const NAMES: [&'static str; 8] = [
        "name",
        "address",
        "taxable period",
        "statutory authority",
        "specific reason",
        "officer engaged",
        "listed signatory",
        "sole-use assurance",
    ];

    /// All eight.
    pub const ALL: Self = Self(0xff);
}

/// Which document a document leaf names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DocumentKind {
    /// The genesis: always leaf 0.
    Genesis,
    /// An authority note.
    Authority,
    /// An agreement.
    Agreement,
    /// A manifest.
    Manifest,
    /// A calibration certificate.
    Certificate,
}

impl DocumentKind {
    const ALL: [Self; 5] = [
        Self::Genesis,
        Self::Authority,
        Self::Agreement,
        Self::Manifest,
        Self::Certificate,
    ];

    /// The word in the leaf.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Genesis => "genesis",
            Self::Authority => "authority",
            Self::Agreement => "agreement",
            Self::Manifest => "manifest",
            Self::Certificate => "certificate",
        }
    }
}

/// Fields that leaves about one row share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowAct {
    /// The request's tag.
    pub request: Tag,
    /// Requesting agency.
    pub agency: AgencyId,
    /// Digest of the agreement.
    pub agreement: Digest,
    /// Digest of the policy.
    pub policy: Digest,
    /// Elements found present.
    pub elements: Elements,
    /// Tag of the named officer.
    pub officer: Tag,
    /// Tags of the two reviewers; a decline by one names that one twice.
    pub reviewers: [Tag; 2],
    /// Salted commitment to what was decided.
    pub commitment: Digest,
}

/// What a leaf records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// A document came into force.
    Document {
        /// Which.
        kind: DocumentKind,
        /// Digest of its text.
        digest: Digest,
    },
    /// A request was taken in.
    Request {
        /// Its tag.
        request: Tag,
        /// Requesting agency.
        agency: AgencyId,
        /// Digest of the agreement.
        agreement: Digest,
        /// Rows read.
        rows: u32,
        /// Salted commitment to the cover.
        commitment: Digest,
    },
    /// The rejected rows of a request, all in one leaf.
    Refusals {
        /// The request's tag.
        request: Tag,
        /// Rows rejected.
        rows: u32,
        /// Merkle root over them, salted.
        commitment: Digest,
    },
    /// A row declined on its face.
    Declined(RowAct),
    /// A row admitted by two reviewers: it may be put to the register. Charges the probe budget.
    Admitted(RowAct),
    /// An admitted row's case, whatever came of it. Charges the opening budget.
    Matter(RowAct),
    /// All answers of a request issued.
    Issued {
        /// The request's tag.
        request: Tag,
        /// Rows read.
        rows: u32,
        /// Of these rejected.
        rejected: u32,
        /// Of these declined.
        declined: u32,
        /// Of these admitted and answered.
        answered: u32,
        /// Salted commitment to the receipt.
        commitment: Digest,
    },
    /// A release was found erroneous: recipients are told to return and destroy.
    Recall {
        /// The request's tag.
        request: Tag,
        /// Salted commitment to the recall note.
        commitment: Digest,
    },
}

/// A leaf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf {
    /// Civil day (UTC) on which it was appended.
    pub day: Date,
    /// What it records.
    pub act: Act,
}

/// A salted commitment: digest of a label, 16 salt bytes and the digests committed to.
#[must_use]
pub fn commit(label: &str, salt: &[u8; 16], digests: &[Digest]) -> Digest {
    let mut encoder = Encoder::new("countersign/commitment/v1");
    encoder.text(label).bytes(salt);
    for digest in digests {
        encoder.digest(digest);
    }
    encoder.finish()
}

impl Leaf {
    /// The log entry: the text, a `pad` line of `.` to [`LEAF_BYTES`].
    #[must_use]
    pub fn entry(&self) -> Vec<u8> {
        let mut text = self.text();
        text.push_str("pad ");
        while text.len() + 1 < LEAF_BYTES {
            text.push('.');
        }
        text.push('\n');
        text.into_bytes()
    }

    /// Reads a log entry.
    ///
    /// # Errors
    /// [`DocumentError`] for any byte that is not canonical.
    pub fn from_entry(entry: &[u8]) -> Result<Self, DocumentError> {
        let text = std::str::from_utf8(entry).map_err(|_| DocumentError::NotCanonical)?;
        let end = text.rfind("pad ").ok_or(DocumentError::NotCanonical)?;
        let leaf = Self::parse(text.get(..end).unwrap_or_default())?;
        if leaf.entry() == entry {
            Ok(leaf)
        } else {
            Err(DocumentError::NotCanonical)
        }
    }
}

fn write_row_act(writer: &mut Writer, act: &RowAct) {
    let [first, second] = &act.reviewers;
    writer
        .line("request", &act.request)
        .line("basis", LEGAL_BASIS)
        .line("agency", &act.agency)
        .line("agreement", act.agreement)
        .line("policy", act.policy)
        .line("elements", format!("{:08b}", act.elements.0))
        .line("officer", &act.officer)
        .line("reviewers", format!("{first} {second}"))
        .line("commitment", act.commitment);
}

fn read_row_act(reader: &mut Reader<'_>) -> Result<RowAct, DocumentError> {
    let request = reader.with("request", Tag::new)?;
    reader.with("basis", |text| (text == LEGAL_BASIS).then_some(()))?;
    Ok(RowAct {
        request,
        agency: reader.value("agency")?,
        agreement: reader.value("agreement")?,
        policy: reader.value("policy")?,
        elements: reader.with("elements", |text| {
            u8::from_str_radix(text, 2).ok().map(Elements)
        })?,
        officer: reader.with("officer", Tag::new)?,
        reviewers: reader.with("reviewers", |text| {
            let [first, second] = parts(text)?;
            Some([Tag::new(first)?, Tag::new(second)?])
        })?,
        commitment: reader.value("commitment")?,
    })
}

impl Document for Leaf {
    const CONTEXT: &'static str = "countersign/leaf/v1";

    fn write(&self, writer: &mut Writer) {
        writer.line("day", self.day);
        match &self.act {
            Act::Document { kind, digest } => {
                writer
                    .line("act", "document")
                    .line("document", format!("{} {digest}", kind.code()));
            }
            Act::Request {
                request,
                agency,
                agreement,
                rows,
                commitment,
            } => {
                writer
                    .line("act", "request")
                    .line("request", request)
                    .line("agency", agency)
                    .line("agreement", agreement)
                    .line("rows", rows)
                    .line("commitment", commitment);
            }
            Act::Refusals {
                request,
                rows,
                commitment,
            } => {
                writer
                    .line("act", "refusals")
                    .line("request", request)
                    .line("rows", rows)
                    .line("commitment", commitment);
            }
            Act::Declined(act) => write_row_act(writer.line("act", "declined"), act),
            Act::Admitted(act) => write_row_act(writer.line("act", "admitted"), act),
            Act::Matter(act) => write_row_act(writer.line("act", "matter"), act),
            Act::Issued {
                request,
                rows,
                rejected,
                declined,
                answered,
                commitment,
            } => {
                writer
                    .line("act", "issued")
                    .line("request", request)
                    .line("rows", rows)
                    .line("rejected", rejected)
                    .line("declined", declined)
                    .line("answered", answered)
                    .line("commitment", commitment);
            }
            Act::Recall {
                request,
                commitment,
            } => {
                writer
                    .line("act", "recall")
                    .line("request", request)
                    .line("commitment", commitment);
            }
        }
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DocumentError> {
        let day = reader.with("day", date)?;
        let act = match reader.text("act")? {
            "document" => read_document(reader)?,
            "request" => Act::Request {
                request: reader.with("request", Tag::new)?,
                agency: reader.value("agency")?,
                agreement: reader.value("agreement")?,
                rows: reader.value("rows")?,
                commitment: reader.value("commitment")?,
            },
            "refusals" => Act::Refusals {
                request: reader.with("request", Tag::new)?,
                rows: reader.value("rows")?,
                commitment: reader.value("commitment")?,
            },
            "declined" => Act::Declined(read_row_act(reader)?),
            "admitted" => Act::Admitted(read_row_act(reader)?),
            "matter" => Act::Matter(read_row_act(reader)?),
            "issued" => Act::Issued {
                request: reader.with("request", Tag::new)?,
                rows: reader.value("rows")?,
                rejected: reader.value("rejected")?,
                declined: reader.value("declined")?,
                answered: reader.value("answered")?,
                commitment: reader.value("commitment")?,
            },
            "recall" => Act::Recall {
                request: reader.with("request", Tag::new)?,
                commitment: reader.value("commitment")?,
            },
            _ => {
                return Err(DocumentError::Value {
                    line: 3,
                    key: "act",
                });
            }
        };
        Ok(Self { day, act })
    }
}

fn read_document(reader: &mut Reader<'_>) -> Result<Act, DocumentError> {
    reader.with("document", |text| {
        let [code, digest] = parts(text)?;
        let kind = DocumentKind::ALL
            .into_iter()
            .find(|kind| kind.code() == code)?;
        Some(Act::Document {
            kind,
            digest: parsed(digest)?,
        })
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn row_act(request: &str, officer: &str, reviewers: [&str; 2]) -> RowAct {
        let tag = |text: &str| Tag::new(&format!("{text:0>16}")).unwrap();
        RowAct {
            request: tag(request),
            agency: "A".repeat(64).parse().unwrap(),
            agreement: Digest::of(b"a"),
            policy: Digest::of(b"p"),
            elements: Elements::ALL,
            officer: tag(officer),
            reviewers: reviewers.map(tag),
            commitment: Digest::of(b"c"),
        }
    }

    #[test]
    fn every_leaf_has_one_size_and_reads_back() {
        let day = "2026-11-21".parse().unwrap();
        let request = Tag::new("00000000000000aa").unwrap();
        let digest = Digest::of(b"x");
        let acts = [
            Act::Document {
                kind: DocumentKind::Manifest,
                digest,
            },
            Act::Request {
                request: request.clone(),
                agency: "A".repeat(64).parse().unwrap(),
                agreement: digest,
                rows: u32::MAX,
                commitment: digest,
            },
            Act::Refusals {
                request: request.clone(),
                rows: 1,
                commitment: digest,
            },
            Act::Declined(row_act("1", "2", ["3", "4"])),
            Act::Admitted(row_act("1", "2", ["3", "4"])),
            Act::Matter(row_act("1", "2", ["3", "4"])),
            Act::Issued {
                request: request.clone(),
                rows: 4,
                rejected: 1,
                declined: 1,
                answered: 2,
                commitment: digest,
            },
            Act::Recall {
                request,
                commitment: digest,
            },
        ];
        for act in acts {
            let leaf = Leaf { day, act };
            let entry = leaf.entry();
            assert_eq!(entry.len(), LEAF_BYTES);
            assert_eq!(Leaf::from_entry(&entry).unwrap(), leaf);
            for position in 0..entry.len() {
                let mut bad = entry.clone();
                bad[position] ^= 0x80;
                assert!(Leaf::from_entry(&bad).is_err());
            }
            assert!(Leaf::from_entry(&entry[..LEAF_BYTES - 1]).is_err());
        }
    }
}
