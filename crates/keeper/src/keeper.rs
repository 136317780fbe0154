//! The keeper's state machine: one ask in, one reply out.
//!
//! Place in the flow: [`crate::serve`] reads frames and calls [`Keeper::answer`]; tests and the model
//! check call it directly. Whatever must be remembered is in the [`Home`] before the reply leaves.
//! After a failed write the keeper forgets its memory and reads its home again before the next ask.
//!
//! Left to others: warrants (open), tokens (tokens), connections (serve), the clock (callers).

use instrument::{
    genesis::{Genesis, GenesisKeeper},
    signed::Signed,
    tree::witness_policy,
    wire::{Ask, KeeperStatus, MAXIMUM_FOLLOWED_LEAVES, RefusalCode, Reply},
};
use model::{
    fault::{Explain, Fault},
    id::{Epoch, KeeperId, LeafIndex, RegisterId},
    time::Instant,
};
use note::{CosignerSigningKey, Note, SigningKey, Verifier};
use thiserror::Error;

use crate::{
    followed::Followed,
    holding::Holding,
    home::{Home, HomeError, HomeFile},
    journal::{Journal, Record},
    refusal::Refusal,
};

/// A keeper that cannot begin.
#[derive(Debug, Error)]
pub enum KeeperError {
    /// The home cannot be read or written. The operating system's fault.
    #[error(transparent)]
    Home(#[from] HomeError),
    /// A file of the home is not what was written. Keep it; restore or follow again from nothing.
    #[error("the keeper's file `{file}` is damaged: {problem}")]
    Damaged {
        /// The file.
        file: &'static str,
        /// What is wrong.
        problem: &'static str,
    },
    /// The genesis does not name this keeper. The operator's fault.
    #[error("the genesis names no keeper `{0}`")]
    Stranger(KeeperId),
    /// A key is not the one the genesis names. The operator's fault.
    #[error("the {0} key is not the one the genesis names")]
    OtherKey(&'static str),
}

impl Explain for KeeperError {
    fn fault(&self) -> Fault {
        match self {
            Self::Home(error) => error.fault(),
            Self::Damaged { .. } => Fault::Integrity,
            Self::Stranger(_) | Self::OtherKey(_) => Fault::Input,
        }
    }
}

/// Who a keeper is.
#[derive(Debug)]
pub struct Identity {
    /// The pinned genesis.
    pub genesis: Signed<Genesis>,
    /// Its name in it.
    pub keeper: KeeperId,
    /// Its cosigning key.
    pub cosigner: CosignerSigningKey,
    /// Its key for values.
    pub values: SigningKey,
}

impl Identity {
    /// Checks that the genesis names this keeper with these keys.
    ///
    /// # Errors
    /// [`KeeperError::Stranger`], [`KeeperError::OtherKey`].
    pub fn check(&self) -> Result<&GenesisKeeper, KeeperError> {
        let (_, named) = self
            .genesis
            .document()
            .keeper(&self.keeper)
            .ok_or_else(|| KeeperError::Stranger(self.keeper.clone()))?;
        if named.cosigner != self.cosigner.verifier() {
            return Err(KeeperError::OtherKey("cosigning"));
        }
        if named.values != Verifier::from(self.values.verifier()) {
            return Err(KeeperError::OtherKey("values"));
        }
        Ok(named)
    }
}

/// A keeper.
#[derive(Debug)]
pub struct Keeper<H> {
    pub(crate) identity: Identity,
    pub(crate) holdings: Vec<Holding>,
    pub(crate) followed: Followed,
    pub(crate) journal: Journal,
    /// Whether a checkpoint was followed since this process began.
    pub(crate) is_current: bool,
    /// Whether a write failed, so that memory and home may differ.
    is_doubtful: bool,
    home: H,
}

impl<H: Home> Keeper<H> {
    /// Begins from what the home holds.
    ///
    /// # Errors
    /// [`KeeperError`].
    pub fn open(identity: Identity, holdings: Vec<Holding>, home: H) -> Result<Self, KeeperError> {
        identity.check()?;
        let (followed, journal) = load(&identity, &home)?;
        Ok(Self {
            identity,
            holdings,
            followed,
            journal,
            is_current: false,
            is_doubtful: false,
            home,
        })
    }

    /// Answers one ask at the time `now`.
    pub fn answer(&mut self, ask: Ask, now: Instant) -> Reply {
        self.answer_or_refuse(ask, now).unwrap_or_else(Reply::from)
    }

    fn answer_or_refuse(&mut self, ask: Ask, now: Instant) -> Result<Reply, Refusal> {
        self.recover()?;
        match ask {
            Ask::Status => Ok(Reply::Status(self.status())),
            Ask::Follow {
                from,
                entries,
                checkpoint,
            } => self.follow(from, &entries, &checkpoint, now),
            Ask::Tokens(ask) => {
                self.may_give()?;
                self.tokens(&ask)
            }
            Ask::Open { warrant } => {
                self.may_give()?;
                self.open_warrant(&warrant, now)
            }
        }
    }

    /// How far it has followed and what it holds.
    #[must_use]
    pub fn status(&self) -> KeeperStatus {
        let head = self.followed.head();
        KeeperStatus {
            keeper: self.identity.keeper.clone(),
            size: head.size,
            root: head.root,
            shares: self
                .holdings
                .iter()
                .map(|holding| (holding.register().clone(), holding.epoch()))
                .collect(),
        }
    }

    /// How many warrants it has served, each statement once.
    #[must_use]
    pub fn opened_count(&self) -> usize {
        self.journal.opened_count()
    }

    /// The home, for those who look after it.
    pub const fn home(&self) -> &H {
        &self.home
    }

    fn may_give(&self) -> Result<(), Refusal> {
        if self.home.is_suspended() {
            let words = "this keeper's operator has suspended it";
            return Err(Refusal::new(RefusalCode::Suspended, words));
        }
        if !self.is_current {
            let words = "no checkpoint was followed since this keeper began";
            return Err(Refusal::new(RefusalCode::Behind, words));
        }
        Ok(())
    }

    fn recover(&mut self) -> Result<(), Refusal> {
        if self.is_doubtful {
            let (followed, journal) =
                load(&self.identity, &self.home).map_err(|error| Refusal::unavailable(&error))?;
            self.followed = followed;
            self.journal = journal;
            self.is_current = false;
            self.is_doubtful = false;
        }
        Ok(())
    }

    fn follow(
        &mut self,
        from: u64,
        entries: &[Vec<u8>],
        note: &str,
        now: Instant,
    ) -> Result<Reply, Refusal> {
        if entries.len() > MAXIMUM_FOLLOWED_LEAVES {
            let words = "more leaves than one ask may have";
            return Err(Refusal::new(RefusalCode::Unreadable, words));
        }
        let note = Note::parse(note).map_err(|error| Refusal::unreadable(&error))?;
        let genesis = self.identity.genesis.document();
        let checkpoint = witness_policy(genesis, 0).verify_log(&note)?;
        let new = self.new_entries(from, entries)?;
        if checkpoint.size < self.followed.size() {
            return Err(self.older_checkpoint(checkpoint.size, checkpoint.root));
        }
        let step = self.followed.step(new, &checkpoint, now)?;
        let result = self.keep_step(&step.follower.to_string(), new);
        self.written(result)?;
        self.followed.take(step);
        self.is_current = true;
        self.cosign(&note, now)
    }

    /// The entries beyond those followed; the others must be the same.
    fn new_entries<'a>(&self, from: u64, entries: &'a [Vec<u8>]) -> Result<&'a [Vec<u8>], Refusal> {
        let size = self.followed.size();
        let Some(overlap) = size.checked_sub(from) else {
            let words = "the entries begin beyond what was followed";
            return Err(Refusal::new(RefusalCode::Behind, words));
        };
        let overlap = usize::try_from(overlap).unwrap_or(usize::MAX);
        let (old, new) = entries.split_at(overlap.min(entries.len()));
        if self.followed.is_same(from, old) {
            Ok(new)
        } else {
            let words = "another entry stands where one was followed";
            Err(Refusal::new(RefusalCode::Fork, words))
        }
    }

