//! The vectors of spec/vectors/seal, which a second implementation wrote: good ones give the same
//! bytes here, bad ones the error they name.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::expect_used
)]

use countersign_seal::{
    address::MailingAddress,
    context::{SlotContext, SlotKey},
    entry::{EntryFormatError, SealedEntry},
    header::RecordHeader,
    keys::{EpochKeys, SetValue, set_value},
    merkle::MerkleTree,
    open::{Conduct, KeeperValue, OpenError, open},
    sealer::Sealer,
    shares::ShareSets,
    token::{TokenEvaluator, gate_prf, keeper_token_value},
};
use model::{
    digest::{hex, unhex},
    id::{EntryNumber, Epoch, RecordNumber},
    time::TaxPeriod,
    token::TokenKind,
};
use serde_json::Value;

fn read(name: &str) -> Value {
    let path = format!(
        "{}/../../spec/vectors/seal/{name}",
        env!("CARGO_MANIFEST_DIR")
    );
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn number<T: TryFrom<u64, Error: std::fmt::Debug>>(value: &Value) -> T {
    T::try_from(value.as_u64().unwrap()).unwrap()
}

fn periods(value: &Value) -> Vec<TaxPeriod> {
    list(value)
        .iter()
        .map(|year| TaxPeriod::new(number(year)).unwrap())
        .collect()
}

fn keys(case: &Value) -> EpochKeys {
    let keepers = list(&case["keepers"])
        .iter()
        .map(|name| text(name).parse().unwrap())
        .collect();
    let sets = ShareSets::new(number(&case["needed"]), keepers).unwrap();
    let seed = unhex(text(&case["seed"])).unwrap().try_into().unwrap();
    let register = text(&case["register"]).parse().unwrap();
    EpochKeys::from_seed(register, Epoch(number(&case["epoch"])), sets, &seed)
}

fn context(case: &Value) -> SlotContext {
    SlotContext::new(
        text(&case["register"]).parse().unwrap(),
        Epoch(number(&case["epoch"])),
        RecordNumber(number(&case["record"])),
        EntryNumber(number(&case["entry"])),
        periods(&case["periods"]),
    )
}

fn address(case: &Value) -> MailingAddress {
    let fields: Vec<&str> = list(&case["address"]).iter().map(text).collect();
    MailingAddress::new(fields[0], fields[1], fields[2], fields[3], fields[4])
}

fn slot_keys(case: &Value) -> Vec<SlotKey> {
    list(&case["keys"])
        .iter()
        .map(|key| key.as_str().map_or(SlotKey::CourtOrder, SlotKey::on_file))
        .collect()
}

/// The values the case states for one of its slots, from the first keeper of each set.
fn stated_values(keys: &EpochKeys, case: &Value, slot: usize) -> Vec<KeeperValue> {
    let stated = list(&case["values"][slot]);
    keys.sets()
        .indexes()
        .zip(stated)
        .map(|(set, value)| KeeperValue {
            keeper: keys.sets().members(set).next().unwrap().clone(),
            set,
            value: SetValue::new(unhex(text(value)).unwrap().try_into().unwrap()),
        })
        .collect()
}

#[test]
fn good_entries_have_the_same_bytes_and_open() {
    let cases = read("entries-good.json");
    for case in list(&cases) {
        let keys = keys(case);
        let sealed = Sealer::new(&keys)
            .seal(&context(case), &address(case), &slot_keys(case))
            .unwrap();
        assert_eq!(hex(&sealed.to_bytes()), text(&case["sealed"]));
        let entry = SealedEntry::parse(&unhex(text(&case["sealed"])).unwrap()).unwrap();
        for (slot, key) in slot_keys(case).iter().enumerate() {
            let values = stated_values(&keys, case, slot);
            let digest = context(case).slot_digest(key);
            for ((_, share), stated) in keys.shares().zip(&values) {
                assert_eq!(set_value(share, &digest), stated.value);
            }
            assert_eq!(values.len(), keys.shares().count());
            let opened = open(&entry, &context(case), key, keys.sets(), &values).unwrap();
            assert_eq!(opened.address, address(case));
            assert_eq!(opened.conduct, Conduct::Agreed);
        }
    }
    assert!(list(&cases).len() >= 4);
}

#[test]
fn entries_of_suite_1_are_refused() {
    let cases = read("entries-suite-1.json");
    for case in list(&cases) {
        let parsed = SealedEntry::parse(&unhex(text(&case["sealed"])).unwrap());
        assert_eq!(parsed, Err(EntryFormatError::Suite(1)));
    }
    assert!(list(&cases).len() >= 4);
}

#[test]
fn bad_entries_fail_as_they_say() {
    let cases = read("entries-good.json");
    let bad = read("entries-bad.json");
    for vector in list(&bad) {
        let why = text(&vector["why"]);
        let case = &cases[number::<usize>(&vector["case"])];
        let parsed = SealedEntry::parse(&unhex(text(&vector["sealed"])).unwrap());
        let error = match (text(&vector["stage"]), parsed) {
            ("parse", Err(EntryFormatError::Suite(_))) => "suite",
            ("parse", Err(EntryFormatError::SlotCount(_))) => "slot-count",
            ("parse", Err(EntryFormatError::Length { .. })) => "length",
            ("parse", Err(EntryFormatError::Order(_))) => "order",
            ("open", Ok(entry)) => {
                let keys = keys(case);
                let values = stated_values(&keys, case, 0);
                let key = &slot_keys(case)[0];
                match open(&entry, &context(case), key, keys.sets(), &values) {
                    Err(OpenError::NoKey) => "no-key",
                    Err(OpenError::Damaged) => "damaged",
                    other => panic!("{why}: {other:?}"),
                }
            }
            (stage, other) => panic!("{why}: at {stage} {other:?}"),
        };
        assert_eq!(error, text(&vector["error"]), "{why}");
    }
    assert!(list(&bad).len() >= list(&cases).len());
}

#[test]
fn tokens_are_the_same() {
    let file = read("tokens-good.json");
    let keys = keys(&file);
    let evaluator = TokenEvaluator::new(&keys);
    for case in list(&file["tokens"]) {
        let mut kinds = TokenKind::OF_ADDRESS.into_iter().chain([TokenKind::Tin]);
        let kind = kinds.find(|k| k.label() == text(&case["kind"])).unwrap();
        let part = text(&case["part"]);
        let gate = gate_prf(keys.gate(), kind, part);
        assert_eq!(hex(gate.expose()), text(&case["gate"]));
        let values = keys
            .shares()
            .map(|(_, share)| keeper_token_value(share, &gate));
        let values: Vec<String> = values.map(|value| hex(value.expose())).collect();
        let stated: Vec<&str> = list(&case["values"]).iter().map(text).collect();
        assert_eq!(values, stated);
        assert_eq!(
            hex(evaluator.evaluate(kind, part).expose()),
            text(&case["token"])
        );
    }
}

#[test]
fn headers_and_their_root_are_the_same() {
    let file = read("headers-good.json");
    let mut leaves = Vec::new();
    for case in list(&file["headers"]) {
        let entries = list(&case["entries"]).iter().map(periods).collect();
        let header = RecordHeader::new(RecordNumber(number(&case["record"])), entries).unwrap();
        let bytes = unhex(text(&case["bytes"])).unwrap();
        assert_eq!(header.to_bytes(), bytes);
        assert_eq!(RecordHeader::parse(&bytes), Ok(header.clone()));
        assert_eq!(header.leaf_hash().to_string(), text(&case["leaf"]));
        leaves.push(header.leaf_hash());
    }
    let root = MerkleTree::from_leaf_hashes(leaves).root();
    assert_eq!(root.to_string(), text(&file["root"]));
}

#[test]
fn bad_headers_are_refused() {
    let bad = read("headers-bad.json");
    for vector in list(&bad) {
        let bytes = unhex(text(&vector["bytes"])).unwrap();
        assert!(RecordHeader::parse(&bytes).is_err(), "{}", vector["why"]);
    }
    assert!(list(&bad).len() >= 10);
}
