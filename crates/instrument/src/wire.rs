//! What gate and keepers say to each other.
//!
//! Place in the flow: an [`Ask`] goes over the connection as one frame, a [`Reply`] comes back as
//! one frame: a 4-byte big-endian length (at most [`MAXIMUM_FRAME_BYTES`]) and an
//! [`Archive`] of kind `ask` or `reply`. Values are documents signed by the keeper, so that a lie
//! has a name.
//!
//! Left to others: connections and time limits (keeper, gate); encryption of the connection, which
//! on one machine's loopback there is none of.

use model::{
    digest::{Digest, hex, unhex},
    fault::{Explain, Fault},
    id::{Epoch, KeeperId, LeafIndex, RegisterId},
    personal::Personal,
};
use thiserror::Error;

use crate::{
    archive::{Archive, ArchiveError},
    document::{Document, DocumentError, Reader, Writer, parsed, parts},
    statement::Question,
};

/// Longest frame, in bytes.
pub const MAXIMUM_FRAME_BYTES: usize = 16 * 1024 * 1024;

/// Most leaves in one `follow`.
pub const MAXIMUM_FOLLOWED_LEAVES: usize = 4096;

const ASK: &str = "ask";
const REPLY: &str = "reply";

/// What a keeper is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// How far it has followed the log.
    Status,
    /// To follow the log and cosign a checkpoint.
    Follow {
        /// Index of the first entry below.
        from: u64,
        /// Entries from there to the checkpoint's size.
        entries: Vec<Vec<u8>>,
        /// The checkpoint note signed by the log.
        checkpoint: String,
    },
    /// To evaluate tokens of one admitted row.
    Tokens(TokensAsk),
    /// To give values for a warrant.
    Open {
        /// The warrant's bytes.
        warrant: Vec<u8>,
    },
}

/// Gate tokens of one admitted row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokensAsk {
    /// The register.
    pub register: RegisterId,
    /// Its epoch.
    pub epoch: Epoch,
    /// The row's `admitted` leaf.
    pub admitted: LeafIndex,
    /// Outputs of the gate's own function, at most [`model::ceiling::TOKENS_PER_ROW`].
    pub inputs: Vec<[u8; 32]>,
}

/// Why a keeper does not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RefusalCode {
    /// The ask cannot be read.
    Unreadable,
    /// The log it is shown is not the one it follows.
    Fork,
    /// It has not followed as far as it must.
    Behind,
    /// The warrant is refused.
    Warrant,
    /// A budget is passed.
    Budget,
    /// It holds no shares of this register and epoch.
    NoShares,
    /// Its operator has suspended it.
    Suspended,
    /// Its own disk or memory failed.
    Unavailable,
}

impl RefusalCode {
    const ALL: [Self; 8] = [
        Self::Unreadable,
        Self::Fork,
        Self::Behind,
        Self::Warrant,
        Self::Budget,
        Self::NoShares,
        Self::Suspended,
        Self::Unavailable,
    ];

    /// The word on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::Fork => "fork",
            Self::Behind => "behind",
            Self::Warrant => "warrant",
            Self::Budget => "budget",
            Self::NoShares => "no-shares",
            Self::Suspended => "suspended",
            Self::Unavailable => "unavailable",
        }
    }

    fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|refusal| refusal.code() == code)
    }
}

/// What a keeper answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// How far it has followed.
    Status(KeeperStatus),
    /// A cosignature line for the checkpoint (`— NAME BASE64`).
    Cosigned {
        /// The line without its newline.
        line: String,
    },
    /// A signed note of [`TokenValues`].
    Tokens {
        /// The note.
        note: String,
    },
    /// A signed note of [`SlotValues`].
    Values {
        /// The note.
        note: String,
    },
    /// A refusal.
    Refused {
        /// Why.
        code: RefusalCode,
        /// For the operator's log; no personal data.
        message: String,
    },
}

/// How far a keeper has followed the log, and what it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeeperStatus {
    /// Who.
    pub keeper: KeeperId,
    /// Leaves followed.
    pub size: u64,
    /// Root at that size.
    pub root: Digest,
    /// Registers and epochs it holds shares of.
    pub shares: Vec<(RegisterId, Epoch)>,
}

impl Document for KeeperStatus {
    const CONTEXT: &'static str = "countersign/values/status/v1";

