//! Sealing and opening from outside the crate: who can open what, and what a liar achieves.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::expect_used
)]

use countersign_seal::{
    address::{MailingAddress, PackedAddress},
    context::{SlotContext, SlotKey, SlotText},
    delivery::{GateDelivery, KeeperShares},
    entry::{EntryFormatError, SealError, SealedEntry, encoded_length},
    header::RecordHeader,
    keys::{EpochKeys, SetValue},
    open::{Conduct, KeeperValue, OpenError, Opened, open},
    sealer::{Sealer, SlotTexts, Workspace},
    shares::ShareSets,
    token::{TokenEvaluator, Tokens, gate_prf, token},
};
use model::{
    id::{EntryNumber, Epoch, KeeperId, RecordNumber, RegisterId},
    time::TaxPeriod,
    token::TokenKind,
};
use proptest::prelude::*;

fn keepers(count: usize) -> Vec<KeeperId> {
    (1..=count)
        .map(|number| format!("k{number}").parse().unwrap())
        .collect()
}

fn register() -> RegisterId {
    "R-0011223344556677".parse().unwrap()
}

fn keys(needed: usize, count: usize) -> EpochKeys {
    let sets = ShareSets::new(needed, keepers(count)).unwrap();
    EpochKeys::from_seed(register(), Epoch(1), sets, &[7; 32])
}

fn context(record: u32, entry: u16) -> SlotContext {
    let periods = vec![TaxPeriod::new(2022).unwrap(), TaxPeriod::new(2023).unwrap()];
    SlotContext::new(
        register(),
        Epoch(1),
        RecordNumber(record),
        EntryNumber(entry),
        periods,
    )
}

fn address() -> MailingAddress {
    MailingAddress::new("100 Wisteria Ln", "Apt 4", "Reno", "NV", "89501-0001")
}

fn on_file(number: usize) -> SlotKey {
    SlotKey::on_file(&format!(
        "countersign-key-v1|street|{number}|WISTERIA|89501"
    ))
}

fn sealed(keys: &EpochKeys, slots: usize) -> SealedEntry {
    let slot_keys: Vec<SlotKey> = (0..slots).map(on_file).collect();
    Sealer::new(keys)
        .seal(&context(3, 0), &address(), &slot_keys)
        .unwrap()
}

/// Values of the keepers named by number, for the slot of `key` in `context`.
fn values(
    keys: &EpochKeys,
    who: &[usize],
    context: &SlotContext,
    key: &SlotKey,
) -> Vec<KeeperValue> {
    who.iter()
        .flat_map(|number| {
            let keeper = keys.sets().keepers()[number - 1].clone();
            KeeperShares::of(keys, &keeper)
                .unwrap()
                .slot_values(context, key)
        })
        .collect()
}

/// Adds `error` to one keeper's values in the sets that hold all of `with`.
fn lie(keys: &EpochKeys, values: &mut [KeeperValue], liar: usize, with: &[usize], error: u8) {
    let name = |number: usize| keys.sets().keepers()[number - 1].clone();
    for value in values.iter_mut().filter(|v| v.keeper == name(liar)) {
        if with
            .iter()
            .all(|n| keys.sets().is_member(&name(*n), value.set))
        {
            let mut bytes = *value.value.expose();
            bytes[0] ^= error;
            value.value = SetValue::new(bytes);
        }
    }
}

fn try_open(
    keys: &EpochKeys,
    entry: &SealedEntry,
    values: &[KeeperValue],
) -> Result<Opened, OpenError> {
    open(entry, &context(3, 0), &on_file(0), keys.sets(), values)
}

