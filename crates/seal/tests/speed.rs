//! Measures sealing. `cargo test -p countersign-seal --profile demo --test speed -- --ignored --nocapture`

#![allow(clippy::unwrap_used)]

use std::time::Instant;

use countersign_seal::{
    address::MailingAddress,
    context::{SlotContext, SlotKey},
    entry::Sealer,
    keys::EpochKeys,
    shares::ShareSets,
    token::TokenEvaluator,
};
use model::{
    id::{EntryNumber, Epoch, RecordNumber, RegisterId},
    time::TaxPeriod,
    token::TokenKind,
};

fn keys() -> EpochKeys {
    let keepers = ["k1", "k2", "k3", "k4"].map(|name| name.parse().unwrap());
    let sets = ShareSets::new(3, keepers.to_vec()).unwrap();
    EpochKeys::from_seed(register(), Epoch(1), sets, &[7; 32])
}

fn register() -> RegisterId {
    "R-0011223344556677".parse().unwrap()
}

#[test]
#[ignore = "a measurement"]
fn nanoseconds_a_slot_and_a_token() {
    let keys = keys();
    let sealer = Sealer::new(&keys);
    let address = MailingAddress::new("100 Wisteria Ln", "Apt 4", "Reno", "NV", "89501");
    let rounds = 20_000_u32;
    for slots in [1_usize, 2, 4] {
        let slot_keys: Vec<SlotKey> = (0..slots)
            .map(|n| SlotKey::on_file(&format!("countersign-key-v1|street|{n}|WISTERIA|89501")))
            .collect();
        let start = Instant::now();
        for record in 0..rounds {
            let context = SlotContext::new(
                register(),
                Epoch(1),
                RecordNumber(record),
                EntryNumber(0),
                vec![TaxPeriod::new(2023).unwrap()],
            );
            std::hint::black_box(sealer.seal(&context, &address, &slot_keys).unwrap());
        }
        let each = start.elapsed().as_nanos() / u128::from(rounds);
        println!(
            "{slots} slots: {each} ns an entry, {} ns a slot",
            each / slots as u128
        );
    }
    let evaluator = TokenEvaluator::new(&keys);
    for name in ["new", "remembered"] {
        let start = Instant::now();
        for number in 0..rounds {
            std::hint::black_box(evaluator.evaluate(TokenKind::Number, &number.to_string()));
        }
        println!(
            "{name} token: {} ns",
            start.elapsed().as_nanos() / u128::from(rounds)
        );
    }
}
