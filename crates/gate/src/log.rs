//! The gate's log: a folder of tiles, a checkpoint, and the keepers' cosignatures on it.
//!
//! Place in the flow: behind casework's [`TransparencyLog`]. Leaves are appended in four durable steps:
//!
//! 1. `pending` holds the entries to come. A crash after it: they are appended when the log is next
//!    opened.
//! 2. translog writes entries and tiles. A crash inside: the same entries are written again over them.
//! 3. `checkpoint` holds the new head, signed by the log. A crash after it: `pending` is found to be
//!    done and removed.
//! 4. `pending` is removed.
//!
//! Left to others: what leaves say (instrument), order of tile writes (translog).

use std::{
    collections::{HashMap, HashSet},
    fs,
    path::PathBuf,
};

use casework::{
    ports::{CosignedHead, PortError, TransparencyLog},
    record::LoggedLeaf,
};
use instrument::{
    budget::{Counts, Ledger},
    document::Document as _,
    genesis::Genesis,
    leaf::{Act, LEAF_BYTES, Leaf, Tag},
    tree::witness_policy,
    wire::{Ask, MAXIMUM_FOLLOWED_LEAVES, Reply},
};
use model::{
    digest::Digest,
    id::LeafIndex,
    time::{Date, Instant},
};
use note::{Note, SignatureLine, SigningKey};
use translog::{Checkpoint, InclusionProof, Log, WitnessPolicy};

use crate::{
    files,
    keepers::{Endpoint, KeeperPool, too_few},
    tiles::DirectoryTiles,
};

/// The signed head in the log's folder: what makes a folder a log.
pub const CHECKPOINT: &str = "checkpoint";
/// What the log is called in messages.
const LOG: &str = "the log";

/// The log in a folder.
pub struct DirectoryLog {
    folder: PathBuf,
    log: Log<DirectoryTiles>,
    key: SigningKey,
    policy: WitnessPolicy,
    keepers: KeeperPool,
    places: HashMap<Digest, LoggedLeaf>,
    issued: HashSet<Tag>,
    ledger: Ledger,
    checkpoint: Note,
}

fn damaged(error: impl std::fmt::Display) -> PortError {
    PortError::damaged(LOG, error)
}

fn away(error: impl std::fmt::Display) -> PortError {
    PortError::unavailable(LOG, error)
}

/// A leaf's act, whatever the day: what [`TransparencyLog::append_once`] compares.
fn act_of(leaf: &Leaf) -> Digest {
    Leaf {
        day: Date::ZERO,
        act: leaf.act.clone(),
    }
    .digest()
}

impl DirectoryLog {
    /// Opens the log in a folder, finishing an append that a crash cut short. An empty folder is an empty
    /// log.
    pub fn open(
        folder: PathBuf,
        genesis: &Genesis,
        key: SigningKey,
        keepers: KeeperPool,
    ) -> Result<Self, PortError> {
        let policy = witness_policy(genesis, instrument::warrant::CHECKPOINT_SECONDS);
        let path = folder.join(CHECKPOINT);
        let (head, checkpoint) = if path.exists() {
            let text = files::read_text(&path).map_err(away)?;
            let note = Note::parse(&text).map_err(damaged)?;
            (policy.verify_log(&note).map_err(damaged)?, note)
        } else {
            let head = Checkpoint::empty(genesis.log_origin.clone());
            let note = sign(&key, &head)?;
            (head, note)
        };
        let log = Log::open(DirectoryTiles::new(folder.clone()), &head).map_err(damaged)?;
        let mut opened = Self {
            folder,
            log,
            key,
            policy,
            keepers,
            places: HashMap::new(),
            issued: HashSet::new(),
            ledger: Ledger::new(),
            checkpoint,
        };
        opened.finish_pending()?;
        opened.count_all()?;
        Ok(opened)
    }