#[test]
fn any_three_of_four_open_under_any_address_on_file() {
    let keys = keys(3, 4);
    for slots in 1..=8 {
        let entry = sealed(&keys, slots);
        assert_eq!(entry.slot_count(), slots.next_power_of_two());
        for who in [[1, 2, 3], [1, 2, 4], [1, 3, 4], [2, 3, 4]] {
            for slot in 0..slots {
                let key = on_file(slot);
                let given = values(&keys, &who, &context(3, 0), &key);
                let opened = open(&entry, &context(3, 0), &key, keys.sets(), &given).unwrap();
                assert_eq!(opened.address, address());
                assert_eq!(opened.conduct, Conduct::Agreed);
            }
        }
    }
}

#[test]
fn two_of_four_open_nothing() {
    let keys = keys(3, 4);
    let entry = sealed(&keys, 1);
    let given = values(&keys, &[1, 2], &context(3, 0), &on_file(0));
    let sets: Vec<_> = keys.sets().sets_of(&"k3".parse().unwrap());
    let missing = sets
        .into_iter()
        .filter(|set| keys.sets().is_member(&"k4".parse().unwrap(), *set))
        .collect();
    assert_eq!(
        try_open(&keys, &entry, &given),
        Err(OpenError::Uncovered { sets: missing })
    );
}

#[test]
fn an_address_not_on_file_opens_nothing_whoever_answers() {
    let keys = keys(3, 4);
    let entry = sealed(&keys, 3);
    for key in [on_file(3), SlotKey::on_file(""), SlotKey::CourtOrder] {
        let given = values(&keys, &[1, 2, 3, 4], &context(3, 0), &key);
        assert_eq!(
            open(&entry, &context(3, 0), &key, keys.sets(), &given),
            Err(OpenError::NoKey)
        );
    }
}

#[test]
fn values_for_another_key_of_the_same_entry_open_nothing_under_this_one() {
    let keys = keys(3, 4);
    let entry = sealed(&keys, 2);
    let given = values(&keys, &[1, 2, 3], &context(3, 0), &on_file(1));
    assert_eq!(try_open(&keys, &entry, &given), Err(OpenError::NoKey));
    let opened = open(&entry, &context(3, 0), &on_file(1), keys.sets(), &given);
    assert_eq!(opened.unwrap().address, address());
}

#[test]
fn values_for_another_slot_open_nothing() {
    let keys = keys(3, 4);
    let entry = sealed(&keys, 1);
    let mut other_periods = context(3, 0);
    other_periods = SlotContext::new(
        register(),
        Epoch(1),
        other_periods.record,
        other_periods.entry,
        vec![TaxPeriod::new(2022).unwrap()],
    );
    for other in [context(4, 0), context(3, 1), other_periods] {
        let given = values(&keys, &[1, 2, 3], &other, &on_file(0));
        assert_eq!(try_open(&keys, &entry, &given), Err(OpenError::NoKey));
        // Nor does the entry open as another one with the values asked for that one.
        assert_eq!(
            open(&entry, &other, &on_file(0), keys.sets(), &given),
            Err(OpenError::NoKey)
        );
    }
    let mut next_epoch = context(3, 0);
    next_epoch.epoch = Epoch(2);
    assert!(values(&keys, &[1], &next_epoch, &on_file(0)).is_empty());
}

#[test]
fn a_court_orders_slot_is_its_own() {
    let keys = keys(3, 4);
    let slot_keys = [on_file(0), SlotKey::CourtOrder];
    let entry = Sealer::new(&keys)
        .seal(&context(3, 0), &address(), &slot_keys)
        .unwrap();
    for key in &slot_keys {
        let given = values(&keys, &[1, 2, 3], &context(3, 0), key);
        assert!(open(&entry, &context(3, 0), key, keys.sets(), &given).is_ok());
    }
}

#[test]
fn one_liar_is_outvoted_and_named() {
    for (needed, count) in [(3, 4), (2, 3), (3, 5)] {
        let keys = keys(needed, count);
        let entry = sealed(&keys, 2);
        let all: Vec<usize> = (1..=count).collect();
        for liar in 1..=count {
            let mut given = values(&keys, &all, &context(3, 0), &on_file(0));
            lie(&keys, &mut given, liar, &[], 1);
            let opened = try_open(&keys, &entry, &given).unwrap();
            assert_eq!(opened.address, address());
            let name = keys.sets().keepers()[liar - 1].clone();
            assert_eq!(opened.conduct, Conduct::Liar(name), "{needed} of {count}");
        }
    }
}

