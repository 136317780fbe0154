//! Checkpoints (C2SP tlog-checkpoint) and the rule by which one is believed.
//!
//! Place in the flow: the gate signs what [`crate::Log::append`] returns, keepers cosign it, and
//! whoever acts on the log asks a [`WitnessPolicy`] first.
//!
//! Left to others: the clock, and which keys are pinned (authority notes).

use std::{fmt, str::FromStr};

use model::{
    digest::Digest,
    fault::{Explain, Fault},
    time::Instant,
};
use note::{Context, CosignerKey, Note, NoteError, VerifierKey};
use thiserror::Error;

use crate::{
    hash::empty_root,
    lines::{parse_hash, parse_number, render_hash},
};

/// Name of a log: a key name that ends in `/log`, for example `gate.example/log`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct LogOrigin(String);

impl LogOrigin {
    /// The origin as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The context that this log's key signs and witnesses cosign.
    ///
    /// # Errors
    /// None for an origin that was read; the form was checked then.
    pub fn context(&self) -> Result<Context, NoteError> {
        Context::checkpoint(&self.0)
    }
}

impl FromStr for LogOrigin {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        Context::checkpoint(text)?;
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for LogOrigin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

/// A tree head: which log, how many leaves, which root.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Checkpoint {
    /// The log.
    pub origin: LogOrigin,
    /// Leaves, below 2^63.
    pub size: u64,
    /// Root over them (RFC 6962).
    pub root: Digest,
}

impl Checkpoint {
    /// The checkpoint of a log without leaves.
    #[must_use]
    pub fn empty(origin: LogOrigin) -> Self {
        Self {
            origin,
            size: 0,
            root: empty_root(),
        }
    }

    /// The text that is signed: origin, size and root, a line each. No extension lines.
    #[must_use]
    pub fn text(&self) -> String {
        format!(
            "{}\n{}\n{}\n",
            self.origin,
            self.size,
            render_hash(&self.root)
        )
    }

    /// Reads what [`Checkpoint::text`] wrote, and nothing else.
    ///
    /// # Errors
    /// [`CheckpointError::Malformed`] naming the line.
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        let malformed = |line, problem| CheckpointError::Malformed { line, problem };
        let mut lines = text.split('\n');
        let mut next = || lines.next().unwrap_or_default();
        let origin = next()
            .parse()
            .map_err(|_| malformed(1, "an origin is a key name that ends in `/log`"))?;
        let size = parse_number(next())
            .filter(|size| i64::try_from(*size).is_ok())
            .ok_or(malformed(2, "a size is a decimal number below 2^63"))?;
        let root = parse_hash(next()).ok_or(malformed(3, "a root is 44 characters of base64"))?;
        if size == 0 && root != empty_root() {
            return Err(malformed(3, "the root is not that of the empty log"));
        }
        match (lines.next(), lines.next()) {
            (Some(""), None) => Ok(Self { origin, size, root }),
            _ => Err(malformed(4, "a checkpoint has three lines and no more")),
        }
    }
}

/// A checkpoint that is not believed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CheckpointError {
    /// The text is not a checkpoint. The fault of whoever wrote it.
    #[error("line {line} of the checkpoint: {problem}")]
    Malformed {
        /// Line counted from 1.
        line: usize,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The log's signature is absent or bad, or a known witness's is bad: the note is forged or
    /// spoilt. The source names whose.
    #[error("the checkpoint's signatures are not accepted")]
    Signature(#[from] NoteError),
    /// Too few witnesses cosigned it, or too long ago. Ask them again.
    #[error("{fresh} of {needed} fresh cosignatures ({stale} stale or ahead of the clock)")]
    Quorum {
        /// Cosignatures needed.
        needed: usize,
        /// Fresh ones found.
        fresh: usize,
        /// Valid ones whose time is too old or in the future.
        stale: usize,
    },
}

impl Explain for CheckpointError {
    fn fault(&self) -> Fault {
        match self {
            Self::Malformed { .. } => Fault::Input,
            Self::Signature(error) => error.fault(),
            Self::Quorum { .. } => Fault::Unavailable,
        }
    }
}

/// A checkpoint that enough witnesses vouch for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cosigned {
    /// The tree head.
    pub checkpoint: Checkpoint,
    /// Positions in [`WitnessPolicy::witnesses`] of those who signed freshly, in order, with their
    /// times.
    pub witnesses: Vec<(usize, Instant)>,
}

/// Whom to believe about a log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WitnessPolicy {
    /// The log's key. Its name is the log's origin.
    pub log: VerifierKey,
    /// The witnesses. One public key counts once, whatever its names.
    pub witnesses: Vec<CosignerKey>,
    /// Fresh cosignatures needed.
    pub quorum: usize,
    /// Age in seconds up to which a cosignature is fresh; `u64::MAX` for checking a kept bundle.
    pub freshness_seconds: u64,
}

/// Seconds by which a witness's clock may run ahead of ours.
const CLOCK_SKEW_SECONDS: u64 = 60;

impl WitnessPolicy {
    /// Checks the log's signature and counts fresh cosignatures at the time `now`. Lines of unknown
    /// keys are ignored.
    ///
    /// # Errors
    /// [`CheckpointError`]; a bad line of a known witness refuses the note and names that witness.
    pub fn verify_cosigned(&self, note: &Note, now: Instant) -> Result<Cosigned, CheckpointError> {
        let checkpoint = self.verify_log(note)?;
        let context = checkpoint.origin.context()?;
        let mut counted: Vec<[u8; 32]> = Vec::new();
        let mut witnesses = Vec::new();
        let mut stale = 0_usize;
        for (position, witness) in self.witnesses.iter().enumerate() {
            if note
                .signature_of(witness.name(), witness.key_id())
                .is_none()
            {
                continue;
            }
            let cosignature = witness.verify(note, &context)?;
            if counted.contains(&witness.public_bytes()) {
                continue;
            }
            counted.push(witness.public_bytes());
            if self.is_fresh(cosignature.time, now) {
                witnesses.push((position, cosignature.time));
            } else {
                stale = stale.saturating_add(1);
            }
        }
        if witnesses.len() < self.quorum {
            return Err(CheckpointError::Quorum {
                needed: self.quorum,
                fresh: witnesses.len(),
                stale,
            });
        }
        Ok(Cosigned {
            checkpoint,
            witnesses,
        })
    }

    /// Checks the log's own signature only, as a witness does before it cosigns.
    ///
    /// # Errors
    /// [`CheckpointError::Malformed`], [`CheckpointError::Signature`].
    pub fn verify_log(&self, note: &Note) -> Result<Checkpoint, CheckpointError> {
        let context = Context::checkpoint(self.log.name().as_str())?;
        self.log.verify(note, &context)?;
        Checkpoint::parse(note.text())
    }

    fn is_fresh(&self, time: Instant, now: Instant) -> bool {
        time <= now.plus(CLOCK_SKEW_SECONDS)
            && now.0.saturating_sub(time.0) <= self.freshness_seconds
    }
}
