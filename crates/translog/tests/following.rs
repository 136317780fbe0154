//! Following a log and believing its checkpoints.
//!
//! Place in the flow: tests of translog: followers, checkpoint texts, witness quorums.
//!
//! Left to others: how tiles are written (appending.rs).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

extern crate countersign_translog as translog;

mod common;

use common::{entries, leaves, origin};
use model::{digest::Digest, time::Instant};
use note::{Context, CosignerSigningKey, Note, SigningKey};
use translog::{
    Checkpoint, CheckpointError, FollowError, Follower, LogOrigin, WitnessPolicy, tree_root,
};

fn head(count: u64) -> Checkpoint {
    Checkpoint {
        origin: origin(),
        size: count,
        root: tree_root(&leaves(&entries(count))),
    }
}

#[test]
fn a_follower_goes_on_in_steps_and_keeps_its_state_as_text() {
    let all = entries(300);
    let mut follower = Follower::new(origin());
    let mut size = 0_usize;
    for step in [0, 1, 1, 5, 200, 93] {
        let end = size + step;
        follower.follow(&all[size..end], &head(end as u64)).unwrap();
        size = end;
        assert_eq!(follower.head(), head(end as u64));
        let kept = follower.to_string();
        assert_eq!(kept.parse(), Ok(follower.clone()));
        follower = kept.parse().unwrap();
    }
}

fn check_refused(entries: &[Vec<u8>], checkpoint: &Checkpoint, expected: FollowError) {
    let mut follower = Follower::new(origin());
    follower.follow(&common::entries(10), &head(10)).unwrap();
    let before = follower.clone();
    assert_eq!(follower.follow(entries, checkpoint), Err(expected));
    assert_eq!(
        follower, before,
        "a refused step must leave the follower as it was"
    );
}

#[test]
fn forks_rollbacks_and_other_logs_are_refused() {
    let all = entries(12);
    let mut forged = all.clone();
    forged[11] = b"other".to_vec();
    check_refused(&forged[10..], &head(12), FollowError::Fork { size: 12 });
    check_refused(
        &[],
        &head(9),
        FollowError::Shrunk {
            held: 10,
            offered: 9,
        },
    );
    check_refused(
        &all[10..11],
        &head(12),
        FollowError::EntryCount {
            needed: 2,
            given: 1,
        },
    );
    check_refused(
        &all[9..],
        &head(12),
        FollowError::EntryCount {
            needed: 2,
            given: 3,
        },
    );
    let same_size = Checkpoint {
        root: Digest::default(),
        ..head(10)
    };
    check_refused(&[], &same_size, FollowError::Fork { size: 10 });
    let other: LogOrigin = "other.example/log".parse().unwrap();
    let elsewhere = Checkpoint {
        origin: other,
        ..head(12)
    };
    let expected = FollowError::Origin {
        expected: "gate.example/log".to_owned(),
    };
    check_refused(&all[10..], &elsewhere, expected);
    let long = [vec![0; 65_536], vec![]];
    check_refused(
        &long,
        &head(12),
        FollowError::EntryTooLong { bytes: 65_536 },
    );
}

#[test]
fn spoilt_states_are_refused() {
    let mut follower = Follower::new(origin());
    follower.follow(&entries(5), &head(5)).unwrap();
    let good = follower.to_string();
    let last = good.lines().last().unwrap().to_owned();
    for bad in [
        String::new(),
        good.trim_end().to_owned(),
        format!("{good}{last}\n"),
        good.replace(&format!("{last}\n"), ""),
        good.replace("v1", "v2"),
        good.replace("\n5\n", "\n05\n"),
        good.replace("\n5\n", "\n7\n"),
        good.replace("\n5\n", "\n9223372036854775808\n"),
        good.replace("example/log", "example"),
        good.replace(&last, "x"),
    ] {
        let parsed = bad.parse::<Follower>();
        assert!(matches!(parsed, Err(FollowError::State { .. })), "{bad}");
    }
}

#[test]
fn checkpoint_texts_have_one_form() {
    for count in [0, 1, 12] {
        assert_eq!(Checkpoint::parse(&head(count).text()), Ok(head(count)));
    }
    let good = head(12).text();
    let check = |bad: String, line: usize| match Checkpoint::parse(&bad) {
        Err(CheckpointError::Malformed { line: found, .. }) => assert_eq!(found, line, "{bad}"),
        other => panic!("{bad:?}: {other:?}"),
    };
    check(String::new(), 1);
    check(good.replace("example/log", "example/other"), 1);
    check(good.replace("\n12\n", "\n012\n"), 2);
    check(good.replace("\n12\n", "\n+12\n"), 2);
    check(good.replace("\n12\n", "\n-1\n"), 2);
    check(good.replace("\n12\n", "\n\n"), 2);
    check(good.replace("\n12\n", "\n9223372036854775808\n"), 2);
    check(good.replace("\n12\n", "\n18446744073709551616\n"), 2);
    check(good.replace("\n12\n", "\n0\n"), 3);
    check(good.replace('=', ""), 3);
    check(good.trim_end().to_owned(), 4);
    check(format!("{good}extension\n"), 4);
    check(format!("{good}\n"), 4);
}

