//! The documents of a home that are not in the log yet, each checked before it gets there.
//!
//! Place in the flow: whenever the gate is opened. What is in the log can never be taken out of it, and
//! every keeper and auditor from then on asks for it: a stray or altered file must not get so far.
//!
//! Left to others: what the documents say (instrument), what is in force today (casework's `Office`).

use anyhow::Context as _;
use casework::{office::Documents, ports::TransparencyLog};
use instrument::{
    authority::Authority,
    certificate::Certificate,
    leaf::{Act, DocumentKind, Leaf},
    signed::Signed,
    warrant::{verify_agreement, verify_authority},
};
use model::time::Instant;

/// Whatever may come into force, and the day of its leaf.
pub struct Papers<'a> {
    /// Genesis, newest authority note, agreements, manifest.
    pub documents: &'a Documents,
    /// Every authority note, the newest last.
    pub authorities: &'a [Signed<Authority>],
    /// Every certificate.
    pub certificates: &'a [Signed<Certificate>],
    /// Now.
    pub now: Instant,
}

impl Papers<'_> {
    /// Leaves of those documents that are not in the log yet, genesis first.
    ///
    /// # Errors
    /// Where one of them is not signed as it must be, or stands under another genesis.
    pub fn unlogged(&self, log: &dyn TransparencyLog) -> Result<Vec<Leaf>, anyhow::Error> {
        let mut leaves = Vec::new();
        let mut take = |kind, digest, check: &dyn Fn() -> Result<(), anyhow::Error>| {
            let leaf = Leaf {
                day: self.now.day(),
                act: Act::Document { kind, digest },
            };
            if log.find(&leaf)?.is_none() {
                check().with_context(|| format!("the {} of digest {digest}", words(kind)))?;
                leaves.push(leaf);
            }
            Ok::<(), anyhow::Error>(())
        };
        let documents = self.documents;
        take(DocumentKind::Genesis, documents.genesis_digest, &|| Ok(()))?;
        let manifest = documents.manifest.digest();
        take(DocumentKind::Manifest, manifest, &|| self.manifest())?;
        for note in self.authorities {
            take(DocumentKind::Authority, note.digest(), &|| {
                self.authority(note)
            })?;
        }
        for note in &documents.agreements {
            let check = || {
                let trust = documents.trust(self.now);
                Ok(verify_agreement(
                    note,
                    documents.authority.document(),
                    &trust,
                )?)
            };
            take(DocumentKind::Agreement, note.digest(), &check)?;
        }
        for note in self.certificates {
            let check = || {
                note.verify(&documents.genesis.certifier)?;
                note.document().check()?;
                same_genesis(note.document().genesis == documents.genesis_digest)
            };
            take(DocumentKind::Certificate, note.digest(), &check)?;
        }
        Ok(leaves)
    }

    fn manifest(&self) -> Result<(), anyhow::Error> {
        let documents = self.documents;
        documents.manifest.verify(&documents.genesis.builder)?;
        same_genesis(documents.manifest.document().genesis == documents.genesis_digest)
    }

    fn authority(&self, note: &Signed<Authority>) -> Result<(), anyhow::Error> {
        let documents = self.documents;
        verify_authority(note, &documents.genesis, &documents.genesis_digest)?;
        let version = note.document().version;
        let versions = self.authorities.iter().map(|note| note.document().version);
        anyhow::ensure!(
            versions.filter(|other| *other == version).count() == 1,
            "two authority notes are of version {version}"
        );
        Ok(())
    }
}

fn same_genesis(same: bool) -> Result<(), anyhow::Error> {
    anyhow::ensure!(same, "it stands under another genesis");
    Ok(())
}

const fn words(kind: DocumentKind) -> &'static str {
    match kind {
        DocumentKind::Genesis => "genesis",
        DocumentKind::Authority => "authority note",
        DocumentKind::Agreement => "agreement",
        DocumentKind::Manifest => "manifest",
        DocumentKind::Certificate => "certificate",
    }
}
