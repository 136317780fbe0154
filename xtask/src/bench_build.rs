//! `cargo xtask bench build`: a register built and sealed whole, from the file the agency hands over to
//! synced planes.
//!
//! Place in the flow: by hand. `countersign-lab population` writes the extract, which is not timed; the
//! bench `build` of `countersign-register` reads it, seals every address for 3 of 4 keepers, and prints
//! what each stage took. No other program does this job, so there is no peer.
//!
//! Left to others: the stages (`crates/register/benches/build.rs`).

use std::{fs::File, path::Path, process::Command};

use crate::{
    bench::{self, memory_bytes},
    bench_link::{self, laboratory, told},
    failure::Failure,
    json::needed,
    process,
    scratch::Scratch,
    workspace::Workspace,
};

/// Sizes of the nation where none is given.
const PEOPLE: [u64; 1] = [5_000_000];
/// Seed of the nation.
const SEED: u64 = 1;
/// From this size on the limit counts (DESIGN.md section 7): seconds of five million people.
const LIMIT_PEOPLE: u64 = 5_000_000;
const LIMIT_SECONDS: f64 = 60.0;

/// One register.
struct Built {
    people: u64,
    seconds: f64,
    ours: String,
}

/// Measures; prints the document; above the limit it fails.
pub fn run(workspace: &Workspace, words: &[&str]) -> Result<(), Failure> {
    let people = bench::people_of("build", words, &PEOPLE)?;
    bench_link::build(workspace)?;
    let mut built = Vec::new();
    for people in people {
        built.push(one(workspace, people)?);
    }
    println!("{}", document(&built));
    let broken: Vec<String> = built.iter().filter_map(broken).collect();
    if broken.is_empty() {
        Ok(())
    } else {
        Err(Failure::Failed(broken.join("; ")))
    }
}

fn one(workspace: &Workspace, people: u64) -> Result<Built, Failure> {
    let scratch = Scratch::new("build")?;
    let mut command = Command::new(laboratory(workspace));
    command.args(["population", "--format", "csv", "--rows", "24", "--people"]);
    command.args([people.to_string(), "--seed".to_owned(), SEED.to_string()]);
    command.arg("--out").arg(scratch.path().join("nation"));
    process::run(&mut command)?;
    let extract = scratch.path().join("nation").join("extract.csv");
    on_disk(&extract)?;
    let mut command = workspace.cargo(&["bench", "--quiet", "--locked"]);
    command.args(["--package", "countersign-register", "--bench", "build"]);
    command.args(["--", "--json", "yes", "--extract"]);
    command.arg(extract);
    command.arg("--out").arg(scratch.path());
    let (ours, _) = told(&mut command)?;
    Ok(Built {
        people,
        seconds: needed(&ours, "seconds")?,
        ours,
    })
}

/// Waits until a file is on the disk: writing it is no part of the build that reads it.
fn on_disk(path: &Path) -> Result<(), Failure> {
    let synced = File::open(path).and_then(|file| file.sync_all());
    synced.map_err(|error| Failure::Failed(format!("{} cannot be synced: {error}", path.display())))
}

/// The limit that was broken, in words.
fn broken(built: &Built) -> Option<String> {
    let limit = LIMIT_SECONDS * built.people as f64 / LIMIT_PEOPLE as f64;
    let holds = built.people < LIMIT_PEOPLE || built.seconds <= limit;
    (!holds).then(|| {
        format!(
            "{} people built and sealed in {:.1} s, above {limit:.0}",
            built.people, built.seconds
        )
    })
}

fn document(built: &[Built]) -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let ours: Vec<&str> = built.iter().map(|one| one.ours.as_str()).collect();
    format!(
        "{{\"bench\":\"build\",\"machine\":{{\"cores\":{cores},\"memory_bytes\":{}}},\
         \"request\":{{\"seed\":{SEED},\"keepers\":\"3 of 4\"}},\"ours\":{{\"registers\":[{}]}},\
         \"peer\":null,\"ratio\":{{}},\
         \"limit\":{{\"people\":{LIMIT_PEOPLE},\"seconds\":{LIMIT_SECONDS:.1}}}}}",
        memory_bytes(),
        ours.join(","),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn built(people: u64, seconds: f64) -> Built {
        Built {
            people,
            seconds,
            ours: "{\"a\":1}".to_owned(),
        }
    }

    #[test]
    fn the_limit_is_held() {
        assert_eq!(broken(&built(1_000_000, 900.0)), None);
        assert_eq!(broken(&built(5_000_000, 60.0)), None);
        assert!(broken(&built(5_000_000, 60.1)).is_some());
        assert_eq!(broken(&built(10_000_000, 119.0)), None);
        assert!(broken(&built(10_000_000, 121.0)).is_some());
    }

    #[test]
    fn the_document_is_json() {
        let text = document(&[built(5_000_000, 59.0), built(1, 2.0)]);
        assert!(text.contains("\"registers\":[{\"a\":1},{\"a\":1}]"));
        assert_eq!(text.matches('{').count(), text.matches('}').count());
        assert_eq!(text.matches('"').count() % 2, 0);
    }
}
