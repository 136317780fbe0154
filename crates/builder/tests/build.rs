//! The program as an operator runs it: what it builds opens with three keepers' deliveries, and
//! nothing it leaves can be read without them.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::expect_used
)]

mod deployment;

use std::{collections::BTreeSet, fs, path::Path};

use deployment::Deployment;
use instrument::{genesis::GenesisKind, manifest::Manifest, signed::Signed};
use model::{
    digest::{Digest, hex},
    id::{KeeperId, RecordNumber},
};
use note::Verifier;
use register::{kind::Synthetic, register::Register};
use seal::{
    context::SlotKey,
    delivery::{GateDelivery, KeeperShares},
    open::{KeeperValue, open},
};
use standard::address::{AddressText, standardize};

fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(files(&path));
        } else {
            all.push((path.display().to_string(), fs::read(&path).unwrap()));
        }
    }
    all
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

fn shares(deployment: &Deployment, keeper: usize) -> KeeperShares {
    let id = deployment.keeper_id(keeper);
    let file = deployment.out().join(format!("deliver/keeper-{id}.age"));
    let text = age::decrypt(&deployment.identities[keeper], &fs::read(file).unwrap()).unwrap();
    KeeperShares::parse(&String::from_utf8(text).unwrap()).unwrap()
}

#[test]
fn three_keepers_open_every_address_and_the_files_alone_show_none() {
    let deployment = Deployment::new(GenesisKind::Synthetic);
    let (code, report) = deployment.build(&["--json"]);
    assert_eq!(code, 0, "{report}");
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    assert_eq!(report["people"], deployment::PEOPLE);
    assert_eq!(report["synthetic"], true);

    let register = Register::<Synthetic>::open(&deployment.out().join("snapshot")).unwrap();
    let keepers: Vec<KeeperShares> = (0..4).map(|keeper| shares(&deployment, keeper)).collect();
    let mut opened = BTreeSet::new();
    for record in (0..deployment::PEOPLE).map(RecordNumber) {
        let header = register.header(record).unwrap();
        for entry in header.entries() {
            let sealed = register.sealed_entry(record, entry.entry).unwrap();
            let context = header
                .context(&keepers[0].register, keepers[0].epoch, entry.entry)
                .unwrap();
            // Which address it is, is not known here: try the keys of all in the extract.
            let found: Vec<String> = deployment
                .addresses()
                .into_iter()
                .filter_map(|text| {
                    let key = SlotKey::on_file(&address_key(&text));
                    let absent = (record.0 % 4) as usize;
                    let values: Vec<KeeperValue> = (0..4)
                        .filter(|keeper| *keeper != absent)
                        .flat_map(|keeper| keepers[keeper].slot_values(&context, &key))
                        .collect();
                    open(&sealed, &context, &key, keepers[0].sets(), &values).ok()
                })
                .map(|opened| opened.address.line_1.expose().clone())
                .collect();
            assert!(!found.is_empty(), "{record} {entry:?}");
            assert!(found.windows(2).all(|pair| pair[0] == pair[1]));
            opened.insert(found[0].clone());
        }
    }
    let lines: BTreeSet<String> = deployment
        .addresses()
        .into_iter()
        .map(|a| a[0].clone())
        .collect();
    assert_eq!(opened, lines);
}

fn address_key(text: &[String; 4]) -> String {
    let address = standardize(&AddressText {
        line_1: &text[0],
        line_2: "",
        city: &text[1],
        state: &text[2],
        postal_code: &text[3],
    });
    address.unwrap().key().expose().to_owned()
}

