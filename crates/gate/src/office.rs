//! The gate assembled from its home: documents, policy, database, log, keepers, register.
//!
//! Place in the flow: each command opens what it needs and gets casework's [`Office`] from it.
//!
//! Left to others: use cases (casework).

use std::{
    fs::{File, OpenOptions, TryLockError},
    path::Path,
    time::Duration,
};

use age::x25519::Identity;
use anyhow::Context as _;
use casework::{
    error::CaseworkError,
    office::{Documents, Office},
    ports::{Clock, PortError, Records, Store as _, TransparencyLog as _},
};
use instrument::{
    agreement::Agreement,
    authority::Authority,
    certificate::Certificate,
    genesis::{Genesis, GenesisKind},
    signed::Signed,
    warrant::verify_authority,
};
use model::{digest::unhex, time::Instant};
use note::SigningKey;
use policy::Policy;
use register::{
    kind::{Production, RegisterKind, Synthetic},
    register::Register,
};
use seal::{delivery::GateDelivery, rest::RestKey};
use store::SqliteStore;
use zeroize::Zeroizing;

use crate::{
    documents::Papers,
    files,
    home::Home,
    keepers::KeeperPool,
    log::{CHECKPOINT, DirectoryLog, system_now},
    records::OpenRegister,
};

/// The system's clock.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Instant {
        system_now()
    }
}

/// The gate, open.
pub struct Gate {
    home: Home,
    /// The signed genesis.
    pub genesis: Signed<Genesis>,
    /// Every authority note, the newest last.
    pub authorities: Vec<Signed<Authority>>,
    /// Every certificate, the newest last.
    pub certificates: Vec<Signed<Certificate>>,
    /// The documents in force.
    pub documents: Documents,
    /// The policy.
    pub policy: Policy,
    /// The keepers.
    pub keepers: KeeperPool,
    /// The database.
    pub store: SqliteStore,
    /// The log.
    pub log: DirectoryLog,
    clock: SystemClock,
    /// Held while the gate is open: the system lets go of it when the process ends, however it ends.
    _lock: File,
}

impl Gate {
    /// Opens the gate in a home folder and logs documents that are not in the log yet.
    pub fn open(folder: Option<&Path>) -> Result<Self, anyhow::Error> {
        let folder = folder.context("name the gate's folder with --home or COUNTERSIGN_HOME")?;
        Self::open_parts(Home::open(folder)?).map_err(own_part)
    }

    fn open_parts(home: Home) -> Result<Self, anyhow::Error> {
        let configuration = &home.configuration;
        let genesis: Signed<Genesis> = home.signed(&configuration.genesis)?;
        let threshold =
            usize::try_from(genesis.document().authority_threshold).unwrap_or(usize::MAX);
        genesis.verify_threshold(&genesis.document().authorities, threshold)?;
        let mut authorities: Vec<Signed<Authority>> =
            home.all_signed(&configuration.authorities)?;
        authorities.sort_by_key(|authority| authority.document().version);
        for authority in &authorities {
            verify_authority(authority, genesis.document(), &genesis.digest())
                .with_context(|| format!("authority note {}", authority.document().version))?;
        }
        let authority = authorities
            .last()
            .context("there is no authority note")?
            .clone();
        let agreements: Vec<Signed<Agreement>> = home.all_signed(&configuration.agreements)?;
        let certificates = home.all_signed(&configuration.certificates)?;
        let earlier = authorities.iter().rev().skip(1).cloned().collect();
        let documents = Documents {
            earlier,
            genesis: genesis.document().clone(),
            genesis_digest: genesis.digest(),
            authority,
            agreements,
            manifest: home.signed(&configuration.manifest)?,
        };
        let keepers = keepers(&home, genesis.document())?;
        let log_key = files::read_key(&home.path(&configuration.log_key))?;
        let lock = lock(&home)?;
        let store = open_store(&home)?;
        let log = DirectoryLog::open(
            home.path(&configuration.log),
            genesis.document(),
            log_key,
            keepers.clone(),
        )?;
        let policy = Policy::load()?;
        let mut gate = Self {
            home,
            genesis,
            authorities,
            certificates,
            documents,
            policy,
            keepers,
            store,
            log,
            clock: SystemClock,
            _lock: lock,
        };
        gate.log_documents()?;
        Ok(gate)
    }

