//! `cargo xtask bench lookup`: one row against a nation, tokens in hand, beside Splink 5 on single requests.
//!
//! Place in the flow: by hand. `countersign-lab measure` builds the register and times its rows; Splink
//! links the first of the same requests one at a time with `predict_between`, which is what it has for
//! records that come one by one.
//!
//! Left to others: the environment and the nation's files (`bench_link`).

use std::{fs, process::Command};

use crate::{
    bench::{self, memory_bytes},
    bench_link::{self, PEER, SEED, SPLINK, measuring, numbers, told, with_numbers},
    failure::{self, Failure},
    json::{needed, part},
    scratch::Scratch,
    workspace::Workspace,
};

/// Sizes of the nation where none is given.
const PEOPLE: [u64; 2] = [1_000_000, 5_000_000];
/// Rows asked.
const ROWS: u64 = 10_000;
/// Requests Splink is given, one at a time.
const SINGLE: u64 = 20;
/// From this size on the limits count (DESIGN.md section 7): microseconds at the 99th percentile, the same
/// where the surname is among the commonest hundredth, and rows a second on two threads.
const LIMIT_PEOPLE: u64 = 5_000_000;
const LIMIT_P99: f64 = 100.0;
const LIMIT_P99_COMMON: f64 = 400.0;
const LIMIT_ROWS_PER_SECOND: f64 = 50_000.0;

/// One nation, asked by both.
struct Asked {
    people: u64,
    ours: String,
    peer: String,
    p99: f64,
    p99_common: f64,
    rows_per_second: f64,
    peer_p50_seconds: f64,
    p50: f64,
}

/// Measures; prints the document; above a limit it fails.
pub fn run(workspace: &Workspace, words: &[&str]) -> Result<(), Failure> {
    let people = bench::people_of("lookup", words, &PEOPLE)?;
    let python = bench_link::splink(workspace)?;
    bench_link::build(workspace)?;
    let scratch = Scratch::new("lookup")?;
    let mut asked = Vec::new();
    for people in people {
        let folder = scratch.path().join(format!("nation-{people}"));
        let (ours, took) = told(&mut measuring(workspace, people, ROWS, &folder))?;
        let mut command = Command::new(&python);
        command.args(["-c", PEER, "lookup"]).arg(&folder);
        let (peer, peer_took) = told(command.arg(SINGLE.to_string()))?;
        fs::remove_dir_all(&folder).map_err(|error| failure::file(&folder, &error))?;
        let lookup = |key: &str| needed(part(&ours, "lookup")?, key);
        let common = part(&ours, "surname_in_commonest_1_percent")?;
        asked.push(Asked {
            people,
            p50: lookup("p50_microseconds")?,
            p99: lookup("p99_microseconds")?,
            p99_common: needed(common, "p99_microseconds")?,
            rows_per_second: lookup("rows_per_second")?,
            peer_p50_seconds: needed(&peer, "p50_seconds")?,
            ours: format!(
                "{{\"people\":{people},{},\"measured\":{ours}}}",
                numbers(&took)
            ),
            peer: with_numbers(&peer, &peer_took),
        });
    }
    println!("{}", document(&asked));
    let broken = broken(&asked);
    if broken.is_empty() {
        return Ok(());
    }
    Err(Failure::Failed(broken.join("; ")))
}

/// The limits that were broken, in words.
fn broken(asked: &[Asked]) -> Vec<String> {
    let mut broken = Vec::new();
    for one in asked.iter().filter(|one| one.people >= LIMIT_PEOPLE) {
        let mut check = |holds: bool, what: String| {
            if !holds {
                broken.push(format!("{} people: {what}", one.people));
            }
        };
        check(
            one.p99 <= LIMIT_P99,
            format!("99% in {:.0} µs, above {LIMIT_P99:.0}", one.p99),
        );
        check(
            one.p99_common <= LIMIT_P99_COMMON,
            format!(
                "99% of common surnames in {:.0} µs, above {LIMIT_P99_COMMON:.0}",
                one.p99_common
            ),
        );
        check(
            one.rows_per_second >= LIMIT_ROWS_PER_SECOND,
            format!(
                "{:.0} rows a second, below {LIMIT_ROWS_PER_SECOND:.0}",
                one.rows_per_second
            ),
        );
    }
    broken
}

fn document(asked: &[Asked]) -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let list = |text: &dyn Fn(&Asked) -> String| {
        let texts: Vec<String> = asked.iter().map(text).collect();
        texts.join(",")
    };
    let (name, version) = SPLINK;
    let times = |one: &Asked| one.peer_p50_seconds * 1e6 / one.p50.max(0.001);
    format!(
        "{{\"bench\":\"lookup\",\"machine\":{{\"cores\":{cores},\"memory_bytes\":{}}},\
         \"request\":{{\"rows\":{ROWS},\"seed\":{SEED},\"single_requests_of_the_peer\":{SINGLE}}},\
         \"ours\":{{\"nations\":[{}]}},\
         \"peer\":{{\"name\":\"{name}\",\"version\":\"{version}\",\"call\":\"predict_between\",\"nations\":[{}]}},\
         \"ratio\":{{{}}},\
         \"limit\":{{\"from_people\":{LIMIT_PEOPLE},\"p99_microseconds\":{LIMIT_P99:.1},\
         \"p99_microseconds_common\":{LIMIT_P99_COMMON:.1},\"rows_per_second\":{LIMIT_ROWS_PER_SECOND:.1}}}}}",
        memory_bytes(),
        list(&|one| one.ours.clone()),
        list(&|one| one.peer.clone()),
        list(&|one| format!("\"median at {}\":{:.0}", one.people, times(one))),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(people: u64, p99: f64, p99_common: f64, rows_per_second: f64) -> Asked {
        Asked {
            people,
            ours: "{\"a\":1}".to_owned(),
            peer: "{\"b\":2}".to_owned(),
            p99,
            p99_common,
            rows_per_second,
            peer_p50_seconds: 2.0,
            p50: 10.0,
        }
    }

    #[test]
    fn limits_are_held() {
        let check = |one: Asked, expected: &[&str]| {
            let found = broken(&[one]);
            assert_eq!(found.len(), expected.len(), "{found:?}");
            for (found, expected) in found.iter().zip(expected) {
                assert!(found.contains(expected), "{found}");
            }
        };
        check(asked(5_000_000, 100.0, 400.0, 50_000.0), &[]);
        check(
            asked(5_000_000, 101.0, 401.0, 49_999.0),
            &["99% in 101", "common surnames in 401", "49999 rows"],
        );
        check(asked(1_000_000, 101.0, 401.0, 1.0), &[]);
    }

    #[test]
    fn the_document_is_json() {
        let text = document(&[asked(1_000_000, 1.0, 2.0, 3.0)]);
        assert!(
            text.contains("\"ratio\":{\"median at 1000000\":200000}"),
            "{text}"
        );
        assert_eq!(text.matches('{').count(), text.matches('}').count());
        assert_eq!(text.matches('"').count() % 2, 0);
    }
}