#[test]
fn no_file_holds_an_address_a_number_or_a_key() {
    let deployment = Deployment::new(GenesisKind::Synthetic);
    assert_eq!(deployment.build(&[]).0, 0);
    let mut secrets: Vec<Vec<u8>> = Vec::new();
    for address in deployment.addresses() {
        let street = address[0].split_once(' ').unwrap().1;
        secrets.push(street.as_bytes().to_vec());
        secrets.push(street.to_uppercase().into_bytes());
        secrets.push(address_key(&address).into_bytes());
    }
    for tin in deployment.tins() {
        secrets.push(tin.replace('-', "").into_bytes());
        secrets.push(tin.into_bytes());
    }
    for keeper in 0..4 {
        for line in shares(&deployment, keeper).to_text().lines() {
            if let Some((_, digits)) = line.strip_prefix("share ").and_then(|l| l.split_once(": "))
            {
                secrets.push(digits.as_bytes().to_vec());
                secrets.push(model::digest::unhex(digits).unwrap());
            }
        }
    }
    let gate = fs::read(deployment.out().join("deliver/gate.age")).unwrap();
    let gate = age::decrypt(&deployment.identities[4], &gate).unwrap();
    let gate = GateDelivery::parse(&String::from_utf8(gate).unwrap()).unwrap();
    secrets.push(gate.key.expose().to_vec());
    secrets.push(hex(gate.key.expose()).into_bytes());
    let files = files(&deployment.out());
    assert!(files.len() >= 10, "{}", files.len());
    for (name, bytes) in &files {
        for secret in &secrets {
            assert!(!contains(bytes, secret), "{name}");
        }
    }
}

#[test]
fn the_manifest_states_the_files_and_both_signed_it() {
    let deployment = Deployment::new(GenesisKind::Synthetic);
    assert_eq!(
        deployment.build(&["--built-at", "2026-01-02T03:04:05Z"]).0,
        0
    );
    let note = fs::read_to_string(deployment.out().join("manifest.note")).unwrap();
    let signed: Signed<Manifest> = Signed::parse(&note).unwrap();
    for key in [&deployment.builder, &deployment.owner] {
        signed.verify(&Verifier::Ed25519(key.verifier())).unwrap();
    }
    let manifest = signed.document();
    assert_eq!(manifest.genesis, deployment.genesis_digest());
    assert_eq!(manifest.built_at.to_string(), "2026-01-02T03:04:05Z");
    assert_eq!(manifest.people, u64::from(deployment::PEOPLE));
    let register = Register::<Synthetic>::open(&deployment.out().join("snapshot")).unwrap();
    assert_eq!(manifest.headers_root, register.headers_root().unwrap());
    for file in &manifest.files {
        let bytes = fs::read(deployment.out().join("snapshot").join(&file.name)).unwrap();
        assert_eq!(
            (file.bytes, file.digest),
            (bytes.len() as u64, Digest::of(&bytes))
        );
    }
    let in_folder = files(&deployment.out().join("snapshot")).len();
    assert_eq!(manifest.files.len(), in_folder);
    let mut keepers: Vec<KeeperId> = Vec::new();
    for (keeper, digest) in &manifest.shares {
        let file = deployment
            .out()
            .join(format!("deliver/keeper-{keeper}.age"));
        assert_eq!(*digest, Digest::of(&fs::read(file).unwrap()));
        keepers.push(keeper.clone());
    }
    assert_eq!(keepers.len(), 4);
}

#[test]
fn a_keepers_delivery_opens_for_that_keeper_only() {
    let deployment = Deployment::new(GenesisKind::Synthetic);
    assert_eq!(deployment.build(&[]).0, 0);
    for keeper in 0..4 {
        assert_eq!(
            shares(&deployment, keeper).keeper,
            deployment.keeper_id(keeper)
        );
        let id = deployment.keeper_id(keeper);
        let file = fs::read(deployment.out().join(format!("deliver/keeper-{id}.age"))).unwrap();
        for (other, identity) in deployment.identities.iter().enumerate() {
            assert_eq!(age::decrypt(identity, &file).is_ok(), other == keeper);
        }
    }
}

fn check_refused(change: impl Fn(&Deployment), arguments: &[&str], code: i32, words: &str) {
    let deployment = Deployment::new(GenesisKind::Synthetic);
    change(&deployment);
    let (found, message) = deployment.build(arguments);
    assert_eq!(found, code, "{message}");
    assert!(message.contains(words), "{message:?} lacks {words:?}");
    assert!(!deployment.out().exists());
    let partial = deployment.out().with_extension("partial");
    assert!(!partial.exists(), "left behind: {message}");
}

