//! The build itself: keys drawn, files written, shares delivered, manifest signed, keys wiped.
//!
//! Place in the flow: called by the command with inputs read and checked; see the crate's page for
//! what it leaves.
//!
//! Left to others: reading inputs and the clock (command).

use std::{fs::File, path::Path};

use instrument::{
    document::Document as _,
    genesis::{Genesis, GenesisKind},
    manifest::{Manifest, ManifestFile},
    signed::Signed,
};
use model::{
    digest::Digest,
    id::{Epoch, KeeperId},
    time::Instant,
};
use note::{SigningKey, Verifier};
use register::{
    build::{self, BuildOptions, BuildReport},
    extract,
    kind::{Production, RegisterKind, Synthetic},
};
use seal::{
    delivery::{GateDelivery, KeeperShares},
    keys::{DrawnKeys, EpochKeys},
    shares::ShareSets,
};

use crate::{
    error::BuilderError,
    folder::{OutFolder, files_of, sync_folder, write_new},
    recipients::{Receiver, Recipients},
    report::{Delivery, EpochReport},
};

/// Name of the snapshot's folder.
pub const SNAPSHOT: &str = "snapshot";

/// Name of the folder of deliveries.
pub const DELIVER: &str = "deliver";

/// Name of the signed manifest.
pub const MANIFEST: &str = "manifest.note";

/// What is to be built.
#[derive(Debug)]
pub struct EpochOrder<'a> {
    /// The extract.
    pub extract: &'a Path,
    /// The deployment's genesis, its signatures checked.
    pub genesis: &'a Genesis,
    /// First part of the register's id.
    pub name: &'a str,
    /// The epoch.
    pub epoch: Epoch,
    /// Recipients of shares and of the gate's key.
    pub recipients: &'a Recipients,
    /// The builder's key; the genesis names its public half.
    pub builder: &'a SigningKey,
    /// The data owner's key. Without it the owner countersigns the manifest elsewhere.
    pub data_owner: Option<&'a SigningKey>,
    /// The time the manifest states.
    pub built_at: Instant,
}

/// How far a build has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The extract's digest is finished; most of it is made while rows are read.
    Digest,
    /// The register reads, standardises, seals and writes; with the count its stage gives.
    Register(build::Stage, u64),
    /// Shares are encrypted to their keepers.
    Deliver,
    /// The manifest is signed.
    Sign,
}

impl Stage {
    /// What is being done, for people.
    #[must_use]
    pub fn words(self) -> String {
        match self {
            Self::Digest => "finishing the extract's digest".to_owned(),
            Self::Register(build::Stage::Reading, rows) => {
                format!("reading, standardising and tokenising rows: {rows}")
            }
            Self::Register(build::Stage::Preparing, rows) => {
                format!("putting people of {rows} rows in order")
            }
            Self::Register(build::Stage::Sealing, people) => format!("sealing {people} people"),
            Self::Register(build::Stage::Writing, bytes) => {
                format!("writing match plane and index: {bytes} bytes")
            }
            Self::Deliver => "encrypting shares to keepers".to_owned(),
            Self::Sign => "signing the manifest".to_owned(),
        }
    }
}

/// Told at each stage, from whichever thread.
pub type Progress<'a> = &'a (dyn Fn(Stage) + Sync);

