//! A register of three records, four keepers over it, and a home that fails when told to.
//!
//! Place in the flow: tests of the keeper only.
//!
//! Left to others: documents and log (instrument's testing world), the checks themselves.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

use std::{cell::RefCell, collections::BTreeMap, io, rc::Rc};

use countersign_keeper::{
    holding::Holding,
    home::{Home, HomeError, HomeFile},
    keeper::{Identity, Keeper, KeeperError},
};
use instrument::{
    approval::Approval,
    signed::Signed,
    statement::{Question, Statement},
    testing::{self, Request, RowSpec, World, id, keeper_id},
    warrant::{LeafOpening, Warrant},
    wire::{Ask, RefusalCode, Reply, SlotValues, TokenValues, TokensAsk},
};
use model::{
    digest::Digest,
    id::{Epoch, LeafIndex, RecordNumber},
    time::{Instant, TaxPeriod},
};
use seal::{
    address::MailingAddress,
    context::SlotKey,
    delivery::KeeperShares,
    entry::SealedEntry,
    header::RecordHeader,
    keys::{EpochKeys, SetValue},
    merkle::MerkleTree,
    open::KeeperValue,
    sealer::Sealer,
    shares::{SetIndex, ShareSets},
};
use translog::InclusionProof;

/// The key of the address every record has on file.
pub const ON_FILE: &str = "countersign-key-v1|street|100|WISTERIA|89501";

pub fn year(year: u16) -> TaxPeriod {
    TaxPeriod::new(year).unwrap()
}

/// Record 1 has its latest address of 2023 in entry 1, an older one in entry 0.
pub fn headers() -> Vec<RecordHeader> {
    let header = |record, entries: &[&[u16]]| {
        let periods = entries
            .iter()
            .map(|years| years.iter().map(|y| year(*y)).collect());
        RecordHeader::new(RecordNumber(record), periods.collect()).unwrap()
    };
    vec![
        header(0, &[&[2023]]),
        header(1, &[&[2021, 2022], &[2023]]),
        header(2, &[&[2020]]),
    ]
}

fn tree() -> MerkleTree {
    MerkleTree::from_leaf_hashes(headers().iter().map(RecordHeader::leaf_hash).collect())
}

/// The header of a record with its proof, as a warrant carries them.
pub fn header_of(record: usize) -> (Vec<u8>, InclusionProof) {
    let proof = InclusionProof {
        index: LeafIndex(record.try_into().unwrap()),
        size: 3,
        hashes: tree().proof(record.try_into().unwrap()).unwrap(),
    };
    (headers()[record].to_bytes(), proof)
}

pub fn epoch_keys() -> EpochKeys {
    let keepers = (0..testing::KEEPERS).map(keeper_id).collect();
    let sets = ShareSets::new(3, keepers).unwrap();
    EpochKeys::from_seed(testing::register(), Epoch(1), sets, &[3; 32])
}

pub fn shares_text(position: usize) -> String {
    let shares = KeeperShares::of(&epoch_keys(), &keeper_id(position)).unwrap();
    shares.to_text().to_string()
}

/// A world whose manifest names these very shares (their texts stand for the encrypted files).
pub fn world() -> World {
    let shares = (0..testing::KEEPERS).map(|position| {
        (
            keeper_id(position),
            Digest::of(shares_text(position).as_bytes()),
        )
    });
    World::new(tree().root(), shares.collect())
}

pub fn address() -> MailingAddress {
    MailingAddress::new("100 Wisteria Ln", "", "Reno", "NV", "89501")
}

/// The sealed latest entry of record 1.
pub fn sealed_entry() -> SealedEntry {
    let keys = epoch_keys();
    let context = headers()[1]
        .context(&testing::register(), Epoch(1), model::id::EntryNumber(1))
        .unwrap();
    Sealer::new(&keys)
        .seal(&context, &address(), &[SlotKey::on_file(ON_FILE)])
        .unwrap()
}

