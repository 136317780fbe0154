//! Following, forks, rollbacks, tokens, and a disk that fails at every write.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod common;

use common::{
    Case, Fate, MemoryHome, follow, keeper, open, open_keeper, refused, slot_values, token_values,
    tokens_ask, world,
};
use countersign_keeper::{
    holding::Holding,
    home::HomeFile,
    keeper::{Keeper, KeeperError},
};
use instrument::{
    leaf::{DocumentKind, Leaf},
    statement::Question,
    testing::{self, RowSpec, World, keeper_id},
    wire::{Ask, RefusalCode, Reply},
};
use model::{digest::Digest, id::LeafIndex};
use note::Note;
use translog::tree_root;

fn cosigned(reply: &Reply) -> &str {
    let Reply::Cosigned { line } = reply else {
        panic!("{reply:?}");
    };
    line
}

fn follow_from(world: &World, keeper: &mut Keeper<MemoryHome>, from: usize) -> Reply {
    let ask = Ask::Follow {
        from: from.try_into().unwrap(),
        entries: world.entries[from..].to_vec(),
        checkpoint: world.checkpoint().render(),
    };
    keeper.answer(ask, world.now)
}

#[test]
fn following_cosigns_what_it_has_seen_whole() {
    let mut world = world();
    let mut keeper = keeper(&world, 0);
    let reply = follow(&world, &mut keeper);
    let line = cosigned(&reply).parse_line();
    let note = world.checkpoint().with(line).unwrap();
    let context = world.genesis.document().log_origin.context().unwrap();
    let witness = &world.genesis.document().keepers[0].cosigner;
    assert_eq!(witness.verify(&note, &context).unwrap().time, world.now);
    // Idempotent, with the time of the second ask.
    world.now = world.now.plus(5);
    let again = follow(&world, &mut keeper);
    assert_ne!(again, reply);
    assert_eq!(follow_from(&world, &mut keeper, 0), again);
    assert_eq!(follow_from(&world, &mut keeper, 3), again);
    let status = keeper.status();
    assert_eq!(status.size, world.entries.len() as u64);
    assert_eq!(status.root, tree_root(&world.leaves()));
    assert_eq!(status.shares, [(testing::register(), model::id::Epoch(1))]);
}

trait ParseLine {
    fn parse_line(&self) -> note::SignatureLine;
}

impl ParseLine for str {
    fn parse_line(&self) -> note::SignatureLine {
        let note = Note::parse(&format!("x\n\n{self}\n")).unwrap();
        note.signatures()[0].clone()
    }
}

#[test]
fn another_history_is_never_cosigned() {
    let world = world();
    let mut keeper = keeper(&world, 0);
    follow(&world, &mut keeper);
    let mut fork = world.clone();
    let last = fork.entries.len() - 1;
    fork.entries.truncate(last);
    fork.log_document(DocumentKind::Certificate, Digest::of(b"another"));
    let other = "another entry stands where one was followed";
    refused(
        &follow_from(&fork, &mut keeper, last),
        RefusalCode::Fork,
        other,
    );
    refused(
        &follow_from(&fork, &mut keeper, 0),
        RefusalCode::Fork,
        other,
    );
    // Hidden: only what follows the fork is shown.
    fork.log_document(DocumentKind::Certificate, Digest::of(b"next"));
    let reply = follow_from(&fork, &mut keeper, last + 1);
    refused(&reply, RefusalCode::Fork, "another history");
    // A shorter log with another history, and an older one with the same.
    let reply = keeper.answer(
        Ask::Follow {
            from: last as u64,
            entries: Vec::new(),
            checkpoint: {
                let mut short = fork.clone();
                short.entries.truncate(last - 1);
                short.entries[2] = fork.entries[last].clone();
                short.checkpoint().render()
            },
        },
        world.now,
    );
    refused(
        &reply,
        RefusalCode::Fork,
        "the checkpoint is of another history",
    );
    let mut older = world.clone();
    older.entries.truncate(last);
    let reply = keeper.answer(
        Ask::Follow {
            from: last as u64,
            entries: Vec::new(),
            checkpoint: older.checkpoint().render(),
        },
        world.now,
    );
    refused(
        &reply,
        RefusalCode::Behind,
        "older than one already followed",
    );
    assert!(matches!(
        follow(&world, &mut keeper),
        Reply::Cosigned { .. }
    ));
}