/// Builds one epoch into the folder `out`, which must be new or empty.
///
/// # Errors
/// [`BuilderError`]; nothing is left in `out` then.
pub fn build_epoch(
    order: &EpochOrder<'_>,
    out: &Path,
    progress: Progress<'_>,
) -> Result<EpochReport, BuilderError> {
    check_order(order)?;
    let folder = OutFolder::begin(out)?;
    let keys = DrawnKeys::draw(order.epoch, share_sets(order.genesis)?)?;
    let snapshot = folder.folder(SNAPSHOT)?;
    let (extract, built) = build_snapshot(order, &keys, progress, &snapshot)?;
    let keys = keys.of_register(built.snapshot.register.clone());
    sync_folder(&snapshot)?;
    progress(Stage::Deliver);
    let deliver = folder.folder(DELIVER)?;
    let deliveries = deliver_keys(order, &keys, &deliver)?;
    let manifest = Manifest {
        genesis: order.genesis.digest(),
        kind: order.genesis.kind,
        register: keys.register().clone(),
        epoch: keys.epoch(),
        extract,
        built_at: order.built_at,
        people: u64::from(built.snapshot.people),
        addresses: built.snapshot.entries,
        headers_root: built
            .snapshot
            .headers_root
            .parse()
            .map_err(|_| BuilderError::HeadersRoot)?,
        files: manifest_files(&snapshot, &built)?,
        shares: shares_of(&deliveries),
    };
    // The keys' memory is overwritten here: after this line nobody holds all of them.
    drop(keys);
    progress(Stage::Sign);
    let signed = sign(order, manifest)?;
    write_new(&folder.path().join(MANIFEST), signed.render().as_bytes())?;
    folder.finish()?;
    Ok(report(order, &built, &signed, &deliveries, out))
}

/// Checks what can be checked before anything is written: the extract is there, who signs, who
/// receives.
fn check_order(order: &EpochOrder<'_>) -> Result<(), BuilderError> {
    File::open(order.extract).map_err(|source| BuilderError::Read {
        path: order.extract.to_owned(),
        source,
    })?;
    // Whether the name will do is known before the digest that follows it.
    extract::register_id(order.name, &Digest::of(&[]))?;
    if Verifier::Ed25519(order.builder.verifier()) != order.genesis.builder {
        return Err(BuilderError::NotTheBuilder {
            name: order.builder.name().to_string(),
        });
    }
    let same = |owner: &SigningKey| {
        owner.verifier().public_bytes() == order.builder.verifier().public_bytes()
    };
    if order.data_owner.is_some_and(same) {
        return Err(BuilderError::OneKeyForTwo);
    }
    order.recipients.check(order.genesis)?;
    Ok(())
}

fn share_sets(genesis: &Genesis) -> Result<ShareSets, BuilderError> {
    let needed = usize::try_from(genesis.keepers_needed).unwrap_or(usize::MAX);
    let keepers = genesis.keepers.iter().map(|keeper| keeper.id.clone());
    Ok(ShareSets::new(needed, keepers.collect())?)
}

/// A synthetic genesis and a production one go through different types. Gives also the extract's digest.
fn build_snapshot(
    order: &EpochOrder<'_>,
    keys: &DrawnKeys,
    progress: Progress<'_>,
    snapshot: &Path,
) -> Result<(Digest, BuildReport), BuilderError> {
    fn run<K: RegisterKind>(
        order: &EpochOrder<'_>,
        keys: &DrawnKeys,
        progress: Progress<'_>,
        snapshot: &Path,
    ) -> Result<(Digest, BuildReport), BuilderError> {
        let (rows, extract) = extract::open_digested(order.extract)?;
        let tell = |stage, count| progress(Stage::Register(stage, count));
        let options = BuildOptions {
            progress: &tell,
            ..BuildOptions::standard()
        };
        let read = build::read::<K>(rows, keys, &options)?;
        progress(Stage::Digest);
        let extract = extract.finish()?;
        let register = extract::register_id(order.name, &extract)?;
        let built = read.seal(&register, &extract, &options, snapshot)?;
        Ok((extract, built))
    }
    match order.genesis.kind {
        GenesisKind::Synthetic => run::<Synthetic>(order, keys, progress, snapshot),
        GenesisKind::Production => run::<Production>(order, keys, progress, snapshot),
    }
}

/// One encrypted file.
struct Delivered {
    receiver: Receiver,
    file: String,
    digest: Digest,
}

fn deliver_keys(
    order: &EpochOrder<'_>,
    keys: &EpochKeys,
    folder: &Path,
) -> Result<Vec<Delivered>, BuilderError> {
    let mut delivered = Vec::new();
    for keeper in keys.sets().keepers() {
        let Some(shares) = KeeperShares::of(keys, keeper) else {
            continue;
        };
        let receiver = Receiver::Keeper(keeper.clone());
        delivered.push(deliver(order, receiver, &shares.to_text(), folder)?);
    }
    let gate = GateDelivery::of(keys).to_text();
    delivered.push(deliver(order, Receiver::Gate, &gate, folder)?);
    sync_folder(folder)?;
    Ok(delivered)
}

