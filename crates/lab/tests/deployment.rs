//! What a synthetic deployment promises: documents that stand under one genesis, signed as they must
//! be, keys only their owner reads.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use std::{fs, path::Path};

use countersign_lab::{
    genesis::{self, GenesisError, GenesisOrder, KEEPERS, KeyFolder},
    request::{Cover, OFFENCES},
};
use instrument::{
    agreement::Agreement, authority::Authority, document::Document, genesis::Genesis,
    signed::Signed,
};
use model::{digest::Digest, role::Role, time::Instant};
use note::{CosignerSigningKey, SigningKey, Verifier};

const NOW: Instant = Instant(1_795_262_400);

fn order() -> GenesisOrder {
    GenesisOrder {
        now: NOW,
        officers: 5,
        policy: Digest::of(b"policy"),
        statute_book: Digest::of(b"book"),
    }
}

fn read<D: Document>(folder: &Path, name: &str) -> Signed<D> {
    Signed::parse(&fs::read_to_string(folder.join(name)).unwrap()).unwrap()
}

fn key(folder: &Path, holder: &str) -> SigningKey {
    let text = fs::read_to_string(KeyFolder::of(folder).key(holder)).unwrap();
    SigningKey::parse(text.trim()).unwrap()
}

#[test]
fn the_documents_stand_under_one_genesis_and_are_signed() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let report = genesis::make(&order(), folder).unwrap();
    let genesis: Signed<Genesis> = read(folder, "genesis.note");
    assert_eq!(report.genesis, genesis.digest().to_string());
    genesis
        .verify_threshold(&genesis.document().authorities, 2)
        .unwrap();
    let authority: Signed<Authority> = read(folder, "authority.note");
    authority
        .verify_threshold(&genesis.document().authorities, 2)
        .unwrap();
    assert!(
        authority
            .verify_threshold(&genesis.document().authorities, 3)
            .is_err()
    );
    let agreement: Signed<Agreement> = read(folder, "agreement.note");
    for holder in ["SIG-1", "OWN-1"] {
        agreement
            .verify(&Verifier::from(key(folder, holder).verifier()))
            .unwrap();
    }
    assert_eq!(authority.document().genesis, genesis.digest());
    assert_eq!(agreement.document().genesis, genesis.digest());
    let agreement_digest = agreement.digest();
    assert!(
        authority
            .document()
            .allows_agreement(&agreement.document().id, &agreement_digest)
    );
    assert!(authority.document().is_fresh(NOW));
    assert!(!authority.document().is_fresh(NOW.plus(24 * 3600)));
    assert!(agreement.document().is_in_force(NOW.day()));
}

#[test]
fn the_agreement_fits_the_requests_made_here() {
    let folder = tempfile::tempdir().unwrap();
    genesis::make(&order(), folder.path()).unwrap();
    let agreement: Signed<Agreement> = read(folder.path(), "agreement.note");
    let agreement = agreement.document();
    let cover = Cover::synthetic(7, NOW.day());
    assert_eq!(agreement.id.as_str(), cover.agreement);
    assert_eq!(agreement.requesting_agency.as_str(), cover.agency);
    let signatory = agreement
        .signatory(&cover.signatory.parse().unwrap())
        .unwrap();
    assert_eq!(signatory.title, cover.signatory_title);
    for offence in OFFENCES {
        assert!(
            agreement
                .statutes
                .iter()
                .any(|statute| statute == offence.citation)
        );
    }
    let authority: Signed<Authority> = read(folder.path(), "authority.note");
    let named = authority
        .document()
        .roster
        .iter()
        .filter(|p| p.role == Role::NamedOfficer);
    let named: Vec<_> = named.collect();
    assert_eq!(named.len(), 5);
    assert!(
        named
            .iter()
            .all(|person| person.recipient.as_ref().unwrap().starts_with("age1"))
    );
    assert!(
        named
            .iter()
            .all(|person| agreement.officers.contains(&person.id))
    );
}

#[test]
fn each_private_key_is_the_one_the_genesis_names_and_for_its_owner_only() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    genesis::make(&order(), folder).unwrap();
    let genesis: Signed<Genesis> = read(folder, "genesis.note");
    let genesis = genesis.document();
    assert_eq!(key(folder, "log").verifier(), genesis.log);
    for (holder, public) in [
        ("gate", &genesis.gate),
        ("builder", &genesis.builder),
        ("certifier", &genesis.certifier),
    ] {
        assert_eq!(
            Verifier::from(key(folder, holder).verifier()),
            *public,
            "{holder}"
        );
    }
    let recipients = fs::read_to_string(folder.join("recipients.txt")).unwrap();
    for ((id, _), keeper) in KEEPERS.iter().zip(&genesis.keepers) {
        assert_eq!(Verifier::from(key(folder, id).verifier()), keeper.values);
        let cosigner = fs::read_to_string(KeyFolder::of(folder).cosigner(id)).unwrap();
        let cosigner = CosignerSigningKey::parse(cosigner.trim()).unwrap();
        assert_eq!(cosigner.verifier(), keeper.cosigner);
        assert!(recipients.contains(&format!("keeper {id} age1")));
    }
    #[cfg(unix)]
    for file in fs::read_dir(folder.join("keys")).unwrap() {
        use std::os::unix::fs::PermissionsExt as _;
        let file = file.unwrap();
        let mode = file.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{:?}", file.path());
    }
}

#[test]
fn a_deployment_is_made_once() {
    let folder = tempfile::tempdir().unwrap();
    genesis::make(&order(), folder.path()).unwrap();
    let before = fs::read(folder.path().join("genesis.note")).unwrap();
    assert!(matches!(
        genesis::make(&order(), folder.path()),
        Err(GenesisError::Twice(_))
    ));
    assert_eq!(
        fs::read(folder.path().join("genesis.note")).unwrap(),
        before
    );
}