#[test]
fn what_is_not_in_order_is_not_followed() {
    let world = world();
    let check = |change: &dyn Fn(&mut World, &mut u64), code, words: &str| {
        let mut keeper = keeper(&world, 0);
        let mut changed = world.clone();
        let mut from = 0;
        change(&mut changed, &mut from);
        let reply = keeper.answer(
            Ask::Follow {
                from,
                entries: changed.entries.clone(),
                checkpoint: changed.checkpoint().render(),
            },
            world.now,
        );
        refused(&reply, code, words);
        assert_eq!(keeper.status().size, 0);
        assert!(keeper.home().0.borrow().files.is_empty());
    };
    let genesis = "leaf 0, and no other, is the pinned genesis";
    check(
        &|w, _| {
            w.entries.remove(0);
        },
        RefusalCode::Fork,
        genesis,
    );
    check(
        &|w, _| {
            w.entries.push(w.entries[0].clone());
        },
        RefusalCode::Fork,
        genesis,
    );
    check(&|w, _| w.entries[2][5] ^= 1, RefusalCode::Unreadable, "");
    check(
        &|w, _| w.entries[2].truncate(100),
        RefusalCode::Unreadable,
        "",
    );
    check(
        &|w, _| {
            let mut leaf = Leaf::from_entry(&w.entries[4]).unwrap();
            leaf.day = "2026-11-22".parse().unwrap();
            w.entries[4] = leaf.entry();
        },
        RefusalCode::Unreadable,
        "a leaf is of the future",
    );
    check(
        &|_, from| *from = 1,
        RefusalCode::Behind,
        "begin beyond what was followed",
    );
}

#[test]
fn a_checkpoint_the_log_did_not_sign_is_not_followed() {
    let world = world();
    let mut keeper = keeper(&world, 0);
    for (checkpoint, code) in [
        (String::new(), RefusalCode::Unreadable),
        (
            world
                .checkpoint()
                .render()
                .replace("gate.example/log\n", "x.example/log\n"),
            RefusalCode::Fork,
        ),
        (
            {
                let context = world.genesis.document().log_origin.context().unwrap();
                let other =
                    note::SigningKey::from_seed("gate.example/log".parse().unwrap(), &[1; 32]);
                let text = world.checkpoint().text().to_owned();
                other.sign_note(&context, text).unwrap().render()
            },
            RefusalCode::Fork,
        ),
    ] {
        let entries = world.entries.clone();
        let reply = keeper.answer(
            Ask::Follow {
                from: 0,
                entries,
                checkpoint,
            },
            world.now,
        );
        refused(&reply, code, "");
    }
    let entries = vec![world.entries[1].clone(); 4097];
    let checkpoint = world.checkpoint().render();
    let reply = keeper.answer(
        Ask::Follow {
            from: 0,
            entries,
            checkpoint,
        },
        world.now,
    );
    refused(
        &reply,
        RefusalCode::Unreadable,
        "more leaves than one ask may have",
    );
}

#[test]
fn a_keeper_that_was_restored_is_silent_until_it_has_caught_up() {
    let mut case = Case::address();
    let mut keeper = keeper(&case.world, 0);
    let old = {
        let mut early = case.world.clone();
        early.entries.truncate(6);
        follow(&early, &mut keeper);
        keeper.home().copy()
    };
    follow(&case.world, &mut keeper);
    slot_values(
        &case.world,
        &open(&mut keeper, &case.warrant(), case.world.now),
    );
    // The old folder is put back.
    let mut restored = open_keeper(&case.world, 0, old).unwrap();
    let reply = open(&mut restored, &case.warrant(), case.world.now);
    refused(&reply, RefusalCode::Behind, "no checkpoint was followed");
    let mut early = case.world.clone();
    early.entries.truncate(6);
    follow(&early, &mut restored);
    let reply = open(&mut restored, &case.warrant(), case.world.now);
    refused(&reply, RefusalCode::Behind, "beyond what was followed");
    let ask = tokens_ask(case.admitted, vec![[1; 32]]);
    let reply = restored.answer(ask, case.world.now);
    refused(&reply, RefusalCode::Behind, "not followed yet");
    follow(&case.world, &mut restored);
    case.world.now = case.world.now.plus(1);
    slot_values(
        &case.world,
        &open(&mut restored, &case.warrant(), case.world.now),
    );
}