/// Encrypts a text to its receiver and writes it. Keeper files are `keeper-ID.age`.
fn deliver(
    order: &EpochOrder<'_>,
    receiver: Receiver,
    text: &str,
    folder: &Path,
) -> Result<Delivered, BuilderError> {
    let missing = || crate::recipients::RecipientsError::Missing(receiver.clone());
    let recipient = order.recipients.get(&receiver).ok_or_else(missing)?;
    let encrypted =
        age::encrypt(recipient, text.as_bytes()).map_err(|source| BuilderError::Encrypt {
            to: receiver.to_string(),
            source: Box::new(source),
        })?;
    let file = match &receiver {
        Receiver::Keeper(id) => format!("keeper-{id}.age"),
        Receiver::Gate => "gate.age".to_owned(),
    };
    write_new(&folder.join(&file), &encrypted)?;
    Ok(Delivered {
        receiver,
        file,
        digest: Digest::of(&encrypted),
    })
}

fn shares_of(deliveries: &[Delivered]) -> Vec<(KeeperId, Digest)> {
    deliveries
        .iter()
        .filter_map(|delivered| match &delivered.receiver {
            Receiver::Keeper(id) => Some((id.clone(), delivered.digest)),
            Receiver::Gate => None,
        })
        .collect()
}

/// The snapshot's files as the manifest names them. The digests are those that `snapshot.json` names, of
/// what was written, made while it was: five gigabytes for five million people are not read again. What
/// the disk made of it is told by whoever opens the register and checks the digests.
fn manifest_files(snapshot: &Path, built: &BuildReport) -> Result<Vec<ManifestFile>, BuilderError> {
    let file = |(name, bytes): (String, u64)| {
        let digest = match built.snapshot.files.get(&name) {
            Some(written) if written.bytes == bytes => written.digest.parse().ok(),
            Some(_) => None,
            None => Some(extract::digest_of_file(&snapshot.join(&name))?),
        };
        let digest = digest.ok_or_else(|| BuilderError::NotAsWritten {
            path: snapshot.join(&name),
        })?;
        Ok(ManifestFile {
            name,
            bytes,
            digest,
        })
    };
    files_of(snapshot)?.into_iter().map(file).collect()
}

fn sign(order: &EpochOrder<'_>, manifest: Manifest) -> Result<Signed<Manifest>, BuilderError> {
    let keys: Vec<&SigningKey> = [Some(order.builder), order.data_owner]
        .into_iter()
        .flatten()
        .collect();
    Signed::sign(manifest, &keys).map_err(BuilderError::Sign)
}

fn report(
    order: &EpochOrder<'_>,
    built: &BuildReport,
    signed: &Signed<Manifest>,
    deliveries: &[Delivered],
    out: &Path,
) -> EpochReport {
    let manifest = signed.document();
    let signers = [Some(order.builder), order.data_owner];
    EpochReport {
        register: manifest.register.to_string(),
        epoch: manifest.epoch.0,
        synthetic: manifest.kind == GenesisKind::Synthetic,
        genesis: manifest.genesis.to_string(),
        extract: manifest.extract.to_string(),
        people: manifest.people,
        addresses: manifest.addresses,
        rows: built.snapshot.rows,
        addresses_without_standard_form: built.without_standard_form,
        records_without_key: built.records_without_key,
        contradictory_people: built.contradictory_people,
        held: built.held,
        bytes: manifest
            .files
            .iter()
            .fold(0, |sum, file| sum.saturating_add(file.bytes)),
        snapshot: out.join(SNAPSHOT),
        manifest: out.join(MANIFEST),
        manifest_digest: signed.digest().to_string(),
        signed_by: signers
            .into_iter()
            .flatten()
            .map(|key| key.name().to_string())
            .collect(),
        deliveries: deliveries
            .iter()
            .map(|delivered| Delivery {
                to: delivered.receiver.to_string(),
                file: out.join(DELIVER).join(&delivered.file),
                digest: delivered.digest.to_string(),
            })
            .collect(),
    }
}
