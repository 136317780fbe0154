//! The documents that came into force: signatures, and that log and bundle hold the same ones.
//!
//! Place in the flow: before the walk over the log, which asks what was in force at each leaf.
//!
//! Left to others: acts (walk), requests (request).

use std::collections::HashMap;

use instrument::{
    agreement::Agreement,
    authority::Authority,
    bundle::{AGREEMENTS, AUTHORITIES, CERTIFICATES, MANIFESTS},
    certificate::Certificate,
    document::Document,
    leaf::{Act, DocumentKind},
    manifest::Manifest,
    signed::Signed,
    statement::Statement,
    warrant::verify_authority,
};
use model::{
    digest::Digest,
    id::{AgencyId, OfficialId},
    role::Role,
};
use note::Verifier;

use crate::{Report, bundle::Opened};

/// Documents by digest, and authority notes with the leaves at which they came into force.
pub(crate) struct Documents {
    authorities: Vec<(usize, Signed<Authority>)>,
    pub(crate) agreements: HashMap<Digest, Signed<Agreement>>,
    pub(crate) manifests: HashMap<Digest, Signed<Manifest>>,
    pub(crate) certificates: HashMap<Digest, Signed<Certificate>>,
    /// Who was ever listed, each role and key from its first leaf on.
    people: HashMap<OfficialId, Vec<Listed>>,
    /// First leaf of each document.
    logged: HashMap<(DocumentKind, Digest), usize>,
}

struct Listed {
    at: usize,
    role: Role,
    key: Verifier,
}

fn people(authorities: &[(usize, Signed<Authority>)]) -> HashMap<OfficialId, Vec<Listed>> {
    let mut people: HashMap<OfficialId, Vec<Listed>> = HashMap::new();
    for (at, authority) in authorities {
        for person in &authority.document().roster {
            let known = people.entry(person.id.clone()).or_default();
            if !known
                .iter()
                .any(|listed| listed.role == person.role && listed.key == person.key)
            {
                known.push(Listed {
                    at: *at,
                    role: person.role,
                    key: person.key.clone(),
                });
            }
        }
    }
    people
}

impl Documents {
    /// The authority note in force at a leaf.
    pub(crate) fn authority_at(&self, leaf: usize) -> Option<&Authority> {
        let before = self.authorities.partition_point(|(at, _)| *at < leaf);
        let (_, signed) = self.authorities.get(before.checked_sub(1)?)?;
        Some(signed.document())
    }

    /// Keys a person had in a role under the authority notes before a leaf.
    pub(crate) fn keys_before(
        &self,
        leaf: usize,
        official: &OfficialId,
        role: Role,
    ) -> impl Iterator<Item = &Verifier> {
        let listed = self.people.get(official).map_or(&[][..], Vec::as_slice);
        listed
            .iter()
            .filter(move |listed| listed.at < leaf && listed.role == role)
            .map(|listed| &listed.key)
    }

    /// The certificate that came into force last before a leaf.
    pub(crate) fn certificate_before(&self, leaf: usize) -> Option<&Certificate> {
        let (_, digest) = self
            .logged
            .iter()
            .filter(|((kind, _), at)| *kind == DocumentKind::Certificate && **at < leaf)
            .max_by_key(|(_, at)| **at)?
            .0;
        self.certificates.get(digest).map(Signed::document)
    }

    /// The manifest of the register that a statement is on.
    pub(crate) fn manifest_of(&self, statement: &Statement) -> Option<(&Digest, &Manifest)> {
        let manifests = self.manifests.iter();
        let mut manifests = manifests.map(|(digest, signed)| (digest, signed.document()));
        manifests.find(|(_, manifest)| {
            (&manifest.register, manifest.epoch) == (&statement.register, statement.epoch)
        })
    }

