//! The manifest of one sealed epoch of a register.
//!
//! Place in the flow: written by the builder, signed by builder and data owner, logged; then the
//! epoch is closed. Keepers pin it when they take their shares and check record headers against
//! its root.
//!
//! Left to others: the files it names (register, seal).

use model::{
    digest::Digest,
    id::{Epoch, KeeperId, RegisterId},
    time::Instant,
};

use crate::{
    document::{Document, DocumentError, Reader, Writer, parsed, parts},
    genesis::GenesisKind,
};

/// A file of the snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestFile {
    /// Its name in the snapshot's folder.
    pub name: String,
    /// Its length.
    pub bytes: u64,
    /// SHA-256 of its bytes.
    pub digest: Digest,
}

/// The manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// Digest of the genesis it stands under.
    pub genesis: Digest,
    /// Synthetic or production.
    pub kind: GenesisKind,
    /// The register.
    pub register: RegisterId,
    /// The epoch.
    pub epoch: Epoch,
    /// SHA-256 of the extract.
    pub extract: Digest,
    /// When it was built.
    pub built_at: Instant,
    /// People in it.
    pub people: u64,
    /// Distinct addresses sealed.
    pub addresses: u64,
    /// Root of the Merkle tree over record headers.
    pub headers_root: Digest,
    /// The snapshot's files.
    pub files: Vec<ManifestFile>,
    /// SHA-256 of the encrypted share file delivered to each keeper.
    pub shares: Vec<(KeeperId, Digest)>,
}

impl Document for Manifest {
    const CONTEXT: &'static str = "countersign/official/manifest/v1";

    fn write(&self, writer: &mut Writer) {
        writer
            .line("genesis", self.genesis)
            .line("kind", self.kind.code())
            .line("register", &self.register)
            .line("epoch", self.epoch)
            .line("extract", self.extract)
            .line("built-at", self.built_at)
            .line("people", self.people)
            .line("addresses", self.addresses)
            .line("headers-root", self.headers_root)
            .lines(
                "file",
                self.files
                    .iter()
                    .map(|f| format!("{} {} {}", f.digest, f.bytes, f.name)),
            )
            .lines(
                "shares",
                self.shares
                    .iter()
                    .map(|(keeper, digest)| format!("{keeper} {digest}")),
            );
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DocumentError> {
        Ok(Self {
            genesis: reader.value("genesis")?,
            kind: reader.with("kind", GenesisKind::from_code)?,
            register: reader.value("register")?,
            epoch: reader.value("epoch")?,
            extract: reader.value("extract")?,
            built_at: reader.value("built-at")?,
            people: reader.value("people")?,
            addresses: reader.value("addresses")?,
            headers_root: reader.value("headers-root")?,
            files: reader.repeated("file", |text| {
                let [digest, bytes, name] = parts(text)?;
                Some(ManifestFile {
                    digest: parsed(digest)?,
                    bytes: parsed(bytes)?,
                    name: name.to_owned(),
                })
            })?,
            shares: reader.repeated("shares", |text| {
                let [keeper, digest] = parts(text)?;
                Some((parsed(keeper)?, parsed(digest)?))
            })?,
        })
    }
}