#[test]
fn a_liar_whose_errors_cancel_does_not_shift_the_blame() {
    let keys = keys(3, 4);
    let entry = sealed(&keys, 1);
    let mut given = values(&keys, &[1, 2, 3, 4], &context(3, 0), &on_file(0));
    // Keeper 1 adds the same error where it sits with keepers 2 and 3, so that its two errors
    // cancel and an opening exists in which 2 and 3 look like the liars.
    lie(&keys, &mut given, 1, &[2], 9);
    lie(&keys, &mut given, 1, &[3], 9);
    let opened = try_open(&keys, &entry, &given).unwrap();
    assert_eq!(opened.conduct, Conduct::Liar("k1".parse().unwrap()));
    // With keeper 4 away the same trick could frame keeper 2; then nobody is named.
    let mut given = values(&keys, &[1, 2, 3], &context(3, 0), &on_file(0));
    lie(&keys, &mut given, 1, &[2], 9);
    lie(&keys, &mut given, 1, &[4], 9);
    let opened = try_open(&keys, &entry, &given).unwrap();
    assert_eq!(opened.address, address());
    let suspects = ["k1", "k2"].map(|name| name.parse().unwrap()).to_vec();
    assert_eq!(opened.conduct, Conduct::Disputed(suspects));
}

#[test]
fn a_lie_that_nothing_outvotes_is_an_error_that_names_the_quarrel() {
    let keys = keys(3, 4);
    let entry = sealed(&keys, 1);
    let mut given = values(&keys, &[1, 2, 3], &context(3, 0), &on_file(0));
    for (with, error) in [(2, 1), (3, 2), (4, 4)] {
        lie(&keys, &mut given, 1, &[with], error);
    }
    let keepers = ["k1", "k2", "k3"]
        .map(|name| name.parse().unwrap())
        .to_vec();
    assert_eq!(
        try_open(&keys, &entry, &given),
        Err(OpenError::Disputed { keepers })
    );
}

#[test]
fn values_of_strangers_and_second_values_are_refused() {
    let keys = keys(3, 4);
    let entry = sealed(&keys, 1);
    let good = values(&keys, &[1, 2, 3], &context(3, 0), &on_file(0));
    let mut stranger = good.clone();
    stranger[0].keeper = "k9".parse().unwrap();
    assert!(matches!(
        try_open(&keys, &entry, &stranger),
        Err(OpenError::NotAMember { .. })
    ));
    let mut not_member = good.clone();
    not_member[0].keeper = "k4".parse().unwrap();
    assert!(matches!(
        try_open(&keys, &entry, &not_member),
        Err(OpenError::NotAMember { .. })
    ));
    let mut far_set = good.clone();
    far_set[0].set.0 = 200;
    assert!(matches!(
        try_open(&keys, &entry, &far_set),
        Err(OpenError::NotAMember { .. })
    ));
    let mut twice = good.clone();
    twice.push(good[0].clone());
    assert!(matches!(
        try_open(&keys, &entry, &twice),
        Err(OpenError::ValueTwice { .. })
    ));
}

#[test]
fn wrong_key_counts_doubles_and_other_epochs_are_refused() {
    let keys = keys(3, 4);
    let sealer = Sealer::new(&keys);
    let nine: Vec<SlotKey> = (0..9).map(on_file).collect();
    assert_eq!(
        sealer.seal(&context(3, 0), &address(), &[]),
        Err(SealError::KeyCount(0))
    );
    assert_eq!(
        sealer.seal(&context(3, 0), &address(), &nine),
        Err(SealError::KeyCount(9))
    );
    assert_eq!(
        sealer.seal(&context(3, 0), &address(), &[on_file(1), on_file(1)]),
        Err(SealError::KeyTwice)
    );
    let mut other = context(3, 0);
    other.epoch = Epoch(2);
    assert_eq!(
        sealer.seal(&other, &address(), &[on_file(1)]),
        Err(SealError::OtherEpoch)
    );
}