    fn older_checkpoint(&self, size: u64, root: model::digest::Digest) -> Refusal {
        if self.followed.root_at(size) == Some(root) {
            let words = "the checkpoint is older than one already followed";
            Refusal::new(RefusalCode::Behind, words)
        } else {
            let words = "the checkpoint is of another history";
            Refusal::new(RefusalCode::Fork, words)
        }
    }

    fn keep_step(&mut self, follower: &str, entries: &[Vec<u8>]) -> Result<(), HomeError> {
        if entries.is_empty() {
            return Ok(());
        }
        let entry_bytes = u64::try_from(instrument::leaf::LEAF_BYTES).unwrap_or(u64::MAX);
        let at = self.followed.size().saturating_mul(entry_bytes);
        self.home.append(HomeFile::Leaves, at, &entries.concat())?;
        self.home.replace(HomeFile::Head, follower.as_bytes())
    }

    /// Writes a record; only then may its answer leave.
    pub(crate) fn keep(&mut self, record: &Record) -> Result<(), Refusal> {
        let (at, line) = self.journal.line(record);
        let result = self.home.append(HomeFile::Journal, at, &line);
        self.written(result)?;
        self.journal.add(record);
        Ok(())
    }

    fn written(&mut self, result: Result<(), HomeError>) -> Result<(), Refusal> {
        result.map_err(|error| {
            self.is_doubtful = true;
            Refusal::unavailable(&error)
        })
    }