    fn write(&self, writer: &mut Writer) {
        writer
            .line("keeper", &self.keeper)
            .line("size", self.size)
            .line("root", self.root)
            .lines(
                "shares",
                self.shares
                    .iter()
                    .map(|(register, epoch)| format!("{register} {epoch}")),
            );
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DocumentError> {
        Ok(Self {
            keeper: reader.value("keeper")?,
            size: reader.value("size")?,
            root: reader.value("root")?,
            shares: reader.repeated("shares", |text| {
                let [register, epoch] = parts(text)?;
                Some((parsed(register)?, parsed(epoch)?))
            })?,
        })
    }
}

/// One value of one share set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetValueLine {
    /// Which input (tokens) or which of the row's address keys (slots), from 0.
    pub item: u8,
    /// Which share set, in the order of the seal crate.
    pub set: u8,
    /// The value.
    pub value: Personal<[u8; 32]>,
}

impl SetValueLine {
    fn write(&self) -> String {
        format!("{} {} {}", self.item, self.set, hex(self.value.expose()))
    }

    fn read(text: &str) -> Option<Self> {
        let [item, set, value] = parts(text)?;
        let value = Personal::new(unhex(value)?.try_into().ok()?);
        Some(Self {
            item: parsed(item)?,
            set: parsed(set)?,
            value,
        })
    }
}

/// A keeper's values for the tokens of one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenValues {
    /// Who.
    pub keeper: KeeperId,
    /// The row's `admitted` leaf.
    pub admitted: LeafIndex,
    /// Digest of the inputs, one after the other.
    pub inputs: Digest,
    /// A value for each input and each set the keeper belongs to.
    pub values: Vec<SetValueLine>,
}

impl Document for TokenValues {
    const CONTEXT: &'static str = "countersign/values/tokens/v1";

    fn write(&self, writer: &mut Writer) {
        writer
            .line("keeper", &self.keeper)
            .line("admitted", self.admitted)
            .line("inputs", self.inputs)
            .lines("value", self.values.iter().map(SetValueLine::write));
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DocumentError> {
        Ok(Self {
            keeper: reader.value("keeper")?,
            admitted: reader.value("admitted")?,
            inputs: reader.value("inputs")?,
            values: reader.repeated("value", SetValueLine::read)?,
        })
    }
}

/// A keeper's values for the slots of one warrant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotValues {
    /// Who.
    pub keeper: KeeperId,
    /// Digest of the statement.
    pub statement: Digest,
    /// The widest answer the warrant allows. For `verify` there are no values: the keeper confirms
    /// that the warrant stands.
    pub question: Question,
    /// A value for each of the row's address keys and each set the keeper belongs to.
    pub values: Vec<SetValueLine>,
}

impl Document for SlotValues {
    const CONTEXT: &'static str = "countersign/values/slots/v1";

    fn write(&self, writer: &mut Writer) {
        writer
            .line("keeper", &self.keeper)
            .line("statement", self.statement)
            .line("question", self.question.code())
            .lines("value", self.values.iter().map(SetValueLine::write));
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DocumentError> {
        Ok(Self {
            keeper: reader.value("keeper")?,
            statement: reader.value("statement")?,
            question: reader.with("question", Question::from_code)?,
            values: reader.repeated("value", SetValueLine::read)?,
        })
    }
}

/// Why a frame is not an ask or a reply. The fault of the other side.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum WireError {
    /// Not an archive of the right kind.
    #[error("the message cannot be read")]
    Archive(#[from] ArchiveError),
    /// A part is not the document it should be.
    #[error("a part of the message is not in order")]
    Document(#[from] DocumentError),
    /// The message is not of a known sort.
    #[error("the message is of no known sort")]
    Unknown,
}

impl Explain for WireError {
    fn fault(&self) -> Fault {
        Fault::Input
    }
}

impl Ask {
    /// The frame's bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut archive = Archive::new(ASK);
        match self {
            Self::Status => {
                archive.add("sort", "status");
            }
            Self::Follow {
                from,
                entries,
                checkpoint,
            } => {
                archive.add("sort", "follow").add("from", from.to_string());
                for (number, entry) in entries.iter().enumerate() {
                    archive.add(&format!("entry/{number}"), entry.clone());
                }
                archive.add("checkpoint", checkpoint.clone());
            }
            Self::Tokens(ask) => {
                archive
                    .add("sort", "tokens")
                    .add("register", ask.register.as_str())
                    .add("epoch", ask.epoch.to_string())
                    .add("admitted", ask.admitted.to_string())
                    .add("inputs", ask.inputs.concat());
            }
            Self::Open { warrant } => {
                archive.add("sort", "open").add("warrant", warrant.clone());
            }
        }
        archive.to_bytes()
    }

    /// Reads a frame.
    ///
    /// # Errors
    /// [`WireError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, WireError> {
        let archive = Archive::parse(bytes, ASK)?;
        let ask = match archive.text("sort")? {
            "status" => Self::Status,
            "follow" => Self::Follow {
                from: number(&archive, "from")?,
                entries: archive
                    .under("entry/")
                    .map(|(_, entry)| entry.to_vec())
                    .collect(),
                checkpoint: archive.text("checkpoint")?.to_owned(),
            },
            "tokens" => Self::Tokens(TokensAsk {
                register: number(&archive, "register")?,
                epoch: number(&archive, "epoch")?,
                admitted: number(&archive, "admitted")?,
                inputs: chunks(archive.bytes("inputs")?)?,
            }),
            "open" => Self::Open {
                warrant: archive.bytes("warrant")?.to_vec(),
            },
            _ => return Err(WireError::Unknown),
        };
        if ask.to_bytes() == bytes {
            Ok(ask)
        } else {
            Err(DocumentError::NotCanonical.into())
        }
    }
}