#[test]
fn a_restarted_keeper_remembers_everything() {
    let case = Case::address();
    let mut keeper = case.keeper(0);
    let reply = open(&mut keeper, &case.warrant(), case.world.now);
    let before = slot_values(&case.world, &reply);
    let ask = tokens_ask(case.admitted, vec![[1; 32]; 30]);
    token_values(&case.world, &keeper.answer(ask.clone(), case.world.now));
    let home = keeper.home().clone();
    let status = keeper.status();
    drop(keeper);
    let mut keeper = open_keeper(&case.world, 0, home).unwrap();
    assert_eq!(keeper.status(), status);
    assert_eq!(keeper.opened_count(), 1);
    follow(&case.world, &mut keeper);
    let reply = open(&mut keeper, &case.warrant(), case.world.now);
    assert_eq!(slot_values(&case.world, &reply), before);
    token_values(&case.world, &keeper.answer(ask, case.world.now));
    let more = tokens_ask(case.admitted, vec![[2; 32]; 3]);
    let reply = keeper.answer(more, case.world.now);
    refused(&reply, RefusalCode::Budget, "33 is more than 32");
}

#[test]
fn tokens_of_an_admitted_row_join_to_the_builders() {
    let case = Case::address();
    let keys = common::epoch_keys();
    let gate = seal::token::gate_prf(keys.gate(), model::token::TokenKind::Zip5, "89501");
    let other = seal::token::gate_prf(keys.gate(), model::token::TokenKind::Zip5, "89502");
    let mut values = [Vec::new(), Vec::new()];
    for position in [0, 1, 3] {
        let mut keeper = case.keeper(position);
        let ask = tokens_ask(case.admitted, vec![*gate.expose(), *other.expose()]);
        let given = token_values(&case.world, &keeper.answer(ask, case.world.now));
        for line in given.values {
            values[usize::from(line.item)].push(seal::open::KeeperValue {
                keeper: given.keeper.clone(),
                set: seal::shares::SetIndex(line.set),
                value: seal::keys::SetValue::new(*line.value.expose()),
            });
        }
    }
    let evaluator = seal::token::TokenEvaluator::new(&keys);
    for (values, zip) in values.iter().zip(["89501", "89502"]) {
        let joined = seal::token::token(keys.sets(), values).unwrap();
        assert_eq!(
            joined,
            evaluator.evaluate(model::token::TokenKind::Zip5, zip)
        );
    }
}

#[test]
fn thirty_two_tokens_a_row_and_no_more_whatever_the_split() {
    let case = Case::address();
    let check = |asks: &[(u8, usize)], last: &str| {
        let mut keeper = case.keeper(0);
        let mut reply = None;
        for (fill, count) in asks {
            let ask = tokens_ask(case.admitted, vec![[*fill; 32]; *count]);
            reply = Some(keeper.answer(ask, case.world.now));
        }
        match last {
            "" => {
                token_values(&case.world, &reply.unwrap());
            }
            words => refused(&reply.unwrap(), RefusalCode::Budget, words),
        }
    };
    check(&[(1, 32)], "");
    check(&[(1, 33)], "33 is more than 32");
    check(&[(1, 20), (1, 20), (2, 12), (1, 20)], "");
    check(&[(1, 20), (2, 13)], "33 is more than 32");
    check(&[(1, 20), (2, 13), (2, 12)], "");
    let mut keeper = case.keeper(0);
    let reply = keeper.answer(tokens_ask(case.admitted, Vec::new()), case.world.now);
    refused(&reply, RefusalCode::Unreadable, "no inputs");
}

