//! Measures sealing. `cargo bench -p countersign-seal --bench speed`

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::time::Instant;

use countersign_seal::{
    address::{MailingAddress, PackedAddress},
    context::{SlotContext, SlotKey},
    header::RecordHeader,
    keys::EpochKeys,
    sealer::{Sealer, SlotTexts, Workspace},
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

/// Nanoseconds of one call: the fastest of many short batches, so that other work on the machine
/// does not count.
fn nanoseconds(mut call: impl FnMut(u32)) -> u128 {
    let batch = |number: u32, call: &mut dyn FnMut(u32)| {
        let start = Instant::now();
        (0..200).for_each(|n| call(number * 200 + n));
        start.elapsed().as_nanos() / 200
    };
    (0..200)
        .map(|number| batch(number, &mut call))
        .min()
        .unwrap()
}

fn main() {
    let keys = keys();
    let sealer = Sealer::new(&keys);
    let address = MailingAddress::new("100 Wisteria Ln", "Apt 4", "Reno", "NV", "89501");
    for slots in [1_usize, 2, 4, 8] {
        let slot_keys: Vec<SlotKey> = (0..slots)
            .map(|n| SlotKey::on_file(&format!("countersign-key-v1|street|{n}|WISTERIA|89501")))
            .collect();
        let each = nanoseconds(|record| {
            let context = SlotContext::new(
                register(),
                Epoch(1),
                RecordNumber(record),
                EntryNumber(0),
                vec![TaxPeriod::new(2023).unwrap()],
            );
            std::hint::black_box(sealer.seal(&context, &address, &slot_keys).unwrap());
        });
        println!(
            "{slots} slots: {each} ns an entry, {} ns a slot",
            each / slots as u128
        );
    }
    record(&sealer, &address);
    let evaluator = TokenEvaluator::new(&keys);
    for name in ["new", "remembered"] {
        let each = nanoseconds(|number| {
            std::hint::black_box(evaluator.evaluate(TokenKind::Number, &number.to_string()));
        });
        println!("{name} token: {each} ns");
    }
}

/// A record of two addresses on file, as a build seals it.
fn record(sealer: &Sealer<'_>, address: &MailingAddress) {
    let packed = address.pack().unwrap();
    let length = usize::from(u16::from_be_bytes([packed[0], packed[1]]));
    let packed = PackedAddress::read(&packed[..2 + length]).unwrap();
    let slot_keys =
        [0, 1].map(|n| SlotKey::on_file(&format!("countersign-key-v1|street|{n}|WISTERIA|89501")));
    let mut texts = SlotTexts::default();
    slot_keys.iter().for_each(|key| texts.take(key.text()));
    let periods = [2022, 2023].map(|year| vec![TaxPeriod::new(year).unwrap()]);
    let header = RecordHeader::new(RecordNumber(7), periods.to_vec()).unwrap();
    let (mut work, mut bytes) = (Workspace::default(), Vec::new());
    let each = nanoseconds(|_| {
        bytes.clear();
        let keys = [texts; 2].into_iter();
        let prepared = sealer.prepare(&header, EntryNumber(0), keys, &mut work);
        for place in 0..prepared.unwrap() {
            sealer
                .seal_prepared(place, packed, &mut work, &mut bytes)
                .unwrap();
        }
    });
    println!("a record of 2 entries of 2 slots: {each} ns");
}