impl Reply {
    /// The frame's bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut archive = Archive::new(REPLY);
        match self {
            Self::Status(status) => archive.add("sort", "status").add("status", status.text()),
            Self::Cosigned { line } => archive.add("sort", "cosigned").add("line", line.clone()),
            Self::Tokens { note } => archive.add("sort", "tokens").add("note", note.clone()),
            Self::Values { note } => archive.add("sort", "values").add("note", note.clone()),
            Self::Refused { code, message } => archive
                .add("sort", "refused")
                .add("code", code.code())
                .add("message", message.clone()),
        };
        archive.to_bytes()
    }

    /// Reads a frame.
    ///
    /// # Errors
    /// [`WireError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, WireError> {
        let archive = Archive::parse(bytes, REPLY)?;
        let note = || Ok::<_, WireError>(archive.text("note")?.to_owned());
        let reply = match archive.text("sort")? {
            "status" => Self::Status(KeeperStatus::parse(archive.text("status")?)?),
            "cosigned" => Self::Cosigned {
                line: archive.text("line")?.to_owned(),
            },
            "tokens" => Self::Tokens { note: note()? },
            "values" => Self::Values { note: note()? },
            "refused" => Self::Refused {
                code: RefusalCode::from_code(archive.text("code")?).ok_or(WireError::Unknown)?,
                message: archive.text("message")?.to_owned(),
            },
            _ => return Err(WireError::Unknown),
        };
        if reply.to_bytes() == bytes {
            Ok(reply)
        } else {
            Err(DocumentError::NotCanonical.into())
        }
    }
}

fn number<T: std::str::FromStr>(archive: &Archive, part: &'static str) -> Result<T, WireError> {
    archive
        .text(part)?
        .parse()
        .map_err(|_| WireError::Document(DocumentError::Value { line: 1, key: part }))
}

fn chunks(bytes: &[u8]) -> Result<Vec<[u8; 32]>, WireError> {
    let (chunks, rest) = bytes.as_chunks::<32>();
    if rest.is_empty() {
        Ok(chunks.to_vec())
    } else {
        Err(WireError::Document(DocumentError::Value {
            line: 1,
            key: "inputs",
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asks_and_replies_read_back() {
        let asks = [
            Ask::Status,
            Ask::Follow {
                from: 3,
                entries: vec![vec![1; 5], vec![]],
                checkpoint: "x\n".into(),
            },
            Ask::Tokens(TokensAsk {
                register: "R-1".parse().unwrap(),
                epoch: Epoch(1),
                admitted: LeafIndex(9),
                inputs: vec![[7; 32], [8; 32]],
            }),
            Ask::Open {
                warrant: vec![0; 40],
            },
        ];
        for ask in asks {
            assert_eq!(Ask::parse(&ask.to_bytes()).unwrap(), ask);
            assert!(Reply::parse(&ask.to_bytes()).is_err());
        }
        let reply = Reply::Refused {
            code: RefusalCode::Budget,
            message: "over".into(),
        };
        assert_eq!(Reply::parse(&reply.to_bytes()).unwrap(), reply);
    }
}