    fn finish_pending(&mut self) -> Result<(), PortError> {
        let path = self.folder.join("pending");
        if !path.exists() {
            return Ok(());
        }
        let bytes = files::read(&path).map_err(away)?;
        let (from, entries) = bytes
            .split_first_chunk::<8>()
            .map(|(from, entries)| (u64::from_be_bytes(*from), entries))
            .ok_or_else(|| damaged("`pending` is cut short"))?;
        if from == self.log.size() {
            let (entries, rest) = entries.as_chunks::<LEAF_BYTES>();
            if !rest.is_empty() {
                return Err(damaged("`pending` is cut short"));
            }
            self.append_entries(
                &entries
                    .iter()
                    .map(|entry| entry.to_vec())
                    .collect::<Vec<_>>(),
            )?;
        }
        fs::remove_file(&path).map_err(away)
    }

    fn count_all(&mut self) -> Result<(), PortError> {
        for (index, entry) in (0..).zip(self.log.entries(0..self.log.size()).map_err(damaged)?) {
            let leaf = Leaf::from_entry(&entry).map_err(damaged)?;
            self.count(LeafIndex(index), &leaf);
        }
        Ok(())
    }

    fn count(&mut self, index: LeafIndex, leaf: &Leaf) {
        self.ledger.apply(leaf);
        if let Act::Issued { request, .. } = &leaf.act {
            self.issued.insert(request.clone());
        }
        self.places.insert(
            act_of(leaf),
            LoggedLeaf {
                index,
                day: leaf.day,
            },
        );
    }

    fn append_entries(&mut self, entries: &[Vec<u8>]) -> Result<(), PortError> {
        let head = self.log.append(entries).map_err(away)?;
        self.checkpoint = sign(&self.key, &head)?;
        self.keep_checkpoint()
    }

    fn keep_checkpoint(&self) -> Result<(), PortError> {
        let path = self.folder.join(CHECKPOINT);
        files::write(&path, self.checkpoint.render().as_bytes()).map_err(away)
    }

    /// All entries up to a size, one after the other.
    pub fn all_entries(&self, size: u64) -> Result<Vec<u8>, PortError> {
        Ok(self.log.entries(0..size).map_err(damaged)?.concat())
    }

    /// Has one keeper follow to the head; gives its cosignature.
    fn follow(&self, endpoint: &Endpoint) -> Result<SignatureLine, PortError> {
        let status = match endpoint.ask(&Ask::Status)? {
            Reply::Status(status) => status,
            other => return Err(endpoint.refusal(other)),
        };
        let head = self.log.size();
        let from = status.size;
        if from > head {
            return Err(damaged(format!(
                "{} has followed further than the log goes",
                endpoint.keeper.id
            )));
        }
        let most = u64::try_from(MAXIMUM_FOLLOWED_LEAVES).unwrap_or(u64::MAX);
        if head - from > most {
            return Err(away(
                "a keeper is too far behind to be brought up in one step",
            ));
        }
        let entries = self.log.entries(from..head).map_err(damaged)?;
        let ask = Ask::Follow {
            from,
            entries,
            checkpoint: self.log_note()?.render(),
        };
        match endpoint.ask(&ask)? {
            Reply::Cosigned { line } => self.cosigned_by(endpoint, &line),
            other => Err(endpoint.refusal(other)),
        }
    }

    /// A keeper's cosignature, checked to be its own and good, so that a bad one spoils nothing but
    /// that keeper's part.
    fn cosigned_by(&self, endpoint: &Endpoint, line: &str) -> Result<SignatureLine, PortError> {
        let lied = |error: &dyn std::fmt::Display| PortError::damaged(endpoint.name(), error);
        let line: SignatureLine = line.parse().map_err(|error| lied(&error))?;
        let note = self
            .log_note()?
            .with(line.clone())
            .map_err(|error| lied(&error))?;
        let context = self.log.head().origin.context().map_err(damaged)?;
        let own = endpoint.keeper.cosigner.verify(&note, &context);
        own.map(|_| line)
            .map_err(|error| lied(&format!("its cosignature is none of its own: {error}")))
    }

