//! A synthetic deployment with a log, and its authority notes and agreements.
//!
//! Place in the flow: tests of keeper and verify.
//!
//! Left to others: the rest of the synthetic world ([`super`]).

#[allow(clippy::wildcard_imports, reason = "one world in several files")]
use super::*;

/// The world: documents in force, and the log.
#[derive(Debug, Clone)]
pub struct World {
    /// The clock.
    pub now: Instant,
    /// The signed genesis.
    pub genesis: Signed<Genesis>,
    /// The agreement.
    pub agreement: Signed<Agreement>,
    /// Agreements it replaced.
    pub former_agreements: Vec<Signed<Agreement>>,
    /// The manifest.
    pub manifest: Signed<Manifest>,
    /// The certificate.
    pub certificate: Signed<Certificate>,
    /// Authority notes, the last one in force.
    pub authorities: Vec<Signed<Authority>>,
    /// The log's entries.
    pub entries: Vec<Vec<u8>>,
    /// Parts of the sealed bundle about requests.
    pub sealed: Vec<(String, Vec<u8>)>,
}

impl World {
    /// A world whose register has these headers, with its documents logged.
    #[must_use]
    pub fn new(headers_root: Digest, shares: Vec<(KeeperId, Digest)>) -> Self {
        Self::under(genesis(), headers_root, shares)
    }

    /// As [`World::new`], with a certificate for this matcher.
    #[must_use]
    pub fn certified_for(
        matcher: Matcher,
        headers_root: Digest,
        shares: Vec<(KeeperId, Digest)>,
    ) -> Self {
        Self::made(genesis(), matcher, headers_root, shares)
    }

    /// As [`World::new`], under another genesis with the same keys.
    #[must_use]
    pub fn under(genesis: Genesis, headers_root: Digest, shares: Vec<(KeeperId, Digest)>) -> Self {
        Self::made(genesis, matcher(), headers_root, shares)
    }

    fn made(
        genesis: Genesis,
        matcher: Matcher,
        headers_root: Digest,
        shares: Vec<(KeeperId, Digest)>,
    ) -> Self {
        let kind = genesis.kind;
        let genesis =
            Signed::sign(genesis, &[&key("a1", "authority"), &key("a2", "authority")]).unwrap();
        let root = genesis.digest();
        let agreement = Signed::sign(
            agreement(root),
            &[&person_key("SIG-1"), &person_key("OWN-1")],
        )
        .unwrap();
        let manifest = Signed::sign(
            Manifest {
                kind,
                ..manifest(root, headers_root, shares)
            },
            &[&key("builder", "official"), &person_key("OWN-1")],
        )
        .unwrap();
        let certificate = certificate(root, matcher);
        let certificate = Signed::sign(certificate, &[&key("lab", "certificate")]).unwrap();
        let mut world = Self {
            now: NOON,
            genesis,
            agreement,
            former_agreements: Vec::new(),
            manifest,
            certificate,
            authorities: Vec::new(),
            entries: Vec::new(),
            sealed: Vec::new(),
        };
        world.log_document(DocumentKind::Genesis, root);
        world.log_document(DocumentKind::Agreement, world.agreement.digest());
        world.new_authority(|_| {});
        world.log_document(DocumentKind::Manifest, world.manifest.digest());
        world.log_document(DocumentKind::Certificate, world.certificate.digest());
        world
    }

    /// Digest of the genesis.
    #[must_use]
    pub fn root(&self) -> Digest {
        self.genesis.digest()
    }

    /// The authority note in force.
    ///
    /// # Panics
    /// Never: a world has one.
    #[must_use]
    pub fn authority(&self) -> &Signed<Authority> {
        self.authorities.last().unwrap()
    }

    /// Signs and logs the next authority note, changed as asked.
    pub fn new_authority(&mut self, change: impl FnOnce(&mut Authority)) {
        let version = u64::try_from(self.authorities.len()).unwrap() + 1;
        let mut document = authority(self.root(), version, self.now, &self.agreement);
        change(&mut document);
        let signed = Signed::sign(
            document,
            &[&key("a1", "authority"), &key("a3", "authority")],
        )
        .unwrap();
        self.log_document(DocumentKind::Authority, signed.digest());
        self.authorities.push(signed);
    }

    /// Changes the agreement, signs and logs it and the authority note that names it.
    pub fn change_agreement(&mut self, change: impl FnOnce(&mut Agreement)) {
        let mut document = self.agreement.document().clone();
        change(&mut document);
        let next = Signed::sign(document, &[&person_key("SIG-1"), &person_key("OWN-1")]).unwrap();
        self.former_agreements
            .push(std::mem::replace(&mut self.agreement, next));
        self.log_document(DocumentKind::Agreement, self.agreement.digest());
        self.new_authority(|_| {});
    }

    /// Appends a leaf of today.
    pub fn log(&mut self, act: Act) -> LeafIndex {
        let leaf = Leaf {
            day: self.now.day(),
            act,
        };
        self.entries.push(leaf.entry());
        LeafIndex(u64::try_from(self.entries.len()).unwrap() - 1)
    }

    /// Logs a document.
    pub fn log_document(&mut self, kind: DocumentKind, digest: Digest) -> LeafIndex {
        self.log(Act::Document { kind, digest })
    }
}