    /// How many people the register of a statement has; of a row without one, each register there is.
    pub(crate) fn people_on_file(&self, statement: Option<&Statement>) -> Vec<u64> {
        match statement {
            Some(statement) => {
                let manifest = self.manifest_of(statement);
                manifest
                    .map(|(_, manifest)| manifest.people)
                    .into_iter()
                    .collect()
            }
            None => {
                let manifests = self.manifests.values();
                manifests.map(|signed| signed.document().people).collect()
            }
        }
    }

    /// Whether a document came into force before a leaf.
    pub(crate) fn is_logged_before(
        &self,
        kind: DocumentKind,
        digest: &Digest,
        leaf: usize,
    ) -> bool {
        self.logged
            .get(&(kind, *digest))
            .is_some_and(|at| *at < leaf)
    }
}

pub(crate) fn check(opened: &Opened<'_>, report: &mut Report) -> Documents {
    let logged = logged(opened, report);
    let root = opened.root();
    let read = ReadNotes {
        opened,
        logged: &logged,
    };
    let mut authorities: Vec<(usize, Signed<Authority>)> = Vec::new();
    for (name, signed) in read.notes::<Authority>(AUTHORITIES, DocumentKind::Authority, report) {
        let verified = verify_authority(&signed, opened.genesis.document(), &root);
        report.accept(verified, "authority notes signed by k of n", name);
        let at = logged.get(&(DocumentKind::Authority, signed.digest()));
        authorities.extend(at.map(|at| (*at, signed)));
    }
    authorities.sort_by_key(|(at, _)| *at);
    check_versions(&authorities, report);
    let mut documents = Documents {
        people: people(&authorities),
        authorities,
        agreements: HashMap::new(),
        manifests: HashMap::new(),
        certificates: HashMap::new(),
        logged: HashMap::new(),
    };
    for (name, signed) in read.notes::<Agreement>(AGREEMENTS, DocumentKind::Agreement, report) {
        check_agreement(&name, &signed, root, &documents, report);
        documents.agreements.insert(signed.digest(), signed);
    }
    for (name, signed) in read.notes::<Manifest>(MANIFESTS, DocumentKind::Manifest, report) {
        check_manifest(opened, &name, &signed, &documents, report);
        documents.manifests.insert(signed.digest(), signed);
    }
    let certificates = read.notes::<Certificate>(CERTIFICATES, DocumentKind::Certificate, report);
    for (name, signed) in certificates {
        let verified = signed.verify(&opened.genesis.document().certifier);
        report.accept(verified, "certificates signed by the certifier", &name);
        check_root(signed.document().genesis, root, &name, report);
        let holds = signed.document().check();
        report.accept(holds, "certificates that follow from their counts", &name);
        documents.certificates.insert(signed.digest(), signed);
    }
    documents.logged = logged;
    check_presence(opened, &documents, report);
    documents
}

fn logged(opened: &Opened<'_>, report: &mut Report) -> HashMap<(DocumentKind, Digest), usize> {
    let mut logged = HashMap::new();
    for (number, leaf) in opened.leaves.iter().enumerate() {
        let place = format!("leaf {number}");
        let genesis = match &leaf.act {
            Act::Document { kind, digest } => {
                logged.entry((*kind, *digest)).or_insert(number);
                (*kind == DocumentKind::Genesis).then_some(*digest)
            }
            _ => None,
        };
        let expected = (number == 0).then(|| opened.root());
        if number == 0 || genesis.is_some() {
            report.require(
                genesis == expected,
                "leaf 0 is the genesis",
                place,
                "leaf 0, and no other, is the genesis of the bundle",
            );
        }
    }
    logged
}

struct ReadNotes<'a> {
    opened: &'a Opened<'a>,
    logged: &'a HashMap<(DocumentKind, Digest), usize>,
}

