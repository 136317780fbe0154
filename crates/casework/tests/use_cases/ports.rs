//! The ports over what is durable, each call of which can be made to fail.
//!
//! Place in the flow: a [`Gate`] is one process: it is dropped at a fault and opened anew.
//!
//! Left to others: what is kept (durable), which calls fail (the tests).

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use casework::{
    office::Office,
    ports::{Clock, CosignedHead, Keepers, PortError, Records, Store, TransparencyLog},
    record::{LoggedLeaf, RequestRecord, RowRecord},
};
use identity::candidates::Candidates;
use instrument::{
    budget::Counts,
    leaf::{Leaf, Tag},
    signed::Signed,
    testing::NOON,
    wire::{SlotValues, TokenValues, TokensAsk},
};
use model::{
    id::{CaseId, EntryNumber, LeafIndex, OfficialId, RecordNumber, RequestId, RowId},
    time::Instant,
};
use seal::{entry::SealedEntry, header::RecordHeader};
use translog::InclusionProof;

use crate::{durable::Durable, world::World};

/// How a call fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Nothing happened.
    Before,
    /// It happened, and the answer was lost.
    After,
}

/// Which calls fail, counted from 0.
type Plan = Box<dyn Fn(usize) -> Option<Way>>;

/// Counts calls and makes some fail.
pub struct Faults {
    plan: Plan,
    /// Every call so far, by name.
    pub calls: RefCell<Vec<&'static str>>,
}

impl Faults {
    pub fn none() -> Self {
        Self::by(|_| None)
    }

    pub fn at(call: usize, way: Way) -> Self {
        Self::by(move |number| (number == call).then_some(way))
    }

    pub fn by(plan: impl Fn(usize) -> Option<Way> + 'static) -> Self {
        Self {
            plan: Box::new(plan),
            calls: RefCell::default(),
        }
    }

    fn call<T>(
        &self,
        name: &'static str,
        effect: impl FnOnce() -> Result<T, PortError>,
    ) -> Result<T, PortError> {
        let number = self.calls.borrow().len();
        self.calls.borrow_mut().push(name);
        let lost = || PortError::unavailable(name, "the connection broke");
        match (self.plan)(number) {
            None => effect(),
            Some(Way::Before) => Err(lost()),
            Some(Way::After) => effect().and_then(|_| Err(lost())),
        }
    }
}

/// A clock that goes on by a second whenever it is read, and by as much as it is told.
pub struct SteppedClock(Cell<u64>);

impl SteppedClock {
    pub fn at_noon() -> Rc<Self> {
        Rc::new(Self(Cell::new(NOON.0)))
    }

    pub fn step(&self, seconds: u64) {
        self.0.set(self.0.get() + seconds);
    }
}

impl Clock for SteppedClock {
    fn now(&self) -> Instant {
        self.step(1);
        Instant(self.0.get())
    }
}

/// One process of the gate.
pub struct Gate<'w> {
    pub world: &'w World,
    pub durable: Rc<RefCell<Durable>>,
    pub clock: Rc<SteppedClock>,
    pub faults: Rc<Faults>,
    store: Port<'w>,
    log: Port<'w>,
}

/// Any port: the same things behind each.
#[derive(Clone)]
pub struct Port<'w> {
    world: &'w World,
    durable: Rc<RefCell<Durable>>,
    clock: Rc<SteppedClock>,
    faults: Rc<Faults>,
}

impl<'w> Gate<'w> {
    pub fn open(
        world: &'w World,
        durable: &Rc<RefCell<Durable>>,
        clock: &Rc<SteppedClock>,
        faults: Faults,
    ) -> Self {
        let faults = Rc::new(faults);
        let port = Port {
            world,
            durable: Rc::clone(durable),
            clock: Rc::clone(clock),
            faults: Rc::clone(&faults),
        };
        Self {
            world,
            durable: Rc::clone(durable),
            clock: Rc::clone(clock),
            faults,
            store: port.clone(),
            log: port,
        }
    }

    /// A gate over a new deployment, in which nothing fails.
    pub fn new(world: &'w World) -> Self {
        let durable = Rc::new(RefCell::new(Durable::new(world)));
        Self::open(world, &durable, &SteppedClock::at_noon(), Faults::none())
    }

    /// Keepers and register.
    pub fn port(&self) -> Port<'w> {
        self.store.clone()
    }

    pub fn office(&mut self) -> Office<'_> {
        Office {
            documents: &self.world.documents,
            policy: &self.world.policy,
            clock: &*self.clock,
            store: &mut self.store,
            log: &mut self.log,
        }
    }

    /// Takes keepers away.
    pub fn take_away(&self, keepers: &[usize]) {
        for (position, trustee) in self.durable.borrow_mut().trustees.iter_mut().enumerate() {
            trustee.is_away = keepers.contains(&position);
        }
    }
}