#[test]
fn bytes_show_no_text_and_repeat_for_the_same_keys_only() {
    let keys = keys(3, 4);
    let bytes = sealed(&keys, 3).to_bytes();
    assert_eq!(bytes.len(), encoded_length(4));
    for text in ["Wisteria", "WISTERIA", "Reno", "89501", "countersign"] {
        assert!(!bytes.windows(text.len()).any(|w| w == text.as_bytes()));
    }
    assert_eq!(sealed(&keys, 3).to_bytes(), bytes);
    let drawn = EpochKeys::draw(register(), Epoch(1), keys.sets().clone()).unwrap();
    assert_ne!(sealed(&drawn, 3).to_bytes(), bytes);
}

#[test]
fn one_workspace_for_entries_of_any_slots_gives_what_each_alone_does() {
    let keys = keys(3, 4);
    let sealer = Sealer::new(&keys);
    let periods = |year: u16| vec![TaxPeriod::new(year).unwrap()];
    let header = RecordHeader::new(RecordNumber(3), (2018..2024).map(periods).collect()).unwrap();
    let packed = address().pack().unwrap();
    let length = usize::from(u16::from_be_bytes([packed[0], packed[1]]));
    let packed = PackedAddress::read(&packed[..2 + length]).unwrap();
    let mut work = Workspace::default();
    let court = [on_file(0), SlotKey::CourtOrder];
    let lists: [Vec<SlotKey>; 6] = [
        (0..8).map(on_file).collect(),
        vec![on_file(5)],
        court.to_vec(),
        (1..4).map(on_file).collect(),
        (0..8).map(on_file).collect(),
        vec![on_file(5)],
    ];
    let texts = lists.each_ref().map(|keys| {
        let mut texts = SlotTexts::default();
        // The first comes twice, and counts once.
        let twice = keys.iter().chain(keys.first());
        twice.for_each(|key| texts.take(key.text()));
        texts
    });
    let alone = |number: usize, keys: &[SlotKey]| {
        let entry = EntryNumber(u16::try_from(number).unwrap());
        let context = header.context(&register(), Epoch(1), entry).unwrap();
        sealer.seal(&context, &address(), keys).unwrap().to_bytes()
    };
    // From each entry on, so that each has each place.
    for start in 0..lists.len() {
        let mut number = start;
        loop {
            let first = EntryNumber(u16::try_from(number).unwrap());
            let keys = texts.iter().skip(number).copied();
            let prepared = sealer.prepare(&header, first, keys, &mut work).unwrap();
            if prepared == 0 {
                break;
            }
            for place in 0..prepared {
                let mut bytes = Vec::new();
                sealer
                    .seal_prepared(place, packed, &mut work, &mut bytes)
                    .unwrap();
                assert_eq!(bytes, alone(number, &lists[number]));
                number += 1;
            }
        }
        assert_eq!(number, lists.len());
    }
}

