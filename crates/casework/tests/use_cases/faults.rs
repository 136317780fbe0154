//! Promise P3 and "every use case can be repeated": a fault at every call of a port, in both ways.
//!
//! Place in the flow: one request of six rows goes the whole way; at each fault the process ends, a new
//! one opens over what is durable and goes on. The outcome must be that of a way without a fault.
//!
//! Left to others: faults inside a port: files of the log (gate), the database's (store), the keeper's
//! home (keeper).

use std::{cell::RefCell, rc::Rc};

use casework::error::CaseworkError;
use model::{
    answer::{Answer, AnswerCounts},
    digest::Digest,
    fault::{ExitStatus, Explain as _},
};

use crate::{
    durable::Durable,
    ports::{Faults, Gate, SteppedClock, Way},
    register::LATEST,
    scenario::{Intake, Outcome, go, intake, outcome, six_rows},
    world::{Changes, World},
};

/// A deployment whose budgets allow exactly what the request needs: a second charge would stop it.
fn narrow_world() -> World {
    World::with(Changes {
        agreement: |agreement| {
            agreement.budgets.admitted_rows_per_request = 6;
            agreement.budgets.open_subjects_per_officer = 6;
            agreement.budgets.probes_per_day = 4;
            agreement.budgets.openings_per_day = 4;
            agreement.budgets.openings_per_year = 4;
        },
        ..Changes::default()
    })
}

/// Goes the way over a new deployment; after each fault, `pause` seconds later, a new process goes
/// on. Gives the outcome and the calls of the first process.
fn run(world: &World, intake: &Intake, faults: Faults, pause: u64) -> (Outcome, Vec<&'static str>) {
    let durable = Rc::new(RefCell::new(Durable::new(world)));
    let clock = SteppedClock::at_noon();
    let mut first = Gate::open(world, &durable, &clock, faults);
    let result = go(&mut first, intake);
    let calls = first.faults.calls.take();
    let mut gate = Gate::open(world, &durable, &clock, Faults::none());
    if let Err(error) = result {
        must_be_unavailable(&error);
        clock.step(pause);
        go(&mut gate, intake).unwrap_or_else(|error| panic!("after {:?}: {error:?}", calls.last()));
    }
    (outcome(&mut gate, &intake.request), calls)
}

fn must_be_unavailable(error: &CaseworkError) {
    assert_eq!(
        ExitStatus::from(error.fault()),
        ExitStatus::Unavailable,
        "{error:?}"
    );
    assert_eq!(
        error.requester_message(),
        "the gate cannot work at the moment; nothing was lost"
    );
}

fn expected(world: &World, intake: &Intake) -> (Outcome, Vec<&'static str>) {
    let (outcome, calls) = run(world, intake, Faults::none(), 0);
    let counts = AnswerCounts {
        rows: 6,
        confirmed: 1,
        disclosed: 1,
        no_disclosure: 2,
        rejected: 1,
        declined: 1,
        pending: 0,
    };
    assert_eq!(outcome.counts, counts);
    let answers: Vec<Answer> = outcome.told.iter().map(|(_, answer, _)| *answer).collect();
    let told = [
        Answer::Confirmed,
        Answer::Disclosed,
        Answer::Rejected,
        Answer::Declined,
        Answer::NoDisclosure,
        Answer::NoDisclosure,
    ];
    assert_eq!(answers, told);
    let lines: Vec<_> = outcome
        .told
        .iter()
        .filter_map(|(.., lines)| lines.clone())
        .collect();
    assert_eq!(lines.len(), 1);
    assert!(
        lines[0].iter().any(|line| line.contains(LATEST)),
        "{lines:?}"
    );
    let acts: Vec<_> = outcome.acts.iter().map(|(k, n)| (*k, *n)).collect();
    let all_acts = [
        ("admitted", 4),
        ("declined", 1),
        ("document", 5),
        ("issued", 1),
        ("matter", 4),
        ("refusals", 1),
        ("request", 1),
    ];
    assert_eq!(acts, all_acts);
    (outcome, calls)
}

/// Calls that change something; of the others a lost answer is as if they had not been made.
const EFFECTS: [&str; 7] = [
    "store.add",
    "store.replace_row",
    "store.replace_request",
    "log.append_once",
    "log.cosigned_head",
    "keepers.tokens",
    "keepers.open",
];

/// Every call of these names, failing in one way, and the next process `pause` seconds later.
fn sweep(way: Way, pause: u64, names: Option<&[&str]>) {
    let world = narrow_world();
    let intake = intake(&world, "REQ-1", six_rows());
    let (expected, calls) = expected(&world, &intake);
    for (call, name) in calls.iter().enumerate() {
        if names.is_none_or(|names| names.contains(name)) {
            let (outcome, _) = run(&world, &intake, Faults::at(call, way), pause);
            assert_eq!(outcome, expected, "{way:?} call {call}, {name}");
        }
    }
}

#[test]
fn a_fault_before_any_call_changes_nothing_of_the_outcome() {
    sweep(Way::Before, 0, None);
}

#[test]
fn a_lost_answer_of_any_call_changes_nothing_of_the_outcome() {
    sweep(Way::After, 0, Some(&EFFECTS));
}

#[test]
fn a_lost_answer_with_a_restart_on_the_next_day_changes_nothing_of_the_outcome() {
    sweep(Way::After, 13 * 3600, Some(&EFFECTS));
}

/// Whether a call of a process fails, and how: about one in twelve, the same for a seed.
fn storm(seed: u8, process: u8, call: usize) -> Option<Way> {
    let place = u8::try_from(call % 251).unwrap();
    let [dice, way, ..] = *Digest::of(&[seed, process, place]).as_bytes();
    let ways = [Way::Before, Way::After];
    (dice < 21).then_some(ways[usize::from(way % 2)])
}

#[test]
fn many_faults_in_a_row_change_nothing_of_the_outcome() {
    let world = narrow_world();
    let intake = intake(&world, "REQ-1", six_rows());
    let (expected, _) = expected(&world, &intake);
    for seed in 0..12 {
        let durable = Rc::new(RefCell::new(Durable::new(&world)));
        let clock = SteppedClock::at_noon();
        let done = (0..200).find(|process| {
            let process = *process;
            let faults = Faults::by(move |call| storm(seed, process, call));
            let mut gate = Gate::open(&world, &durable, &clock, faults);
            match go(&mut gate, &intake) {
                Ok(_) => true,
                Err(error) => {
                    must_be_unavailable(&error);
                    false
                }
            }
        });
        assert!(
            done.is_some_and(|processes| processes > 3),
            "seed {seed}: {done:?}"
        );
        let mut gate = Gate::open(&world, &durable, &clock, Faults::none());
        assert_eq!(outcome(&mut gate, &intake.request), expected, "seed {seed}");
    }
}
