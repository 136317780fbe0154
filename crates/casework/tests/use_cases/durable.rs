//! What outlives a crash: the database, the log and what each keeper remembers, in memory.
//!
//! Place in the flow: the ports work on it; a test opens a new office over it after a fault. The log
//! is translog's with real keys; keepers check warrants with instrument and evaluate with seal.
//!
//! Left to others: failing on purpose (ports), files (store, gate, keeper).

use std::collections::{BTreeMap, BTreeSet};

use casework::{
    ports::{CosignedHead, PortError},
    record::{LoggedLeaf, RequestRecord, RequestState, RowRecord},
};
use instrument::{
    budget::{Counts, Ledger},
    document::Document as _,
    leaf::{Act, DocumentKind, Leaf, Tag},
    statement::Question,
    testing::{KEEPERS, cosigner, keeper_id, key},
    tree::witness_policy,
    warrant::{CHECKPOINT_SECONDS, Warrant},
    wire::{SetValueLine, SlotValues, TokenValues, TokensAsk},
};
use model::{
    answer::Answer,
    digest::Digest,
    fault::Fault,
    id::{LeafIndex, OfficialId, RequestId, RowId},
    personal::Personal,
    time::{Date, Instant},
};
use note::Note;
use seal::{
    context::SlotKey, header::RecordHeader, merkle::verify_inclusion, open::KeeperValue,
    token::GateToken,
};
use translog::{Checkpoint, Follower, InclusionProof, Log, MemoryStore as Tiles};

use crate::world::World;

/// An encrypted response as it lies in the gate's folder.
#[derive(Debug, Clone, PartialEq)]
pub struct ResponseFile {
    pub officer: OfficialId,
    pub digest: Digest,
    pub rows: Vec<(RowId, Answer, Option<Vec<String>>)>,
}

/// What one keeper remembers.
#[derive(Clone)]
pub struct Trustee {
    position: usize,
    /// Whether it does not answer.
    pub is_away: bool,
    follower: Follower,
    leaves: Vec<Leaf>,
    tokens: BTreeMap<LeafIndex, BTreeSet<[u8; 32]>>,
    /// Statements it gave values for, each with its leaf.
    pub opened: BTreeMap<Digest, LeafIndex>,
}

/// Everything durable.
#[derive(Clone)]
pub struct Durable {
    pub requests: Vec<(RequestRecord, Vec<RowRecord>)>,
    tiles: Tiles,
    head: Checkpoint,
    // INVARIANT: the entries of the log, read, each with the digest of its act whatever the day.
    leaves: Vec<(Leaf, Digest)>,
    pub trustees: Vec<Trustee>,
    /// Leaves in the largest head that a quorum of keepers cosigned.
    pub cosigned: u64,
    pub responses: Vec<ResponseFile>,
    /// Warrants that keepers gave values for, in the order of asking.
    pub openings: Vec<Digest>,
}

fn changed() -> PortError {
    PortError::unavailable("the database", "somebody else changed this meanwhile")
}

fn refused(detail: impl std::fmt::Display) -> PortError {
    PortError {
        what: "the keepers".to_owned(),
        detail: detail.to_string(),
        fault: Fault::Refused,
    }
}

fn act_of(leaf: &Leaf) -> Digest {
    Leaf {
        day: Date::ZERO,
        act: leaf.act.clone(),
    }
    .digest()
}

fn unchanged(kept: &RowRecord, before: &RowRecord) -> bool {
    kept.place() == before.place()
        && kept.state == before.state
        && kept.faces == before.faces
        && kept.approvals == before.approvals
}

fn overwrite(kept: &mut RowRecord, after: &RowRecord) {
    *kept = RowRecord {
        opening: kept.opening.clone(),
        findings: kept.findings.clone(),
        ..after.clone()
    };
}

