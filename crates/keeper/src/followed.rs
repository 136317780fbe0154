//! The log as this keeper has followed it: every leaf from the first, and what they add up to.
//!
//! Place in the flow: [`crate::keeper::Keeper`] goes on from here to each checkpoint before it
//! cosigns, and looks up here what a warrant says is in the log. Counts of budgets are taken at each
//! leaf, in the log's own order.
//!
//! A leaf that breaks the order of things (a matter without an admitted row, a day that goes back)
//! is followed like any other, for the log is what it is, but nothing is ever given for it.
//!
//! Left to others: signatures on checkpoints, keeping this on disk (keeper).

use std::collections::HashMap;

use instrument::{
    budget::{Counts, Ledger},
    leaf::{Act, DocumentKind, LEAF_BYTES, Leaf, RowAct, Tag},
    wire::RefusalCode,
};
use model::{
    digest::Digest,
    id::LeafIndex,
    time::{Date, Instant},
};
use translog::{Checkpoint, Follower, LogOrigin, leaf_hash, tree_root};

use crate::refusal::Refusal;

/// Seconds by which the gate's clock may be ahead of ours.
const CLOCK_SKEW_SECONDS: u64 = 60;

/// An admitted row or a matter, and the counts at its leaf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charged {
    /// Whether the leaf is a matter; an admitted row otherwise.
    pub is_matter: bool,
    /// What the leaf says.
    pub act: RowAct,
    /// Counts at the leaf, that leaf included.
    pub counts: Counts,
    /// Why nothing may be given for it, where that is so.
    pub fault: Option<&'static str>,
}

#[derive(Debug, Clone, Default)]
struct RequestTally {
    rows: u32,
    admitted: u32,
    admitted_of: HashMap<Tag, u32>,
    matters_of: HashMap<Tag, u32>,
}

/// What was followed.
#[derive(Debug, Clone)]
pub struct Followed {
    genesis: Digest,
    follower: Follower,
    leaves: Vec<Digest>,
    roots: HashMap<u64, Digest>,
    day: Date,
    ledger: Ledger,
    documents: HashMap<(DocumentKind, Digest), u64>,
    latest_authority: Option<Digest>,
    requests: HashMap<Tag, RequestTally>,
    charged: HashMap<u64, Charged>,
}

/// A step that was checked but not yet taken.
#[derive(Debug)]
pub struct Step {
    /// The follower after it.
    pub follower: Follower,
    leaves: Vec<(Digest, Leaf)>,
}

impl Followed {
    /// Before the first leaf.
    #[must_use]
    pub fn new(origin: LogOrigin, genesis: Digest) -> Self {
        Self {
            genesis,
            follower: Follower::new(origin),
            leaves: Vec::new(),
            roots: HashMap::new(),
            day: Date::MIN,
            ledger: Ledger::new(),
            documents: HashMap::new(),
            latest_authority: None,
            requests: HashMap::new(),
            charged: HashMap::new(),
        }
    }