    /// The office of casework.
    pub fn office(&mut self) -> Office<'_> {
        Office {
            documents: &self.documents,
            policy: &self.policy,
            clock: &self.clock,
            store: &mut self.store,
            log: &mut self.log,
        }
    }

    /// A path of the home.
    pub fn responses(&self) -> std::path::PathBuf {
        self.home.path(&self.home.configuration.responses)
    }

    /// The gate's own key.
    pub fn key(&self) -> Result<SigningKey, anyhow::Error> {
        let path = self.home.path(&self.home.configuration.gate_key);
        files::read_key(&path).map_err(|error| own_part(error.into()))
    }

    /// The builder's delivery: token key and share sets.
    pub fn delivery(&self) -> Result<GateDelivery, anyhow::Error> {
        self.read_delivery().map_err(own_part)
    }

    fn read_delivery(&self) -> Result<GateDelivery, anyhow::Error> {
        let configuration = &self.home.configuration;
        let identity = Zeroizing::new(files::read_text(&self.home.path(&configuration.identity))?);
        let identity: Identity = identity
            .lines()
            .find(|line| line.starts_with("AGE-SECRET-KEY-"))
            .and_then(|line| line.trim().parse().ok())
            .context("the gate's identity file holds no age identity")?;
        let path = self.home.path(&configuration.delivery);
        let encrypted = files::read(&path)?;
        let text =
            age::decrypt(&identity, &encrypted).context("the builder's delivery does not open")?;
        let text =
            Zeroizing::new(String::from_utf8(text).context("the builder's delivery is no text")?);
        Ok(GateDelivery::parse(&text)?)
    }

    /// The register, of the genesis's kind.
    pub fn records(&self) -> Result<Box<dyn Records>, anyhow::Error> {
        let folder = self.home.path(&self.home.configuration.register);
        Ok(match self.documents.genesis.kind {
            GenesisKind::Synthetic => Box::new(OpenRegister(open::<Synthetic>(&folder)?)),
            GenesisKind::Production => Box::new(OpenRegister(open::<Production>(&folder)?)),
        })
    }

    /// The newest certificate.
    pub fn certificate(&self) -> Result<&Signed<Certificate>, anyhow::Error> {
        let newest = self.certificates.last();
        newest.ok_or_else(|| {
            CaseworkError::NotCertified("there is no calibration certificate").into()
        })
    }

    /// Logs the documents that are not in the log yet, each once and checked before.
    fn log_documents(&mut self) -> Result<(), anyhow::Error> {
        let papers = Papers {
            documents: &self.documents,
            authorities: &self.authorities,
            certificates: &self.certificates,
            now: system_now(),
        };
        let leaves = papers.unlogged(&self.log)?;
        if !leaves.is_empty() {
            self.log.append_once(&leaves)?;
        }
        Ok(())
    }
}

/// The gate's own files, as context of an error in them: not the caller's fault, whatever it is.
#[derive(Debug, Clone, Copy)]
pub struct OwnPart;

impl std::fmt::Display for OwnPart {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("a part of the gate cannot be used")
    }
}

/// Marks an error as one in the gate's own files.
pub fn own_part(error: anyhow::Error) -> anyhow::Error {
    error.context(OwnPart)
}

/// How long a command waits for another one on the same home.
const PATIENCE: Duration = Duration::from_secs(10);

/// Takes the home for this process alone: two at once would append to one log. Waits a little for
/// another command to end.
fn lock(home: &Home) -> Result<File, PortError> {
    let away = |error: &dyn std::fmt::Display| PortError::unavailable("the gate's home", error);
    let path = home.path(Path::new("lock"));
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    let file = options.open(&path).map_err(|error| away(&error))?;
    let begin = std::time::Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::Error(error)) => return Err(away(&error)),
            Err(TryLockError::WouldBlock) if begin.elapsed() < PATIENCE => {
                std::thread::sleep(Duration::from_millis(20));
            }
            Err(TryLockError::WouldBlock) => {
                return Err(away(&"another command is working in it; try again"));
            }
        }
    }
}

fn open<K: RegisterKind>(folder: &Path) -> Result<Register<K>, anyhow::Error> {
    Register::open(folder).map_err(|error| own_part(error.into()))
}

/// Opens the database; makes it only where neither it nor the log is there yet. Both are begun
/// together, so that one without the other means a loss, and must not be papered over with an empty
/// one: that would forget decisions, or start a second log.
fn open_store(home: &Home) -> Result<SqliteStore, anyhow::Error> {
    let missing = |what: &str, detail: &str| PortError::unavailable(what, detail);
    let path = home.path(&home.configuration.database);
    let log = home.path(&home.configuration.log).join(CHECKPOINT);
    let begun = log.exists();
    if begun && !path.exists() {
        return Err(missing(
            "the database",
            "its file is missing although the log has begun; put it back",
        )
        .into());
    }
    let store = SqliteStore::open(&path, store_key(home)?)?;
    if !begun && !store.requests()?.is_empty() {
        return Err(missing(
            "the log",
            "its checkpoint is missing although the database holds requests; put it back",
        )
        .into());
    }
    Ok(store)
}

fn keepers(home: &Home, genesis: &Genesis) -> Result<KeeperPool, anyhow::Error> {
    let mut addresses = std::collections::BTreeMap::new();
    for keeper in &home.configuration.keeper {
        if let Some(address) = home.keeper_address(keeper)? {
            addresses.insert(keeper.id.clone(), address);
        }
    }
    Ok(KeeperPool::new(genesis, |id| addresses.get(id).cloned()))
}

fn store_key(home: &Home) -> Result<RestKey, anyhow::Error> {
    let path = home.path(&home.configuration.store_key);
    let text = Zeroizing::new(files::read_text(&path)?);
    let bytes: Zeroizing<Vec<u8>> = unhex(text.trim())
        .context("the database key is not hexadecimal")?
        .into();
    let bytes: [u8; 32] = bytes
        .as_slice()
        .try_into()
        .context("the database key has not 32 bytes")?;
    Ok(RestKey::new(&bytes))
}

/// Whether responses are stamped SYNTHETIC.
pub fn is_synthetic(documents: &Documents) -> answer::Synthetic {
    match documents.genesis.kind {
        GenesisKind::Synthetic => answer::Synthetic::Yes,
        GenesisKind::Production => answer::Synthetic::No,
    }
}