#[derive(Debug, Default)]
pub struct Disk {
    pub files: BTreeMap<HomeFile, Vec<u8>>,
    pub writes: usize,
    /// The write, from 1, that fails; how many of its bytes arrive nevertheless.
    pub fail_at: Option<(usize, Fate)>,
    pub is_suspended: bool,
}

/// What becomes of the bytes of a failing write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Nothing,
    Half,
    All,
}

/// A home in memory that outlives its keeper.
#[derive(Debug, Clone, Default)]
pub struct MemoryHome(pub Rc<RefCell<Disk>>);

impl MemoryHome {
    fn write(&self, file: HomeFile, at: Option<u64>, bytes: &[u8]) -> Result<(), HomeError> {
        let mut disk = self.0.borrow_mut();
        disk.writes += 1;
        let fate = match disk.fail_at {
            Some((at, fate)) if at == disk.writes => Some(fate),
            _ => None,
        };
        let kept = match fate {
            Some(Fate::Nothing) => 0,
            Some(Fate::Half) => bytes.len() / 2,
            Some(Fate::All) | None => bytes.len(),
        };
        let content = disk.files.entry(file).or_default();
        match at {
            Some(at) => {
                let at = usize::try_from(at).unwrap();
                assert!(at <= content.len(), "a hole in {file:?}");
                content.truncate(at);
                content.extend_from_slice(&bytes[..kept]);
            }
            // Replacing is all or none.
            None if kept == bytes.len() => *content = bytes.to_vec(),
            None => {}
        }
        match fate {
            None => Ok(()),
            Some(_) => Err(HomeError {
                file: file.name(),
                action: "written",
                source: io::Error::other("the power went"),
            }),
        }
    }

    pub fn fail_at(&self, write: usize, fate: Fate) {
        let mut disk = self.0.borrow_mut();
        disk.writes = 0;
        disk.fail_at = Some((write, fate));
    }

    pub fn copy(&self) -> Self {
        let files = self.0.borrow().files.clone();
        Self(Rc::new(RefCell::new(Disk {
            files,
            ..Disk::default()
        })))
    }
}

impl Home for MemoryHome {
    fn read(&self, file: HomeFile) -> Result<Vec<u8>, HomeError> {
        Ok(self
            .0
            .borrow()
            .files
            .get(&file)
            .cloned()
            .unwrap_or_default())
    }

    fn replace(&mut self, file: HomeFile, bytes: &[u8]) -> Result<(), HomeError> {
        self.write(file, None, bytes)
    }

    fn append(&mut self, file: HomeFile, at: u64, bytes: &[u8]) -> Result<(), HomeError> {
        self.write(file, Some(at), bytes)
    }

    fn is_suspended(&self) -> bool {
        self.0.borrow().is_suspended
    }
}

pub fn identity(world: &World, position: usize) -> Identity {
    let name = keeper_id(position).to_string();
    Identity {
        genesis: world.genesis.clone(),
        keeper: keeper_id(position),
        cosigner: testing::cosigner(&name),
        values: testing::key(&name, "values"),
    }
}

pub fn holding(world: &World, position: usize) -> Holding {
    let text = shares_text(position);
    let delivered = Digest::of(text.as_bytes());
    let manifest = world.manifest.clone();
    Holding::take(
        &world.genesis,
        &keeper_id(position),
        manifest,
        &delivered,
        &text,
    )
    .unwrap()
}

pub fn open_keeper(
    world: &World,
    position: usize,
    home: MemoryHome,
) -> Result<Keeper<MemoryHome>, KeeperError> {
    let holdings = vec![holding(world, position)];
    Keeper::open(identity(world, position), holdings, home)
}

pub fn keeper(world: &World, position: usize) -> Keeper<MemoryHome> {
    open_keeper(world, position, MemoryHome::default()).unwrap()
}

/// Lets a keeper follow the world's log to its end.
pub fn follow(world: &World, keeper: &mut Keeper<MemoryHome>) -> Reply {
    let from = keeper.status().size;
    let entries = world.entries[usize::try_from(from).unwrap()..].to_vec();
    let checkpoint = world.checkpoint().render();
    let ask = Ask::Follow {
        from,
        entries,
        checkpoint,
    };
    keeper.answer(ask, world.now)
}