    /// Leaves followed.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.follower.size()
    }

    /// The tree head followed to.
    #[must_use]
    pub fn head(&self) -> Checkpoint {
        self.follower.head()
    }

    /// The root at a size that was passed; `None` beyond what was followed.
    #[must_use]
    pub fn root_at(&self, size: u64) -> Option<Digest> {
        let leaves = self.leaves.get(..usize::try_from(size).ok()?)?;
        let known = self.roots.get(&size).copied();
        Some(known.unwrap_or_else(|| tree_root(leaves)))
    }

    /// Whether the entries are those that were followed, from an index on.
    #[must_use]
    pub fn is_same(&self, from: u64, entries: &[Vec<u8>]) -> bool {
        let start = usize::try_from(from).unwrap_or(usize::MAX);
        let own = self.leaves.get(start..).unwrap_or_default();
        own.len() >= entries.len()
            && own
                .iter()
                .zip(entries)
                .all(|(own, entry)| *own == leaf_hash(entry))
    }

    /// Checks the entries that lead from here to a checkpoint. Nothing changes yet.
    ///
    /// # Errors
    /// [`Refusal`]: an entry is no leaf, leaf 0 is not the genesis, a leaf is of the future, or the
    /// entries lead elsewhere.
    pub fn step(
        &self,
        entries: &[Vec<u8>],
        checkpoint: &Checkpoint,
        now: Instant,
    ) -> Result<Step, Refusal> {
        let latest = now.plus(CLOCK_SKEW_SECONDS).day();
        let mut leaves = Vec::with_capacity(entries.len());
        for (index, entry) in (self.size()..).zip(entries) {
            let leaf = Leaf::from_entry(entry).map_err(|error| Refusal::unreadable(&error))?;
            self.check_leaf(index, &leaf)?;
            if leaf.day > latest {
                let words = "a leaf is of the future";
                return Err(Refusal::new(RefusalCode::Unreadable, words));
            }
            leaves.push((leaf_hash(entry), leaf));
        }
        let mut follower = self.follower.clone();
        follower.follow(entries, checkpoint)?;
        Ok(Step { follower, leaves })
    }

    fn check_leaf(&self, index: u64, leaf: &Leaf) -> Result<(), Refusal> {
        let genesis = match &leaf.act {
            Act::Document {
                kind: DocumentKind::Genesis,
                digest,
            } => Some(*digest),
            _ => None,
        };
        let expected = (index == 0).then_some(self.genesis);
        if genesis == expected {
            Ok(())
        } else {
            let words = "leaf 0, and no other, is the pinned genesis";
            Err(Refusal::new(RefusalCode::Fork, words))
        }
    }

    /// Takes a step.
    pub fn take(&mut self, step: Step) {
        for (index, (hash, leaf)) in (self.size()..).zip(step.leaves) {
            self.leaves.push(hash);
            self.count(index, leaf);
        }
        self.follower = step.follower;
        let head = self.follower.head();
        self.roots.insert(head.size, head.root);
    }

    /// Reads what was kept: a follower's state and the entries, of which there may be more.
    ///
    /// # Errors
    /// What is wrong with the files, in words.
    pub fn restore(mut self, head: &[u8], entries: &[u8]) -> Result<Self, &'static str> {
        if head.is_empty() {
            return Ok(self);
        }
        let held: Follower = std::str::from_utf8(head)
            .ok()
            .and_then(|text| text.parse().ok())
            .ok_or("the head cannot be read")?;
        let count = usize::try_from(held.size()).map_err(|_| "the head is too large")?;
        let entries: Vec<Vec<u8>> = entries
            .chunks_exact(LEAF_BYTES)
            .take(count)
            .map(<[u8]>::to_vec)
            .collect();
        let beyond_every_day = Instant(u64::MAX);
        let step = self
            .step(&entries, &held.head(), beyond_every_day)
            .map_err(|_| "the entries do not lead to the head")?;
        self.take(step);
        Ok(self)
    }

    fn count(&mut self, index: u64, leaf: Leaf) {
        let backwards = leaf.day < self.day;
        self.day = self.day.max(leaf.day);
        let counts = self.ledger.apply(&leaf);
        match leaf.act {
            Act::Document { kind, digest } => {
                self.documents.entry((kind, digest)).or_insert(index);
                if kind == DocumentKind::Authority {
                    self.latest_authority = Some(digest);
                }
            }
            Act::Request { request, rows, .. } => {
                let tally = RequestTally {
                    rows,
                    ..RequestTally::default()
                };
                self.requests.entry(request).or_insert(tally);
            }
            Act::Admitted(act) => {
                let fault = self.admit(&act).or(day_fault(backwards));
                self.charge(index, false, act, counts, fault);
            }
            Act::Matter(act) => {
                let fault = self.open(&act).or(day_fault(backwards));
                self.charge(index, true, act, counts, fault);
            }
            Act::Refusals { .. } | Act::Declined(_) | Act::Issued { .. } | Act::Recall { .. } => {}
        }
    }

    fn admit(&mut self, act: &RowAct) -> Option<&'static str> {
        let Some(tally) = self.requests.get_mut(&act.request) else {
            return Some("a row was admitted of a request that is not in the log");
        };
        tally.admitted = tally.admitted.saturating_add(1);
        increase(&mut tally.admitted_of, &act.officer);
        (tally.admitted > tally.rows).then_some("more rows were admitted than the request has")
    }

    fn open(&mut self, act: &RowAct) -> Option<&'static str> {
        let Some(tally) = self.requests.get_mut(&act.request) else {
            return Some("the matter is of a request that is not in the log");
        };
        let matters = increase(&mut tally.matters_of, &act.officer);
        let admitted = tally.admitted_of.get(&act.officer).copied().unwrap_or(0);
        (matters > admitted).then_some("the matter has no admitted row")
    }

    fn charge(
        &mut self,
        index: u64,
        is_matter: bool,
        act: RowAct,
        counts: Option<Counts>,
        fault: Option<&'static str>,
    ) {
        let charged = Charged {
            is_matter,
            act,
            counts: counts.unwrap_or_default(),
            fault,
        };
        self.charged.insert(index, charged);
    }

    /// The admitted row at a leaf.
    ///
    /// # Errors
    /// [`Refusal`]: not followed so far, another kind of leaf, or one nothing may be given for.
    pub fn admitted(&self, index: LeafIndex) -> Result<&Charged, Refusal> {
        let words = "there is no admitted row at this leaf";
        self.charged_at(index, false, words)
    }

    /// The matter at a leaf.
    ///
    /// # Errors
    /// As [`Followed::admitted`].
    pub fn matter(&self, index: LeafIndex) -> Result<&Charged, Refusal> {
        let words = "there is no matter at this leaf";
        self.charged_at(index, true, words)
    }

    fn charged_at(
        &self,
        index: LeafIndex,
        is_matter: bool,
        words: &'static str,
    ) -> Result<&Charged, Refusal> {
        if index.0 >= self.size() {
            let words = "the leaf was not followed yet";
            return Err(Refusal::new(RefusalCode::Behind, words));
        }
        let charged = self
            .charged
            .get(&index.0)
            .filter(|charged| charged.is_matter == is_matter)
            .ok_or_else(|| Refusal::warrant(words))?;
        match charged.fault {
            None => Ok(charged),
            Some(words) => Err(Refusal::warrant(words)),
        }
    }

    /// Whether a document came into force before a leaf.
    #[must_use]
    pub fn has_document_before(
        &self,
        kind: DocumentKind,
        digest: Digest,
        index: LeafIndex,
    ) -> bool {
        self.documents
            .get(&(kind, digest))
            .is_some_and(|at| *at < index.0)
    }

    /// Digest of the authority note that came into force last.
    #[must_use]
    pub const fn latest_authority(&self) -> Option<Digest> {
        self.latest_authority
    }
}

fn day_fault(backwards: bool) -> Option<&'static str> {
    backwards.then_some("the leaf's day goes back behind an earlier leaf's")
}

fn increase(counts: &mut HashMap<Tag, u32>, tag: &Tag) -> u32 {
    let count = counts.entry(tag.clone()).or_default();
    *count = count.saturating_add(1);
    *count
}