impl Durable {
    /// Nothing but the documents in the log.
    pub fn new(world: &World) -> Self {
        let origin = world.documents.genesis.log_origin.clone();
        let trustee = |position| Trustee {
            position,
            is_away: false,
            follower: Follower::new(origin.clone()),
            leaves: Vec::new(),
            tokens: BTreeMap::new(),
            opened: BTreeMap::new(),
        };
        let mut durable = Self {
            requests: Vec::new(),
            tiles: Tiles::new(),
            head: Checkpoint::empty(origin.clone()),
            leaves: Vec::new(),
            trustees: (0..KEEPERS).map(trustee).collect(),
            cosigned: 0,
            responses: Vec::new(),
            openings: Vec::new(),
        };
        let documents = [
            (DocumentKind::Genesis, world.documents.genesis_digest),
            (DocumentKind::Manifest, world.documents.manifest.digest()),
            (DocumentKind::Authority, world.documents.authority.digest()),
            (
                DocumentKind::Agreement,
                world.documents.agreements[0].digest(),
            ),
            (DocumentKind::Certificate, world.certificate.digest()),
        ];
        let day = instrument::testing::NOON.day();
        let leaf = |(kind, digest)| Leaf {
            day,
            act: Act::Document { kind, digest },
        };
        durable.append_once(&documents.map(leaf)).unwrap();
        durable
    }

    // The database.

    pub fn add(&mut self, request: &RequestRecord, rows: &[RowRecord]) -> Result<(), PortError> {
        if self.requests.iter().any(|(kept, _)| kept.id == request.id) {
            return Err(changed());
        }
        self.requests.push((request.clone(), rows.to_vec()));
        Ok(())
    }

    pub fn request(&self, id: &RequestId) -> Option<&(RequestRecord, Vec<RowRecord>)> {
        self.requests.iter().find(|(request, _)| request.id == *id)
    }

    fn open_request(
        &mut self,
        id: &RequestId,
    ) -> Result<&mut (RequestRecord, Vec<RowRecord>), PortError> {
        let found = self
            .requests
            .iter_mut()
            .find(|(request, _)| request.id == *id);
        found
            .filter(|(request, _)| request.state == RequestState::Received)
            .ok_or_else(changed)
    }

    pub fn replace_row(&mut self, before: &RowRecord, after: &RowRecord) -> Result<(), PortError> {
        let (_, rows) = self.open_request(&before.opening.request)?;
        let kept = rows.iter_mut().find(|kept| unchanged(kept, before));
        overwrite(kept.ok_or_else(changed)?, after);
        Ok(())
    }

    pub fn replace_request(
        &mut self,
        after: &RequestRecord,
        rows: &[RowRecord],
    ) -> Result<(), PortError> {
        let (request, kept) = self.open_request(&after.id)?;
        let same = kept.len() == rows.len() && kept.iter().zip(rows).all(|(k, r)| unchanged(k, r));
        if !same {
            return Err(changed());
        }
        for (kept, row) in kept.iter_mut().zip(rows) {
            overwrite(kept, row);
        }
        *request = after.clone();
        Ok(())
    }

    // The log.

    fn log(&self) -> Log<Tiles> {
        Log::open(self.tiles.clone(), &self.head).unwrap()
    }

    /// Every leaf.
    pub fn leaves(&self) -> Vec<Leaf> {
        self.leaves.iter().map(|(leaf, _)| leaf.clone()).collect()
    }

    /// All entries, one after the other.
    pub fn entries(&self) -> Vec<u8> {
        self.log().entries(0..self.head.size).unwrap().concat()
    }

    pub fn find(&self, leaf: &Leaf) -> Option<LoggedLeaf> {
        let act = act_of(leaf);
        let index = self.leaves.iter().position(|(_, kept)| *kept == act)?;
        Some(LoggedLeaf {
            index: LeafIndex(u64::try_from(index).unwrap()),
            day: self.leaves[index].0.day,
        })
    }