#[test]
fn what_cannot_be_prepared_is_an_error() {
    let keys = keys(3, 4);
    let sealer = Sealer::new(&keys);
    let periods = vec![vec![TaxPeriod::new(2020).unwrap()]];
    let header = RecordHeader::new(RecordNumber(3), periods).unwrap();
    let mut work = Workspace::default();
    let mut prepare = |first, keys: Vec<SlotTexts<'static>>| {
        sealer.prepare(&header, EntryNumber(first), keys.into_iter(), &mut work)
    };
    let mut one = SlotTexts::default();
    one.take(SlotText::CourtOrder);
    assert_eq!(prepare(0, vec![one]), Ok(1));
    assert_eq!(prepare(0, vec![]), Ok(0));
    assert_eq!(
        prepare(0, vec![SlotTexts::default()]),
        Err(SealError::KeyCount(0))
    );
    assert_eq!(
        prepare(1, vec![one]),
        Err(SealError::NoEntry(EntryNumber(1)))
    );
    assert_eq!(
        prepare(0, vec![one; 2]),
        Err(SealError::NoEntry(EntryNumber(1)))
    );
    assert_eq!(
        prepare(u16::MAX, vec![one; 2]),
        Err(SealError::NoEntry(EntryNumber(u16::MAX)))
    );
}

#[test]
fn what_is_prepared_is_sealed_once() {
    let keys = keys(3, 4);
    let sealer = Sealer::new(&keys);
    let periods = (2018..2021).map(|year| vec![TaxPeriod::new(year).unwrap()]);
    let header = RecordHeader::new(RecordNumber(3), periods.collect()).unwrap();
    let packed = address().pack().unwrap();
    let length = usize::from(u16::from_be_bytes([packed[0], packed[1]]));
    let packed = PackedAddress::read(&packed[..2 + length]).unwrap();
    let mut court = SlotTexts::default();
    court.take(SlotText::CourtOrder);
    let mut work = Workspace::default();
    let prepare = |count: usize, work: &mut Workspace| {
        let keys = vec![court; count].into_iter();
        sealer.prepare(&header, EntryNumber(0), keys, work)
    };
    let sealed = |place, work: &mut Workspace| {
        let mut bytes = Vec::new();
        let sealed = sealer.seal_prepared(place, packed, work, &mut bytes);
        assert_eq!(sealed.is_ok(), !bytes.is_empty());
        sealed
    };
    let missing = |place| Err(SealError::NotPrepared(place));
    assert_eq!(sealed(0, &mut work), missing(0));
    prepare(3, &mut work).unwrap();
    assert_eq!(sealed(2, &mut work), Ok(()));
    assert_eq!(sealed(2, &mut work), missing(2));
    assert_eq!(sealed(3, &mut work), missing(3));
    // What was prepared before is forgotten, also by what cannot be.
    prepare(1, &mut work).unwrap();
    assert_eq!(sealed(1, &mut work), missing(1));
    let second_has_none = [court, SlotTexts::default()].into_iter();
    let refused = sealer.prepare(&header, EntryNumber(0), second_has_none, &mut work);
    assert_eq!(refused, Err(SealError::KeyCount(0)));
    assert_eq!(sealed(0, &mut work), missing(0));
    prepare(1, &mut work).unwrap();
    assert_eq!(sealed(0, &mut work), Ok(()));
}

#[test]
fn two_addresses_of_one_record_share_no_key() {
    let keys = keys(3, 4);
    let sealer = Sealer::new(&keys);
    let first = sealer
        .seal(&context(3, 0), &address(), &[on_file(0)])
        .unwrap()
        .to_bytes();
    let second = sealer
        .seal(&context(3, 1), &address(), &[on_file(0)])
        .unwrap()
        .to_bytes();
    // With one key the XOR of the two ciphertexts of one plaintext would be zero.
    assert!(
        first[2..162]
            .iter()
            .zip(&second[2..162])
            .any(|(a, b)| a != b)
    );
}