    fn cosign(&self, note: &Note, now: Instant) -> Result<Reply, Refusal> {
        let origin = &self.identity.genesis.document().log_origin;
        let line = origin
            .context()
            .and_then(|context| self.identity.cosigner.cosign(&context, note.text(), now))
            .map_err(|error| Refusal::unavailable(&error))?;
        Ok(Reply::Cosigned {
            line: line.to_string(),
        })
    }

    pub(crate) fn holding(&self, register: &RegisterId, epoch: Epoch) -> Result<&Holding, Refusal> {
        self.holdings
            .iter()
            .find(|holding| holding.register() == register && holding.epoch() == epoch)
            .ok_or_else(|| {
                let words = "no shares of this register and epoch are held";
                Refusal::new(RefusalCode::NoShares, words)
            })
    }

    /// Signs a document of values.
    pub(crate) fn sign<D: instrument::document::Document>(
        &self,
        document: D,
    ) -> Result<String, Refusal> {
        Signed::sign(document, &[&self.identity.values])
            .map(|signed| signed.render())
            .map_err(|error| Refusal::unavailable(&error))
    }

    /// Whether this leaf is beyond what was followed.
    pub(crate) fn is_beyond(&self, index: LeafIndex) -> bool {
        index.0 >= self.followed.size()
    }
}

fn load<H: Home>(identity: &Identity, home: &H) -> Result<(Followed, Journal), KeeperError> {
    let genesis = &identity.genesis;
    let origin = genesis.document().log_origin.clone();
    let head = home.read(HomeFile::Head)?;
    let leaves = home.read(HomeFile::Leaves)?;
    let followed = Followed::new(origin, genesis.digest())
        .restore(&head, &leaves)
        .map_err(|problem| KeeperError::Damaged {
            file: HomeFile::Head.name(),
            problem,
        })?;
    let journal = Journal::read(&home.read(HomeFile::Journal)?).ok_or(KeeperError::Damaged {
        file: HomeFile::Journal.name(),
        problem: "a line is not what was written",
    })?;
    Ok((followed, journal))
}