impl Store for Port<'_> {
    fn add(&mut self, request: &RequestRecord, rows: &[RowRecord]) -> Result<(), PortError> {
        let add = || self.durable.borrow_mut().add(request, rows);
        self.faults.call("store.add", add)
    }

    fn request(&self, id: &RequestId) -> Result<Option<RequestRecord>, PortError> {
        let durable = self.durable.borrow();
        let found = || Ok(durable.request(id).map(|(request, _)| request.clone()));
        self.faults.call("store.request", found)
    }

    fn requests(&self) -> Result<Vec<RequestId>, PortError> {
        let durable = self.durable.borrow();
        let ids = || Ok(durable.requests.iter().map(|(r, _)| r.id.clone()).collect());
        self.faults.call("store.requests", ids)
    }

    fn rows(&self, id: &RequestId) -> Result<Vec<RowRecord>, PortError> {
        let durable = self.durable.borrow();
        let rows = || {
            Ok(durable
                .request(id)
                .map_or_else(Vec::new, |(_, rows)| rows.clone()))
        };
        self.faults.call("store.rows", rows)
    }

    fn case(&self, case: &CaseId) -> Result<Option<RowId>, PortError> {
        let durable = self.durable.borrow();
        let rows = || durable.requests.iter().flat_map(|(_, rows)| rows);
        let is_it = |row: &&RowRecord| row.statement.as_ref().is_some_and(|s| s.case == *case);
        let case = || Ok(rows().find(is_it).map(RowRecord::id));
        self.faults.call("store.case", case)
    }

    fn latest_approval(&self, reviewer: &OfficialId) -> Result<Option<Instant>, PortError> {
        let durable = self.durable.borrow();
        let rows = || durable.requests.iter().flat_map(|(_, rows)| rows);
        let approvals = || rows().flat_map(|row| &row.approvals).map(Signed::document);
        let own = || approvals().filter(|approval| approval.reviewer == *reviewer);
        let latest = || Ok(own().map(|approval| approval.signed_at).max());
        self.faults.call("store.latest_approval", latest)
    }

    fn replace_row(&mut self, before: &RowRecord, after: &RowRecord) -> Result<(), PortError> {
        let replace = || self.durable.borrow_mut().replace_row(before, after);
        self.faults.call("store.replace_row", replace)
    }

    fn replace_request(
        &mut self,
        after: &RequestRecord,
        rows: &[RowRecord],
    ) -> Result<(), PortError> {
        let replace = || self.durable.borrow_mut().replace_request(after, rows);
        self.faults.call("store.replace_request", replace)
    }
}

impl TransparencyLog for Port<'_> {
    fn append_once(&mut self, leaves: &[Leaf]) -> Result<Vec<LoggedLeaf>, PortError> {
        let append = || self.durable.borrow_mut().append_once(leaves);
        self.faults.call("log.append_once", append)
    }

    fn find(&self, leaf: &Leaf) -> Result<Option<LoggedLeaf>, PortError> {
        let find = || Ok(self.durable.borrow().find(leaf));
        self.faults.call("log.find", find)
    }

    fn has_issued(&self, request: &Tag) -> Result<bool, PortError> {
        let has_issued = || Ok(self.durable.borrow().has_issued(request));
        self.faults.call("log.has_issued", has_issued)
    }

    fn preview(&self, leaf: &Leaf) -> Result<Option<Counts>, PortError> {
        let preview = || Ok(self.durable.borrow().preview(leaf));
        self.faults.call("log.preview", preview)
    }

    fn cosigned_head(&mut self) -> Result<CosignedHead, PortError> {
        let now = self.clock.now();
        let head = || self.durable.borrow_mut().cosigned_head(self.world, now);
        self.faults.call("log.cosigned_head", head)
    }

    fn prove(&self, index: LeafIndex, size: u64) -> Result<InclusionProof, PortError> {
        let prove = || self.durable.borrow().prove(index, size);
        self.faults.call("log.prove", prove)
    }
}

impl Keepers for Port<'_> {
    fn tokens(&self, ask: &TokensAsk) -> Result<Vec<TokenValues>, PortError> {
        let tokens = || self.durable.borrow_mut().tokens(self.world, ask);
        self.faults.call("keepers.tokens", tokens)
    }

    fn open(&self, warrant: &[u8]) -> Result<Vec<SlotValues>, PortError> {
        let now = self.clock.now();
        let open = || self.durable.borrow_mut().open(self.world, warrant, now);
        self.faults.call("keepers.open", open)
    }
}

impl Records for Port<'_> {
    fn candidates(&self) -> &dyn Candidates {
        &self.world.register
    }

    fn header(&self, record: RecordNumber) -> Result<(RecordHeader, InclusionProof), PortError> {
        let header = || Ok(self.world.register.header(record));
        self.faults.call("records.header", header)
    }

    fn sealed_entry(
        &self,
        record: RecordNumber,
        entry: EntryNumber,
    ) -> Result<SealedEntry, PortError> {
        let found = || Ok(self.world.register.entry(record, entry));
        self.faults.call("records.sealed_entry", found)
    }
}