#[test]
fn tokens_need_an_admitted_leaf_and_held_shares() {
    let case = Case::address();
    let mut keeper = case.keeper(0);
    let mut check = |change: &dyn Fn(&mut instrument::wire::TokensAsk), code, words: &str| {
        let Ask::Tokens(mut ask) = tokens_ask(case.admitted, vec![[1; 32]]) else {
            panic!()
        };
        change(&mut ask);
        refused(
            &keeper.answer(Ask::Tokens(ask), case.world.now),
            code,
            words,
        );
    };
    check(
        &|a| a.admitted = LeafIndex(0),
        RefusalCode::Warrant,
        "no admitted row",
    );
    check(
        &|a| a.admitted = case.leaf.index,
        RefusalCode::Warrant,
        "no admitted row",
    );
    check(
        &|a| a.admitted = LeafIndex(999),
        RefusalCode::Behind,
        "not followed",
    );
    check(&|a| a.epoch.0 = 2, RefusalCode::NoShares, "");
    check(
        &|a| a.register = "R-9".parse().unwrap(),
        RefusalCode::NoShares,
        "",
    );
    keeper.home().0.borrow_mut().is_suspended = true;
    let reply = keeper.answer(tokens_ask(case.admitted, vec![[1; 32]]), case.world.now);
    refused(&reply, RefusalCode::Suspended, "");

    let mut world = world();
    let specs = vec![RowSpec::new(Question::Verify, "k|a"); 51];
    let request = world.request("REQ-1", specs);
    let leaves: Vec<LeafIndex> = (0..51)
        .map(|row| world.admit(&request, row, b"[]"))
        .collect();
    let mut keeper = common::keeper(&world, 0);
    follow(&world, &mut keeper);
    let reply = keeper.answer(tokens_ask(leaves[24], vec![[1; 32]]), world.now);
    token_values(&world, &reply);
    let reply = keeper.answer(tokens_ask(leaves[25], vec![[1; 32]]), world.now);
    refused(
        &reply,
        RefusalCode::Budget,
        "open subjects of one officer: 26 is more than 25",
    );
}

#[test]
fn an_admitted_leaf_beyond_the_requests_rows_gets_no_tokens() {
    let mut world = world();
    let request = world.request("REQ-1", vec![RowSpec::new(Question::Verify, "k|a")]);
    world.admit(&request, 0, b"[]");
    let second = world.admit(&request, 0, b"[]");
    let mut keeper = keeper(&world, 0);
    follow(&world, &mut keeper);
    let reply = keeper.answer(tokens_ask(second, vec![[1; 32]]), world.now);
    refused(
        &reply,
        RefusalCode::Warrant,
        "more rows were admitted than the request has",
    );
}

/// What an asker does until it has its answers: follow, tokens, open, retrying after failures.
fn run(case: &Case, keeper: &mut Keeper<MemoryHome>) -> Vec<Reply> {
    let from = keeper.status().size;
    let follow = Ask::Follow {
        from,
        entries: case.world.entries[usize::try_from(from).unwrap()..].to_vec(),
        checkpoint: case.world.checkpoint().render(),
    };
    let asks = [
        follow,
        tokens_ask(case.admitted, vec![[1; 32]; 20]),
        Ask::Open {
            warrant: case.warrant().to_bytes(),
        },
    ];
    asks.map(|ask| keeper.answer(ask, case.world.now)).to_vec()
}

#[test]
fn a_fault_at_any_write_neither_loses_nor_doubles_a_charge() {
    let case = Case::address();
    let clean = MemoryHome::default();
    let expected = run(
        &case,
        &mut open_keeper(&case.world, 0, clean.clone()).unwrap(),
    );
    let writes = clean.0.borrow().writes;
    assert_eq!(writes, 4, "leaves, head, tokens, opening");
    for at in 1..=writes {
        for fate in [Fate::Nothing, Fate::Half, Fate::All] {
            for restarts in [false, true] {
                check_fault(&case, at, fate, restarts, &expected);
            }
        }
    }
}

