//! How many leaves and checks a second: run by hand, asserts the floors of the design.
//!
//! Place in the flow: `cargo bench -p countersign-translog --bench speed`. The floors are far below what an idle machine does.
//!
//! Left to others: disks and networks (the log's bench).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

extern crate countersign_translog as translog;

#[path = "../tests/common/mod.rs"]
mod common;

use std::time::Instant as Clock;

use common::origin;
use model::{id::LeafIndex, time::Instant};
use note::{CosignerSigningKey, Note, SigningKey};
use translog::{Checkpoint, Follower, Log, MemoryStore, WitnessPolicy, leaf_hash};

fn entries_of_512_bytes(count: u64) -> Vec<Vec<u8>> {
    (0..count)
        .map(|number| format!("{number:0>512}").into_bytes())
        .collect()
}

fn rate(what: &str, count: u64, since: Clock) -> u64 {
    let rate = (count as f64 / since.elapsed().as_secs_f64()) as u64;
    println!("{what}: {rate} a second");
    rate
}

fn main() {
    let all = entries_of_512_bytes(200_000);
    let mut log = Log::open(MemoryStore::new(), &Checkpoint::empty(origin())).unwrap();
    let start = Clock::now();
    for batch in all.chunks(100) {
        log.append(batch).unwrap();
    }
    assert!(rate("leaves appended in batches of 100", 200_000, start) > 10_000);

    let mut single = Log::open(MemoryStore::new(), &Checkpoint::empty(origin())).unwrap();
    let start = Clock::now();
    for entry in all.iter().take(20_000) {
        single.append(std::slice::from_ref(entry)).unwrap();
    }
    assert!(rate("leaves appended one by one", 20_000, start) > 1_000);

    let head = log.head();
    let start = Clock::now();
    Follower::new(origin()).follow(&all, &head).unwrap();
    assert!(rate("leaves followed", 200_000, start) > 10_000);

    let start = Clock::now();
    for index in (0..200_000).step_by(100) {
        let proof = log.inclusion_proof(LeafIndex(index), head.size).unwrap();
        proof
            .verify_in(&leaf_hash(&all[index as usize]), &head)
            .unwrap();
    }
    assert!(rate("inclusion proofs made and verified", 2_000, start) > 1_000);
    checkpoints_a_second(&head);
}

fn checkpoints_a_second(head: &Checkpoint) {
    let context = origin().context().unwrap();
    let log = SigningKey::from_seed("gate.example/log".parse().unwrap(), &[1; 32]);
    let witnesses: Vec<CosignerSigningKey> = (2..6_u8)
        .map(|k| CosignerSigningKey::from_seed(format!("k{k}/witness").parse().unwrap(), &[k; 32]))
        .collect();
    let policy = WitnessPolicy {
        log: log.verifier(),
        witnesses: witnesses.iter().map(CosignerSigningKey::verifier).collect(),
        quorum: 3,
        freshness_seconds: 300,
    };
    let now = Instant(1_800_000_000);
    let start = Clock::now();
    let mut texts = Vec::new();
    for _ in 0..1_000 {
        let mut note = log.sign_note(&context, head.text()).unwrap();
        for witness in &witnesses {
            note.add(witness.cosign(&context, note.text(), now).unwrap())
                .unwrap();
        }
        texts.push(note.render());
    }
    rate("checkpoints signed and four times cosigned", 1_000, start);
    let start = Clock::now();
    for text in &texts {
        policy
            .verify_cosigned(&Note::parse(text).unwrap(), now)
            .unwrap();
    }
    assert!(rate("checkpoints of five signatures verified", 1_000, start) > 500);
}