    pub fn has_issued(&self, request: &Tag) -> bool {
        let of_it =
            |leaf: &Leaf| matches!(&leaf.act, Act::Issued { request: tag, .. } if tag == request);
        self.leaves.iter().any(|(leaf, _)| of_it(leaf))
    }

    pub fn append_once(&mut self, leaves: &[Leaf]) -> Result<Vec<LoggedLeaf>, PortError> {
        let mut places = Vec::new();
        for leaf in leaves {
            if let Some(place) = self.find(leaf) {
                places.push(place);
                continue;
            }
            let mut log = self.log();
            let index = LeafIndex(log.size());
            self.head = log.append(&[leaf.entry()]).unwrap();
            self.tiles = log.into_store();
            self.leaves.push((leaf.clone(), act_of(leaf)));
            let day = leaf.day;
            places.push(LoggedLeaf { index, day });
        }
        Ok(places)
    }

    fn ledger(leaves: &[Leaf]) -> Ledger {
        let mut ledger = Ledger::new();
        for leaf in leaves {
            ledger.apply(leaf);
        }
        ledger
    }

    pub fn preview(&self, leaf: &Leaf) -> Option<Counts> {
        Self::ledger(&self.leaves()).preview(leaf)
    }

    pub fn cosigned_head(
        &mut self,
        world: &World,
        now: Instant,
    ) -> Result<CosignedHead, PortError> {
        let context = self.head.origin.context().unwrap();
        let log_key = key("gate.example", "log");
        let mut note = log_key.sign_note(&context, self.head.text()).unwrap();
        let log = self.log();
        for trustee in self.trustees.iter_mut().filter(|t| !t.is_away) {
            let from = trustee.follower.size();
            let new = log.entries(from..self.head.size).unwrap();
            trustee.follower.follow(&new, &self.head).unwrap();
            let leaves = new.iter().map(|entry| Leaf::from_entry(entry).unwrap());
            trustee.leaves.extend(leaves);
            let cosigner = cosigner(&keeper_id(trustee.position).to_string());
            let line = cosigner.cosign(&context, note.text(), now).unwrap();
            note.add(line).unwrap();
        }
        let policy = witness_policy(&world.documents.genesis, CHECKPOINT_SECONDS);
        let cosigned = policy
            .verify_cosigned(&note, now)
            .map_err(|error| PortError::unavailable("the log", error))?;
        self.cosigned = cosigned.checkpoint.size;
        Ok(CosignedHead {
            size: cosigned.checkpoint.size,
            checkpoint: note.render(),
        })
    }

    pub fn prove(&self, index: LeafIndex, size: u64) -> Result<InclusionProof, PortError> {
        self.log()
            .inclusion_proof(index, size)
            .map_err(|error| PortError::damaged("the log", error))
    }

    // The keepers.

    fn enough<T>(answers: Vec<T>) -> Result<Vec<T>, PortError> {
        if answers.len() >= 3 {
            return Ok(answers);
        }
        Err(PortError::unavailable("the keepers", "too few answered"))
    }

    pub fn tokens(
        &mut self,
        world: &World,
        ask: &TokensAsk,
    ) -> Result<Vec<TokenValues>, PortError> {
        let mut answers = Vec::new();
        for trustee in self.trustees.iter_mut().filter(|t| !t.is_away) {
            let place = usize::try_from(ask.admitted.0).unwrap();
            assert!(
                matches!(trustee.leaves[place].act, Act::Admitted(_))
                    && ask.admitted.0 < self.cosigned,
                "tokens were asked for before the row's admission was cosigned"
            );
            let known = trustee.tokens.entry(ask.admitted).or_default();
            known.extend(&ask.inputs);
            if known.len() > 32 {
                return Err(refused("more tokens than a row has"));
            }
            let shares = &world.shares[trustee.position];
            let values = (0..).zip(&ask.inputs).flat_map(|(item, input)| {
                lines(item, &shares.token_values(&GateToken::new(*input)))
            });
            answers.push(TokenValues {
                keeper: keeper_id(trustee.position),
                admitted: ask.admitted,
                inputs: Digest::of(&ask.inputs.concat()),
                values: values.collect(),
            });
        }
        Self::enough(answers)
    }