pub fn open(keeper: &mut Keeper<MemoryHome>, warrant: &Warrant, now: Instant) -> Reply {
    let warrant = warrant.to_bytes();
    keeper.answer(Ask::Open { warrant }, now)
}

/// One row, admitted, approved by DO-1 and CO-1, its matter logged.
#[derive(Clone)]
pub struct Case {
    pub world: World,
    pub request: Request,
    pub admitted: LeafIndex,
    pub statement: Statement,
    pub approvals: [Signed<Approval>; 2],
    pub leaf: LeafOpening,
}

impl Case {
    pub fn of(spec: RowSpec) -> Self {
        let mut world = world();
        let request = world.request("REQ-1", vec![spec]);
        let admitted = world.admit(&request, 0, b"[]");
        let statement = world.statement(&request, 0, 1, 1);
        Self::approved(world, request, admitted, statement)
    }

    pub fn approved(
        mut world: World,
        request: Request,
        admitted: LeafIndex,
        statement: Statement,
    ) -> Self {
        let approvals = world.approvals(&statement);
        let leaf = world.matter(&request, 0, &statement, &approvals);
        Self {
            world,
            request,
            admitted,
            statement,
            approvals,
            leaf,
        }
    }

    pub fn address() -> Self {
        Self::of(RowSpec::new(Question::Address, ON_FILE))
    }

    pub fn warrant(&self) -> Warrant {
        let record = usize::try_from(self.statement.record.0).unwrap();
        self.world.warrant(
            &self.request,
            0,
            &self.statement,
            &self.approvals,
            &self.leaf,
            header_of(record),
        )
    }

    /// A keeper that has followed this world's log.
    pub fn keeper(&self, position: usize) -> Keeper<MemoryHome> {
        let mut keeper = keeper(&self.world, position);
        let reply = follow(&self.world, &mut keeper);
        assert!(matches!(reply, Reply::Cosigned { .. }), "{reply:?}");
        keeper
    }
}

/// The values a keeper signed, checked against its key in the genesis.
pub fn slot_values(world: &World, reply: &Reply) -> SlotValues {
    let Reply::Values { note } = reply else {
        panic!("{reply:?}");
    };
    let signed: Signed<SlotValues> = Signed::parse(note).unwrap();
    let (_, keeper) = world
        .genesis
        .document()
        .keeper(&signed.document().keeper)
        .unwrap();
    signed.verify(&keeper.values).unwrap();
    signed.document().clone()
}

pub fn token_values(world: &World, reply: &Reply) -> TokenValues {
    let Reply::Tokens { note } = reply else {
        panic!("{reply:?}");
    };
    let signed: Signed<TokenValues> = Signed::parse(note).unwrap();
    let (_, keeper) = world
        .genesis
        .document()
        .keeper(&signed.document().keeper)
        .unwrap();
    signed.verify(&keeper.values).unwrap();
    signed.document().clone()
}

/// Values of one item as the seal crate takes them.
pub fn values_of(values: &SlotValues, item: u8) -> Vec<KeeperValue> {
    values
        .values
        .iter()
        .filter(|line| line.item == item)
        .map(|line| KeeperValue {
            keeper: values.keeper.clone(),
            set: SetIndex(line.set),
            value: SetValue::new(*line.value.expose()),
        })
        .collect()
}

#[track_caller]
pub fn refused(reply: &Reply, code: RefusalCode, words: &str) {
    let Reply::Refused {
        code: found,
        message,
    } = reply
    else {
        panic!("not refused with `{words}`: {reply:?}");
    };
    assert_eq!(*found, code, "{message}");
    assert!(message.contains(words), "`{message}` lacks `{words}`");
}

pub fn tokens_ask(admitted: LeafIndex, inputs: Vec<[u8; 32]>) -> Ask {
    Ask::Tokens(TokensAsk {
        register: testing::register(),
        epoch: Epoch(1),
        admitted,
        inputs,
    })
}

pub fn parse_id<T: std::str::FromStr>(text: &str) -> T {
    id(text)
}