#[test]
fn entry_bytes_are_read_strictly() {
    let good = sealed(&keys(3, 4), 2).to_bytes();
    let check = |change: &dyn Fn(&mut Vec<u8>), expected: EntryFormatError| {
        let mut bytes = good.clone();
        change(&mut bytes);
        assert_eq!(SealedEntry::parse(&bytes), Err(expected));
    };
    let length = |expected, found| EntryFormatError::Length { expected, found };
    check(&|b| b[0] = 1, EntryFormatError::Suite(1));
    check(&|b| b[0] = 3, EntryFormatError::Suite(3));
    check(&|b| b[1] = 3, EntryFormatError::SlotCount(3));
    check(&|b| b[1] = 0, EntryFormatError::SlotCount(0));
    check(&|b| b[1] = 4, length(434, 306));
    check(&|b| b.push(0), length(306, 307));
    check(&|b| b.truncate(305), length(306, 305));
    check(&|b| b.truncate(1), length(2, 1));
    check(&|b| b.clear(), length(2, 0));
    check(&|b| b[178..].rotate_left(64), EntryFormatError::Order(1));
    let entry = SealedEntry::parse(&good).unwrap();
    assert_eq!(entry.to_bytes(), good);
}

proptest! {
    #[test]
    fn any_changed_byte_of_an_entry_is_noticed(place in 0_usize..242, bit in 0_u8..8) {
        let keys = keys(3, 4);
        let mut bytes = sealed(&keys, 1).to_bytes();
        bytes[place] ^= 1 << bit;
        if let Ok(entry) = SealedEntry::parse(&bytes) {
            let given = values(&keys, &[1, 2, 3], &context(3, 0), &on_file(0));
            let expected = if (178..210).contains(&place) {
                OpenError::NoKey
            } else {
                OpenError::Damaged
            };
            prop_assert_eq!(try_open(&keys, &entry, &given), Err(expected));
        }
    }

    #[test]
    fn any_bytes_are_read_without_harm(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let _ = SealedEntry::parse(&bytes);
    }

    #[test]
    fn lies_never_open_a_wrong_address_nor_blame_one_who_was_honest(
        liar in 1_usize..=4,
        errors in prop::collection::vec((1_usize..=4, 0_u8..4), 0..6),
        absent in 0_usize..=4,
    ) {
        let keys = keys(3, 4);
        let entry = sealed(&keys, 2);
        let who: Vec<usize> = (1..=4).filter(|n| *n != absent || *n == liar).collect();
        let mut given = values(&keys, &who, &context(3, 0), &on_file(0));
        for (with, error) in errors {
            lie(&keys, &mut given, liar, &[with], error);
        }
        match try_open(&keys, &entry, &given) {
            Ok(opened) => {
                prop_assert_eq!(opened.address, address());
                if let Conduct::Liar(named) = opened.conduct {
                    prop_assert_eq!(&named, &keys.sets().keepers()[liar - 1]);
                }
            }
            Err(OpenError::Disputed { .. } | OpenError::NoKey) => {}
            Err(error) => prop_assert!(false, "{error}"),
        }
        if who.len() == 4 {
            prop_assert!(try_open(&keys, &entry, &given).is_ok());
        }
    }
}

#[test]
fn gate_and_keepers_together_reach_the_builders_token() {
    let keys = keys(3, 4);
    let evaluator = TokenEvaluator::new(&keys);
    let gate = GateDelivery::of(&keys);
    let gate_token = gate_prf(&gate.key, TokenKind::Zip5, "89501");
    let mut given: Vec<KeeperValue> = keys.sets().keepers()[1..]
        .iter()
        .flat_map(|keeper| {
            KeeperShares::of(&keys, keeper)
                .unwrap()
                .token_values(&gate_token)
        })
        .collect();
    let joined = token(&gate.sets, &given).unwrap();
    for _ in 0..2 {
        assert_eq!(
            evaluator.token(TokenKind::Zip5, "89501"),
            Ok(joined.clone())
        );
    }
    assert_ne!(evaluator.evaluate(TokenKind::Zip3, "89501"), joined);
    assert_ne!(evaluator.evaluate(TokenKind::Zip5, "89502"), joined);
    lie(&keys, &mut given, 2, &[3], 1);
    let keepers = ["k2", "k3"].map(|name| name.parse().unwrap()).to_vec();
    assert_eq!(
        token(&gate.sets, &given),
        Err(OpenError::Disputed { keepers })
    );
}