fn check_fault(case: &Case, at: usize, fate: Fate, restarts: bool, expected: &[Reply]) {
    let home = MemoryHome::default();
    home.fail_at(at, fate);
    let mut keeper = open_keeper(&case.world, 0, home.clone()).unwrap();
    let first = run(case, &mut keeper);
    let failed = first.iter().position(|reply| {
        matches!(
            reply,
            Reply::Refused {
                code: RefusalCode::Unavailable,
                ..
            }
        )
    });
    assert!(failed.is_some(), "write {at} {fate:?}: {first:?}");
    // Every answer that left is on the disk, whatever failed.
    let opened = |replies: &[Reply]| {
        replies
            .iter()
            .any(|reply| matches!(reply, Reply::Values { .. }))
    };
    if restarts {
        keeper = open_keeper(&case.world, 0, home.clone()).unwrap();
        if opened(&first) {
            assert_eq!(keeper.opened_count(), 1);
        }
    }
    // As an asker would: until there is nothing left to refuse.
    let mut last = Vec::new();
    for _ in 0..3 {
        last = run(case, &mut keeper);
    }
    assert_eq!(last, expected, "write {at} {fate:?}");
    assert_eq!(keeper.opened_count(), 1);
    let more = tokens_ask(case.admitted, vec![[2; 32]; 13]);
    let reply = keeper.answer(more, case.world.now);
    refused(&reply, RefusalCode::Budget, "33 is more than 32");
    // A clean run's disk and this one's hold the same.
    let clean = MemoryHome::default();
    run(
        case,
        &mut open_keeper(&case.world, 0, clean.clone()).unwrap(),
    );
    assert_eq!(home.0.borrow().files, clean.0.borrow().files);
}

#[test]
fn a_damaged_home_stops_the_keeper_and_says_where() {
    let case = Case::address();
    let mut keeper = case.keeper(0);
    run(&case, &mut keeper);
    let home = keeper.home().clone();
    let check = |file: HomeFile, change: &dyn Fn(&mut Vec<u8>), named: &str| {
        let copy = home.copy();
        change(copy.0.borrow_mut().files.get_mut(&file).unwrap());
        match open_keeper(&case.world, 0, copy) {
            Err(KeeperError::Damaged { file, .. }) => assert_eq!(file, named),
            other => panic!("{:?}", other.map(|k| k.status())),
        }
    };
    check(HomeFile::Head, &|b| b[40] ^= 1, "head");
    check(HomeFile::Leaves, &|b| b[900] ^= 1, "head");
    check(HomeFile::Leaves, &|b| b.truncate(800), "head");
    check(HomeFile::Journal, &|b| b[3] ^= 1, "journal");
}

#[test]
fn a_keeper_begins_only_with_its_own_keys_and_shares() {
    let world = world();
    let mut wrong = common::identity(&world, 0);
    wrong.cosigner = testing::cosigner("k2");
    let home = MemoryHome::default;
    assert!(matches!(
        Keeper::open(wrong, Vec::new(), home()),
        Err(KeeperError::OtherKey("cosigning"))
    ));
    let mut wrong = common::identity(&world, 0);
    wrong.values = testing::key("k2", "values");
    assert!(matches!(
        Keeper::open(wrong, Vec::new(), home()),
        Err(KeeperError::OtherKey("values"))
    ));
    let mut wrong = common::identity(&world, 0);
    wrong.keeper = "k9".parse().unwrap();
    assert!(matches!(
        Keeper::open(wrong, Vec::new(), home()),
        Err(KeeperError::Stranger(_))
    ));

    let take = |keeper: usize, delivered: &str, shares: &str| {
        Holding::take(
            &world.genesis,
            &keeper_id(keeper),
            world.manifest.clone(),
            &Digest::of(delivered.as_bytes()),
            shares,
        )
        .map_err(|error| error.to_string())
    };
    let own = common::shares_text(0);
    let other = common::shares_text(1);
    assert!(take(0, &own, &own).is_ok());
    assert!(
        take(0, &other, &own)
            .unwrap_err()
            .contains("not the one the manifest names")
    );
    assert!(
        take(0, &own, &other)
            .unwrap_err()
            .contains("another keeper's")
    );
    let epoch = own.replace("epoch: 1", "epoch: 2");
    assert!(
        take(0, &own, &epoch)
            .unwrap_err()
            .contains("another register or epoch")
    );
    assert!(
        take(0, &own, "nonsense")
            .unwrap_err()
            .contains("not in order")
    );
}