    fn log_note(&self) -> Result<Note, PortError> {
        sign(&self.key, &self.log.head())
    }
}

fn sign(key: &SigningKey, head: &Checkpoint) -> Result<Note, PortError> {
    let context = head.origin.context().map_err(damaged)?;
    key.sign_note(&context, head.text()).map_err(damaged)
}

impl TransparencyLog for DirectoryLog {
    fn append_once(&mut self, leaves: &[Leaf]) -> Result<Vec<LoggedLeaf>, PortError> {
        let mut fresh: Vec<&Leaf> = Vec::new();
        for leaf in leaves {
            let doubled = fresh.iter().any(|other| act_of(other) == act_of(leaf));
            if !self.places.contains_key(&act_of(leaf)) && !doubled {
                fresh.push(leaf);
            }
        }
        if !fresh.is_empty() {
            let from = self.log.size();
            let entries: Vec<Vec<u8>> = fresh.iter().map(|leaf| leaf.entry()).collect();
            let pending = self.folder.join("pending");
            let bytes = [from.to_be_bytes().to_vec(), entries.concat()].concat();
            files::write(&pending, &bytes).map_err(away)?;
            self.append_entries(&entries)?;
            fs::remove_file(&pending).map_err(away)?;
            for (index, leaf) in (from..).zip(fresh) {
                self.count(LeafIndex(index), leaf);
            }
        }
        let place = |leaf| self.places.get(&act_of(leaf)).copied();
        leaves
            .iter()
            .map(|leaf| place(leaf).ok_or_else(|| damaged("a leaf has no place")))
            .collect()
    }

    fn find(&self, leaf: &Leaf) -> Result<Option<LoggedLeaf>, PortError> {
        Ok(self.places.get(&act_of(leaf)).copied())
    }

    fn has_issued(&self, request: &Tag) -> Result<bool, PortError> {
        Ok(self.issued.contains(request))
    }

    fn preview(&self, leaf: &Leaf) -> Result<Option<Counts>, PortError> {
        Ok(self.ledger.preview(leaf))
    }

    fn cosigned_head(&mut self) -> Result<CosignedHead, PortError> {
        let mut note = self.log_note()?;
        let mut failures = Vec::new();
        let lines: Vec<Result<SignatureLine, PortError>> = std::thread::scope(|scope| {
            let followed: Vec<_> = self
                .keepers
                .endpoints
                .iter()
                .map(|endpoint| {
                    let this = &*self;
                    scope.spawn(move || this.follow(endpoint))
                })
                .collect();
            let joined = followed.into_iter().map(|thread| {
                thread
                    .join()
                    .unwrap_or_else(|_| Err(away("the asking stopped")))
            });
            joined.collect()
        });
        for line in lines {
            match line {
                Ok(line) => note.add(line).map_err(damaged)?,
                Err(error) => failures.push(error),
            }
        }
        let done = note.signatures().len().saturating_sub(1);
        match self.policy.verify_cosigned(&note, system_now()) {
            Ok(cosigned) => {
                self.checkpoint = note;
                self.keep_checkpoint()?;
                Ok(CosignedHead {
                    size: cosigned.checkpoint.size,
                    checkpoint: self.checkpoint.render(),
                })
            }
            Err(error) if failures.is_empty() => Err(away(error)),
            Err(_) => Err(too_few(done, self.policy.quorum, failures)),
        }
    }

    fn prove(&self, index: LeafIndex, size: u64) -> Result<InclusionProof, PortError> {
        self.log.inclusion_proof(index, size).map_err(damaged)
    }
}

/// The system's clock.
pub fn system_now() -> Instant {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    Instant(since.map_or(0, |since| since.as_secs()))
}