const NOW: Instant = Instant(1_800_000_000);

struct Parties {
    log: SigningKey,
    witnesses: Vec<CosignerSigningKey>,
}

impl Parties {
    fn new() -> Self {
        let name = |text: &str| text.parse().unwrap();
        Self {
            log: SigningKey::from_seed(name("gate.example/log"), &[1; 32]),
            witnesses: (0..4_u8)
                .map(|k| {
                    let name = name(&format!("k{k}.example/witness"));
                    CosignerSigningKey::from_seed(name, &[10 + k; 32])
                })
                .collect(),
        }
    }

    fn policy(&self) -> WitnessPolicy {
        WitnessPolicy {
            log: self.log.verifier(),
            witnesses: self
                .witnesses
                .iter()
                .map(CosignerSigningKey::verifier)
                .collect(),
            quorum: 3,
            freshness_seconds: 300,
        }
    }

    fn context(&self) -> Context {
        origin().context().unwrap()
    }

    fn signed(&self, count: u64) -> Note {
        self.log
            .sign_note(&self.context(), head(count).text())
            .unwrap()
    }

    /// A note cosigned by the first witnesses, each at its time.
    fn cosigned(&self, count: u64, times: &[u64]) -> Note {
        let mut note = self.signed(count);
        for (witness, time) in self.witnesses.iter().zip(times) {
            let line = witness
                .cosign(&self.context(), note.text(), Instant(*time))
                .unwrap();
            note.add(line).unwrap();
        }
        note
    }
}

#[test]
fn a_quorum_of_fresh_witnesses_is_believed() {
    let parties = Parties::new();
    let note = parties.cosigned(12, &[NOW.0, NOW.0 - 300, NOW.0 + 60]);
    let read = Note::parse(&note.render()).unwrap();
    let cosigned = parties.policy().verify_cosigned(&read, NOW).unwrap();
    assert_eq!(cosigned.checkpoint, head(12));
    let positions: Vec<usize> = cosigned.witnesses.iter().map(|(at, _)| *at).collect();
    assert_eq!(positions, [0, 1, 2]);
}

fn check_quorum(times: &[u64], fresh: usize, stale: usize) {
    let parties = Parties::new();
    let found = parties
        .policy()
        .verify_cosigned(&parties.cosigned(12, times), NOW);
    let expected = CheckpointError::Quorum {
        needed: 3,
        fresh,
        stale,
    };
    assert_eq!(found, Err(expected), "{times:?}");
}

#[test]
fn stale_early_and_few_cosignatures_are_not_enough() {
    let (good, old, early) = (NOW.0, NOW.0 - 301, NOW.0 + 61);
    check_quorum(&[], 0, 0);
    check_quorum(&[good, good], 2, 0);
    check_quorum(&[good, good, old], 2, 1);
    check_quorum(&[good, good, early], 2, 1);
    check_quorum(&[old, early, good, old], 1, 3);
}

#[test]
fn one_key_under_two_names_counts_once() {
    let mut parties = Parties::new();
    let twin = CosignerSigningKey::from_seed("twin/witness".parse().unwrap(), &[10; 32]);
    parties.witnesses[2] = twin;
    let note = parties.cosigned(12, &[NOW.0; 3]);
    let found = parties.policy().verify_cosigned(&note, NOW);
    let expected = CheckpointError::Quorum {
        needed: 3,
        fresh: 2,
        stale: 0,
    };
    assert_eq!(found, Err(expected));
}

#[test]
fn a_bad_line_of_a_known_witness_refuses_the_note_and_names_it() {
    let parties = Parties::new();
    let four = [NOW.0; 4];
    let other = parties.cosigned(11, &four);
    let mut note = parties.cosigned(12, &four[..3]);
    note.add(other.signatures()[4].clone()).unwrap();
    match parties.policy().verify_cosigned(&note, NOW) {
        Err(CheckpointError::Signature(error)) => {
            assert_eq!(
                error.to_string(),
                "the signature of `k3.example/witness` does not verify"
            );
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn strangers_lines_are_ignored_and_the_logs_own_is_needed() {
    let parties = Parties::new();
    let stranger = CosignerSigningKey::from_seed("x/witness".parse().unwrap(), &[99; 32]);
    let mut note = parties.cosigned(12, &[NOW.0; 3]);
    let line = stranger
        .cosign(&parties.context(), note.text(), NOW)
        .unwrap();
    note.add(line).unwrap();
    assert!(parties.policy().verify_cosigned(&note, NOW).is_ok());
    let mut unsigned = Note::unsigned(note.text()).unwrap();
    for line in &note.signatures()[1..] {
        unsigned.add(line.clone()).unwrap();
    }
    let found = parties.policy().verify_cosigned(&unsigned, NOW);
    assert!(matches!(found, Err(CheckpointError::Signature(_))));
}
