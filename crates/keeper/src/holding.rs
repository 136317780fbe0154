//! The shares of one epoch of one register, and the manifest they belong to.
//!
//! Place in the flow: taken once at installation, checked against the genesis, then pinned: a warrant
//! names register and epoch, and only what is held here is evaluated.
//!
//! Left to others: decrypting the delivered file (the binary), whether the manifest is in the log
//! and signed by a data owner of today's roster (open).

use instrument::{
    genesis::Genesis,
    manifest::Manifest,
    signed::{Signed, SignedError},
};
use model::{
    digest::Digest,
    fault::{Explain, Fault},
    id::{Epoch, KeeperId, RegisterId},
};
use seal::delivery::{DeliveryError, KeeperShares};
use thiserror::Error;

/// Shares that are not taken. The fault of the builder, or of whoever delivered.
#[derive(Debug, Error)]
pub enum HoldingError {
    /// The builder has not signed the manifest, or the note is not in order.
    #[error("the manifest is not in order")]
    Manifest(#[from] SignedError),
    /// The decrypted text is not a delivery of shares.
    #[error("the shares are not in order")]
    Delivery(#[from] DeliveryError),
    /// Two of manifest, shares and genesis contradict each other.
    #[error("{0}")]
    Contradiction(&'static str),
}

impl Explain for HoldingError {
    fn fault(&self) -> Fault {
        match self {
            Self::Manifest(error) => error.fault(),
            Self::Delivery(error) => error.fault(),
            Self::Contradiction(_) => Fault::Refused,
        }
    }
}

/// What a keeper holds of one epoch.
#[derive(Debug, Clone)]
pub struct Holding {
    manifest: Signed<Manifest>,
    shares: KeeperShares,
}

impl Holding {
    /// Takes shares after checking them: the manifest is the builder's and of this genesis, the
    /// delivered file is the one it names for this keeper, and the share sets are the genesis's.
    ///
    /// # Errors
    /// [`HoldingError`].
    pub fn take(
        genesis: &Signed<Genesis>,
        keeper: &KeeperId,
        manifest: Signed<Manifest>,
        delivered: &Digest,
        shares: &str,
    ) -> Result<Self, HoldingError> {
        let root = genesis.document();
        let document = manifest.document();
        manifest.verify(&root.builder)?;
        require(
            document.genesis == genesis.digest() && document.kind == root.kind,
            "the manifest stands under another genesis",
        )?;
        require(
            document
                .shares
                .iter()
                .any(|(to, digest)| to == keeper && digest == delivered),
            "the delivered file is not the one the manifest names for this keeper",
        )?;
        let shares = KeeperShares::parse(shares)?;
        require(
            shares.register == document.register && shares.epoch == document.epoch,
            "the shares are of another register or epoch",
        )?;
        require(shares.keeper == *keeper, "the shares are another keeper's")?;
        let needed = usize::try_from(root.keepers_needed).ok();
        let names = root.keepers.iter().map(|keeper| &keeper.id);
        require(
            Some(shares.sets().needed()) == needed && shares.sets().keepers().iter().eq(names),
            "the shares are for other keepers than the genesis names",
        )?;
        Ok(Self { manifest, shares })
    }

    /// The register.
    #[must_use]
    pub fn register(&self) -> &RegisterId {
        &self.shares.register
    }

    /// The epoch.
    #[must_use]
    pub const fn epoch(&self) -> Epoch {
        self.shares.epoch
    }

    /// The pinned manifest.
    #[must_use]
    pub const fn manifest(&self) -> &Signed<Manifest> {
        &self.manifest
    }

    pub(crate) const fn shares(&self) -> &KeeperShares {
        &self.shares
    }
}

const fn require(test: bool, words: &'static str) -> Result<(), HoldingError> {
    if test {
        Ok(())
    } else {
        Err(HoldingError::Contradiction(words))
    }
}