impl ReadNotes<'_> {
    /// The notes under a prefix that can be read, each with the name of its part.
    fn notes<D: Document>(
        &self,
        prefix: &'static str,
        kind: DocumentKind,
        report: &mut Report,
    ) -> Vec<(String, Signed<D>)> {
        let mut notes = Vec::new();
        for (name, _) in self.opened.archive.under(prefix) {
            let place = format!("part {name}");
            let Some(text) = self.opened.text(name, report) else {
                continue;
            };
            let signed = Signed::<D>::parse(text);
            let Some(signed) = report.accept(signed, "documents in canonical form", &place) else {
                continue;
            };
            report.require(
                self.logged.contains_key(&(kind, signed.digest())),
                "documents of the bundle that are in the log",
                &place,
                "no leaf says that this document came into force",
            );
            notes.push((place, signed));
        }
        notes
    }
}

fn check_versions(authorities: &[(usize, Signed<Authority>)], report: &mut Report) {
    for pair in authorities.windows(2) {
        let [(_, earlier), (at, later)] = pair else {
            continue;
        };
        report.require(
            earlier.document().version < later.document().version,
            "authority notes whose versions rise",
            format!("leaf {at}"),
            "the authority note's version does not rise",
        );
    }
}

fn check_root(found: Digest, root: Digest, place: &str, report: &mut Report) {
    report.require(
        found == root,
        "documents under the one genesis",
        place,
        "the document stands under another genesis",
    );
}

fn check_agreement(
    place: &str,
    signed: &Signed<Agreement>,
    root: Digest,
    documents: &Documents,
    report: &mut Report,
) {
    let agreement = signed.document();
    check_root(agreement.genesis, root, place, report);
    let naming = documents.authorities.iter().find(|(_, authority)| {
        let listed = &authority.document().agreements;
        listed.contains(&(agreement.id.clone(), signed.digest()))
    });
    let Some((_, authority)) = naming else {
        report.fail(place, "no authority note names this agreement");
        return;
    };
    for (role, agency, what) in [
        (
            Role::Signatory,
            &agreement.requesting_agency,
            "agreements signed by a signatory",
        ),
        (
            Role::DataOwner,
            &agreement.records_agency,
            "agreements signed by the data owner",
        ),
    ] {
        let keys = keys_of(authority.document(), role, agency);
        report.accept(signed.verify_threshold(&keys, 1), what, place);
    }
}

fn keys_of(authority: &Authority, role: Role, agency: &AgencyId) -> Vec<Verifier> {
    authority
        .roster
        .iter()
        .filter(|person| person.role == role && person.agency == *agency)
        .map(|person| person.key.clone())
        .collect()
}

fn check_manifest(
    opened: &Opened<'_>,
    place: &str,
    signed: &Signed<Manifest>,
    documents: &Documents,
    report: &mut Report,
) {
    let genesis = opened.genesis.document();
    check_root(signed.document().genesis, opened.root(), place, report);
    report.require(
        signed.document().kind == genesis.kind,
        "manifests of the genesis's kind",
        place,
        "the manifest is of another kind than the genesis",
    );
    let builder = signed.verify(&genesis.builder);
    report.accept(builder, "manifests signed by the builder", place);
    let owners: Vec<Verifier> = documents
        .authorities
        .iter()
        .flat_map(|(_, authority)| &authority.document().roster)
        .filter(|person| person.role == Role::DataOwner)
        .map(|person| person.key.clone())
        .collect();
    let owner = signed.verify_threshold(&owners, 1);
    report.accept(owner, "manifests signed by a data owner", place);
}

/// Every document leaf has its document in the bundle.
fn check_presence(opened: &Opened<'_>, documents: &Documents, report: &mut Report) {
    for ((kind, digest), at) in &documents.logged {
        let present = match kind {
            DocumentKind::Genesis => *digest == opened.root(),
            DocumentKind::Authority => documents
                .authorities
                .iter()
                .any(|(_, signed)| signed.digest() == *digest),
            DocumentKind::Agreement => documents.agreements.contains_key(digest),
            DocumentKind::Manifest => documents.manifests.contains_key(digest),
            DocumentKind::Certificate => documents.certificates.contains_key(digest),
        };
        report.require(
            present,
            "document leaves with their documents in the bundle",
            format!("leaf {at}"),
            "the document this leaf names is not in the bundle",
        );
    }
}
