//! Following a log from outside: every leaf, from the first, and no way back.
//!
//! Place in the flow: a keeper's view before it cosigns; the verifier's view of a bundle.
//!
//! Left to others: signatures on checkpoints ([`crate::WitnessPolicy`]), what leaves mean, keeping
//! the state durably before cosigning.

use std::{fmt, str::FromStr};

use model::{
    digest::Digest,
    fault::{Explain, Fault},
};
use thiserror::Error;

use crate::{
    Checkpoint, CompactRange, LogOrigin, MAX_ENTRY_BYTES,
    lines::{parse_hash, parse_number, render_hash},
};

/// A checkpoint that does not go on from what was followed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FollowError {
    /// The checkpoint is another log's. The fault of whoever sent it.
    #[error("the checkpoint is of another log than `{expected}`")]
    Origin {
        /// The log followed.
        expected: String,
    },
    /// The log got shorter: an old checkpoint, or a log rolled back. Do not cosign.
    #[error("the log was followed to {held} leaves and is now said to have {offered}")]
    Shrunk {
        /// Leaves followed.
        held: u64,
        /// Leaves of the checkpoint.
        offered: u64,
    },
    /// Not the entries between here and the checkpoint: fetch exactly those.
    #[error("{needed} entries lead to the checkpoint, {given} were given")]
    EntryCount {
        /// Entries needed.
        needed: u64,
        /// Entries given.
        given: u64,
    },
    /// An entry is longer than an entry may be. The fault of the log.
    #[error("an entry has at most 65535 bytes, one has {bytes}")]
    EntryTooLong {
        /// Its length.
        bytes: usize,
    },
    /// The entries do not lead to the checkpoint's root: the log shows different people different
    /// histories. Keep everything; stop.
    #[error("the log has another history: the root at {size} leaves is not the checkpoint's")]
    Fork {
        /// Leaves at which the histories differ.
        size: u64,
    },
    /// A kept state cannot be read. Our own fault or the disk's; follow again from the first leaf.
    #[error("line {line} of the follower's state: {problem}")]
    State {
        /// Line counted from 1.
        line: usize,
        /// What is wrong with it.
        problem: &'static str,
    },
}

impl Explain for FollowError {
    fn fault(&self) -> Fault {
        match self {
            Self::Origin { .. } | Self::EntryCount { .. } => Fault::Input,
            Self::Shrunk { .. }
            | Self::EntryTooLong { .. }
            | Self::Fork { .. }
            | Self::State { .. } => Fault::Integrity,
        }
    }
}

/// First line of a kept state.
const STATE_LINE: &str = "countersign/follower/v1";

/// What a follower holds of a log: its origin and the right edge of its tree.
///
/// As text ([`fmt::Display`], [`FromStr`]): a format line, origin, size, then a base64 line for each
/// complete subtree, the largest first.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Follower {
    origin: LogOrigin,
    range: CompactRange,
}

impl Follower {
    /// Before the first leaf of a log.
    #[must_use]
    pub fn new(origin: LogOrigin) -> Self {
        Self {
            origin,
            range: CompactRange::empty(),
        }
    }

    /// The log followed.
    #[must_use]
    pub const fn origin(&self) -> &LogOrigin {
        &self.origin
    }

    /// Leaves followed.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.range.size()
    }

    /// The tree head followed to.
    #[must_use]
    pub fn head(&self) -> Checkpoint {
        Checkpoint {
            origin: self.origin.clone(),
            size: self.range.size(),
            root: self.range.root(),
        }
    }

    /// Goes on to a checkpoint through exactly the entries between. On any error nothing changes.
    ///
    /// # Errors
    /// [`FollowError`]; [`FollowError::Fork`] and [`FollowError::Shrunk`] are alarms.
    pub fn follow<E: AsRef<[u8]>>(
        &mut self,
        entries: &[E],
        checkpoint: &Checkpoint,
    ) -> Result<(), FollowError> {
        self.check_head(checkpoint, entries.len())?;
        let mut range = self.range.clone();
        for entry in entries {
            let bytes = entry.as_ref().len();
            if bytes > MAX_ENTRY_BYTES {
                return Err(FollowError::EntryTooLong { bytes });
            }
            range.push_entry(entry.as_ref());
        }
        if range.root() != checkpoint.root {
            return Err(FollowError::Fork {
                size: checkpoint.size,
            });
        }
        self.range = range;
        Ok(())
    }

    fn check_head(&self, checkpoint: &Checkpoint, given: usize) -> Result<(), FollowError> {
        if checkpoint.origin != self.origin {
            return Err(FollowError::Origin {
                expected: self.origin.to_string(),
            });
        }
        let needed = checkpoint
            .size
            .checked_sub(self.size())
            .ok_or(FollowError::Shrunk {
                held: self.size(),
                offered: checkpoint.size,
            })?;
        let given = u64::try_from(given).unwrap_or(u64::MAX);
        if given != needed {
            return Err(FollowError::EntryCount { needed, given });
        }
        Ok(())
    }
}

impl fmt::Display for Follower {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{STATE_LINE}")?;
        writeln!(formatter, "{}\n{}", self.origin, self.size())?;
        self.range
            .peaks()
            .iter()
            .try_for_each(|peak| writeln!(formatter, "{}", render_hash(peak)))
    }
}

impl FromStr for Follower {
    type Err = FollowError;

    fn from_str(text: &str) -> Result<Self, FollowError> {
        let state = |line, problem| FollowError::State { line, problem };
        let body = text
            .strip_suffix('\n')
            .ok_or(state(1, "the last line has no newline"))?;
        let mut lines = body.split('\n');
        let mut next = || lines.next().unwrap_or_default();
        if next() != STATE_LINE {
            return Err(state(1, "the format is not `countersign/follower/v1`"));
        }
        let origin = next()
            .parse()
            .map_err(|_| state(2, "an origin is a key name that ends in `/log`"))?;
        let size = parse_number(next())
            .filter(|size| i64::try_from(*size).is_ok())
            .ok_or(state(3, "a size is a decimal number below 2^63"))?;
        let peaks: Vec<Digest> = lines
            .take(65)
            .enumerate()
            .map(|(at, line)| {
                parse_hash(line).ok_or(state(at + 4, "a hash is 44 characters of base64"))
            })
            .collect::<Result<_, _>>()?;
        let range = CompactRange::from_peaks(size, peaks)
            .ok_or(state(4, "the number of hashes is not that of the size"))?;
        Ok(Self { origin, range })
    }
}