    pub fn open(
        &mut self,
        world: &World,
        bytes: &[u8],
        now: Instant,
    ) -> Result<Vec<SlotValues>, PortError> {
        let warrant = Warrant::parse(bytes).unwrap();
        self.check_log_before_open(&warrant);
        let mut answers = Vec::new();
        let indexes: Vec<usize> = (0..self.trustees.len()).collect();
        for position in indexes {
            if !self.trustees[position].is_away {
                answers.push(self.trustees[position].open(world, &warrant, now)?);
            }
        }
        let answers = Self::enough(answers)?;
        self.openings.push(warrant.statement.digest());
        Ok(answers)
    }

    /// Promise P3, said by the whole log and not by the warrant: the leaf that commits to this very
    /// statement and these approvals stands in a head that a quorum has cosigned.
    fn check_log_before_open(&self, warrant: &Warrant) {
        let index = warrant.leaf.index.0;
        assert!(
            index < self.cosigned,
            "asked to open before the leaf was cosigned"
        );
        let (leaf, _) = &self.leaves[usize::try_from(index).unwrap()];
        let Act::Matter(act) = &leaf.act else {
            panic!("asked to open at a leaf that is no matter");
        };
        assert_eq!(act.commitment, warrant.expected_commitment());
        let note = Note::parse(&warrant.checkpoint).unwrap();
        let text = note.text().to_owned();
        let size: u64 = text.lines().nth(1).unwrap().parse().unwrap();
        assert!(index < size && size <= self.cosigned);
    }
}

fn lines(item: u8, values: &[KeeperValue]) -> Vec<SetValueLine> {
    let line = |value: &KeeperValue| SetValueLine {
        item,
        set: value.set.0,
        value: Personal::new(*value.value.expose()),
    };
    values.iter().map(line).collect()
}

impl Trustee {
    fn counts_at(&self, index: LeafIndex) -> Counts {
        let end = usize::try_from(index.0).unwrap();
        let mut ledger = Durable::ledger(&self.leaves[..end]);
        ledger.apply(&self.leaves[end]).unwrap()
    }

    fn open(
        &mut self,
        world: &World,
        warrant: &Warrant,
        now: Instant,
    ) -> Result<SlotValues, PortError> {
        let trust = world.documents.trust(now);
        let counts = self.counts_at(warrant.leaf.index);
        let grant = warrant.verify(&trust, &counts).map_err(refused)?;
        let before = self.opened.insert(grant.statement, warrant.leaf.index);
        assert!(
            before.is_none_or(|leaf| leaf == warrant.leaf.index),
            "one statement was charged at two leaves"
        );
        let header = RecordHeader::parse(&warrant.header).unwrap();
        let proof = &warrant.header_proof;
        verify_inclusion(
            &header.leaf_hash(),
            proof.index.0,
            proof.size,
            &proof.hashes,
            &trust.manifest.headers_root,
        )
        .unwrap();
        let statement = &warrant.statement;
        let latest = header.latest_within(&statement.periods).unwrap();
        assert_eq!(latest.0, statement.entry);
        let context = header
            .context(&statement.register, statement.epoch, statement.entry)
            .unwrap();
        let keys: &[String] = match grant.question {
            Question::Verify => &[],
            Question::Address => &grant.address_keys,
        };
        let shares = &world.shares[self.position];
        let values = (0..).zip(keys).flat_map(|(item, key)| {
            lines(item, &shares.slot_values(&context, &SlotKey::on_file(key)))
        });
        Ok(SlotValues {
            keeper: keeper_id(self.position),
            statement: grant.statement,
            question: grant.question,
            values: values.collect(),
        })
    }
}