#[test]
fn bad_inputs_are_named_and_leave_nothing() {
    let none = |_: &Deployment| {};
    let write = |name: &'static str, text: &'static str| {
        move |deployment: &Deployment| fs::write(deployment.path(name), text).unwrap()
    };
    check_refused(none, &["--epoch", "x"], 2, "--epoch");
    check_refused(none, &["--name", "a b"], 2, "id");
    check_refused(write("extract.csv", "x,y\n1,2\n"), &[], 2, "column");
    check_refused(write("genesis.note", "x\n"), &[], 2, "genesis");
    check_refused(write("recipients.txt", "keeper k1\n"), &[], 2, "line 1");
    check_refused(write("recipients.txt", ""), &[], 2, "has no recipient");
    check_refused(write("builder.key", "PRIVATE+KEY+x"), &[], 2, "key file");
    let remove = |d: &Deployment| fs::remove_file(d.path("extract.csv")).unwrap();
    check_refused(remove, &[], 2, "extract");
    let swap = |d: &Deployment| {
        fs::copy(d.path("owner.key"), d.path("builder.key")).unwrap();
    };
    check_refused(swap, &[], 3, "does not name the key");
    let double = |d: &Deployment| {
        fs::copy(d.path("builder.key"), d.path("owner.key")).unwrap();
    };
    check_refused(double, &[], 2, "two different keys");
    let forged = |d: &Deployment| {
        let text = fs::read_to_string(d.path("genesis.note")).unwrap();
        let changed = text.replace("approval-gap-seconds 0", "approval-gap-seconds 1");
        assert_ne!(text, changed);
        fs::write(d.path("genesis.note"), changed).unwrap();
    };
    check_refused(forged, &[], 3, "does not verify");
}

#[test]
fn a_number_that_could_be_someones_is_refused_by_row() {
    let change = |deployment: &Deployment| {
        let path = deployment.path("extract.csv");
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, text.replacen("666-", "123-", 1)).unwrap();
    };
    check_refused(change, &[], 3, "row 1");
}

#[test]
fn a_production_genesis_refuses_numbers_nobody_was_issued() {
    let deployment = Deployment::new(GenesisKind::Production);
    let (code, message) = deployment.build(&[]);
    assert_eq!(code, 3, "{message}");
    assert!(
        message.contains("row 1") && message.contains("tin"),
        "{message}"
    );
    assert!(!deployment.out().exists());
}

#[test]
fn the_data_owner_may_countersign_later() {
    let deployment = Deployment::new(GenesisKind::Synthetic);
    assert_eq!(deployment.build_signed_by(&[], &[]).0, 0);
    let manifest = deployment.out().join("manifest.note");
    let owner = Verifier::Ed25519(deployment.owner.verifier());
    let read =
        || -> Signed<Manifest> { Signed::parse(&fs::read_to_string(&manifest).unwrap()).unwrap() };
    assert!(read().verify(&owner).is_err());
    let countersign = |file: &str| {
        deployment.run(&[
            "countersign",
            file,
            "--key",
            "owner.key",
            "--genesis",
            "genesis.note",
        ])
    };
    assert_eq!(countersign("epoch/manifest.note").0, 0);
    read().verify(&owner).unwrap();
    read()
        .verify(&Verifier::Ed25519(deployment.builder.verifier()))
        .unwrap();
    let before = fs::read(&manifest).unwrap();
    let (code, message) = countersign("epoch/manifest.note");
    assert_eq!(code, 2, "{message}");
    let (code, message) = countersign("genesis.note");
    assert_eq!(code, 2, "{message}");
    assert_eq!(fs::read(&manifest).unwrap(), before);
}

#[test]
fn an_epoch_is_built_once() {
    let deployment = Deployment::new(GenesisKind::Synthetic);
    assert_eq!(deployment.build(&[]).0, 0);
    let before = files(&deployment.out());
    let (code, message) = deployment.build(&[]);
    assert_eq!(code, 2, "{message}");
    assert!(message.contains("not empty"), "{message}");
    assert_eq!(files(&deployment.out()), before);
}
