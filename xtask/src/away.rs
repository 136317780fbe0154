//! The gate with a part away or wrong: exit code 4, words that name the part, and nothing lost.
//!
//! Place in the flow: after the demo of the part `demo`, in the folder it left. A second sending of the
//! demo's own request is half done; then each part in turn (database, log, register, keys, keepers) is
//! taken away, cut short or overwritten, commands are tried, and the part is put back: the gate must
//! then say exactly what it said before. At the end keepers come back one by one and the request issues.
//!
//! Left to others: faults inside one use case (casework's tests), changed bundles (tamper).

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use crate::{
    demo,
    failure::{self, Failure},
    process,
    workspace::Workspace,
};

/// The second sending's id.
const REQUEST: &str = "REQ-AGAIN";
/// Its cover, in the words of the demo's deployment.
const COVER: &str = "agency = \"DEMO-AGENCY\"\nagreement = \"AGR-DEMO-1\"\nsignatory = \"SIG-1\"\n\
     signatory_title = \"Director\"\npurpose = \"SYNTHETIC criminal investigations, sent a second time\"\n";
/// What a command ends with while a part is away.
const UNAVAILABLE: i32 = 4;
/// Rows that are admitted; the others are declined.
const ADMITTED: usize = 4;

/// How a part is spoiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Damage {
    /// It is not there.
    Away,
    /// Its second half is not there.
    Cut,
    /// Other bytes stand in its place.
    Noise,
}

/// Parts of the gate by path, and how each is spoiled.
const PARTS: &[(&str, &[Damage])] = &[
    ("gate/gate.db", &[Damage::Away, Damage::Cut, Damage::Noise]),
    (
        "gate/store.key",
        &[Damage::Away, Damage::Cut, Damage::Noise],
    ),
    ("gate/log", &[Damage::Away]),
    (
        "gate/log/checkpoint",
        &[Damage::Away, Damage::Cut, Damage::Noise],
    ),
    ("gate/log.key", &[Damage::Away, Damage::Noise]),
    ("gate/gate.age", &[Damage::Away, Damage::Noise]),
    ("gate/genesis.note", &[Damage::Away, Damage::Cut]),
    ("gate/authorities", &[Damage::Away]),
    ("register/manifest.note", &[Damage::Away, Damage::Cut]),
    ("register/deliver/gate.age", &[Damage::Away, Damage::Cut]),
    (
        "register/snapshot/snapshot.json",
        &[Damage::Away, Damage::Cut, Damage::Noise],
    ),
    (
        "register/snapshot/match.plane",
        &[Damage::Away, Damage::Cut, Damage::Noise],
    ),
    (
        "register/snapshot/index.plane",
        &[Damage::Away, Damage::Cut, Damage::Noise],
    ),
    (
        "register/snapshot/sealed.plane",
        &[Damage::Away, Damage::Cut],
    ),
    (
        "register/snapshot/headers.plane",
        &[Damage::Away, Damage::Cut],
    ),
];

/// The demo's folder and its programs.
struct Scene {
    gate: PathBuf,
    keeper: PathBuf,
    folder: PathBuf,
}

/// Keepers that run; ended when dropped.
#[derive(Default)]
struct Keepers(Vec<Child>);

impl Drop for Keepers {
    fn drop(&mut self) {
        for keeper in &mut self.0 {
            // One that has ended already needs no ending.
            let _ = keeper.kill();
            let _ = keeper.wait();
        }
    }
}

/// Spoils each part in turn. `folder` is what a demo left.
pub fn run(workspace: &Workspace, folder: &Path) -> Result<(), Failure> {
    let scene = Scene {
        gate: demo::program(workspace, "countersign"),
        keeper: demo::program(workspace, "countersign-keeper"),
        folder: folder.to_owned(),
    };
    scene.send_again()?;
    let mut keepers = Keepers::default();
    let tried = scene.spoil_all(&mut keepers)?;
    drop(keepers);
    scene.without_keepers()?;
    println!("{tried} damages of the gate's parts and 4 of its keepers: each exit 4, nothing lost");
    Ok(())
}

impl Scene {
    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn key(&self, name: &str) -> String {
        let path = self.path("deployment/keys").join(format!("{name}.key"));
        path.to_string_lossy().into_owned()
    }

    /// Runs a command of the gate; gives what it printed on both streams.
    fn gate(&self, words: &str, code: i32) -> Result<String, Failure> {
        let mut command = Command::new(&self.gate);
        command.current_dir(&self.folder).args(words.split(' '));
        let line = process::describe(&command);
        let output = process::output(&mut command)?;
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&text).into_owned();
        if output.status.code() == Some(code) {
            Ok(text)
        } else {
            Err(Failure::Failed(format!(
                "`{line}` ended with {}, not {code}: {}",
                output.status,
                text.trim()
            )))
        }
    }

    /// A command of somebody at the gate's home.
    fn decide(&self, words: &str, who: &str) -> Result<String, Failure> {
        let key = self.key(who);
        self.gate(&format!("{words} --as {who} --key {key} --home gate"), 0)
    }

    fn identify(&self, code: i32) -> Result<String, Failure> {
        self.gate(&format!("identify {REQUEST} --as OP-1 --home gate"), code)
    }

    fn release(&self, code: i32) -> Result<String, Failure> {
        self.gate(&format!("release {REQUEST} --as OP-1 --home gate"), code)
    }

    fn cases(&self) -> Result<String, Failure> {
        self.gate("cases --home gate", 0)
    }

    /// The rows of the second sending in a state, and their cases where they have one.
    fn rows_in(&self, state: &str) -> Result<Vec<(String, String)>, Failure> {
        let cases = self.cases()?;
        let rows = cases.lines().filter_map(|line| {
            let mut words = line.split_whitespace();
            let row = words.next().filter(|row| row.starts_with(REQUEST))?;
            (words.next() == Some(state))
                .then(|| (row.to_owned(), words.next().unwrap_or_default().to_owned()))
        });
        Ok(rows.collect())
    }

    /// Signs and submits the demo's workbook under another id, and decides its rows on their face.
    fn send_again(&self) -> Result<(), Failure> {
        let day = fs::read_to_string(self.path("demo.txt"))
            .ok()
            .and_then(|text| text.lines().next()?.rsplit(' ').next().map(str::to_owned))
            .ok_or_else(|| Failure::Failed("the demo's transcript names no day".to_owned()))?;
        let cover = self.path("again.toml");
        let text = format!("request_id = \"{REQUEST}\"\nsigned_on = \"{day}\"\n{COVER}");
        fs::write(&cover, text).map_err(|error| failure::file(&cover, &error))?;
        let officers: Vec<String> = (1001..=1004)
            .map(|n| format!("--officer-key OFF-{n}={}", self.key(&format!("OFF-{n}"))))
            .collect();
        self.gate(
            &format!(
                "cover request.xlsx --cover again.toml --agreement deployment/agreement.note \
                 --signatory-key {} {} --out again.envelope",
                self.key("SIG-1"),
                officers.join(" ")
            ),
            0,
        )?;
        self.gate(
            "submit request.xlsx again.envelope --cover again.toml --home gate",
            1,
        )?;
        for (number, (row, _)) in self.rows_in("admissible")?.into_iter().enumerate() {
            if number < ADMITTED {
                self.decide(&format!("admit {row}"), "DO-1")?;
                self.decide(&format!("admit {row}"), "CO-1")?;
            } else {
                let ground = "--ground question-not-answered";
                self.decide(&format!("decline {row} {ground}"), "DO-1")?;
            }
        }
        Ok(())
    }

    /// With all keepers there, spoils each part of the gate; gives the number of damages.
    fn spoil_all(&self, keepers: &mut Keepers) -> Result<usize, Failure> {
        for keeper in ["k1", "k2", "k3", "k4"] {
            self.start(keepers, keeper)?;
        }
        let before = self.cases()?;
        let mut tried = 0;
        for (part, damages) in PARTS {
            for damage in *damages {
                let spoiled = Spoiled::new(&self.path(part), *damage)?;
                let words = self
                    .identify(UNAVAILABLE)
                    .map_err(|error| Failure::Failed(format!("{damage:?} of `{part}`: {error}")))?;
                spoiled.restore()?;
                if words.trim().lines().count() != 1 {
                    return Err(Failure::Failed(format!(
                        "{damage:?} of `{part}` is told in several lines: {words}"
                    )));
                }
                if self.cases()? != before {
                    return Err(Failure::Failed(format!(
                        "{damage:?} of `{part}` left a trace"
                    )));
                }
                tried += 1;
            }
        }
        Ok(tried)
    }

    /// No keeper, too few, and one that stands in for another; then enough, and the request issues.
    fn without_keepers(&self) -> Result<(), Failure> {
        let mut keepers = Keepers::default();
        self.identify(UNAVAILABLE)?;
        self.start(&mut keepers, "k1")?;
        self.start(&mut keepers, "k2")?;
        self.identify(UNAVAILABLE)?;
        let (from, to) = ("keepers/k1/address", "keepers/k3/address");
        fs::copy(self.path(from), self.path(to))
            .map_err(|error| failure::file(&self.path(to), &error))?;
        let words = self.identify(UNAVAILABLE)?;
        if !words.contains("keeper k3: its cosignature is none of its own") {
            return Err(Failure::Failed(format!(
                "a keeper in another's place: {words}"
            )));
        }
        self.start(&mut keepers, "k3")?;
        self.identify(0)?;
        for (_, case) in self.rows_in("in-review")? {
            for who in ["DO-1", "CO-1"] {
                self.decide(&format!("approve {case} --allow verify"), who)?;
            }
        }
        keepers
            .0
            .remove(0)
            .kill()
            .map_err(|error| Failure::Missing(format!("a keeper could not be ended: {error}")))?;
        let before = self.cases()?;
        self.release(UNAVAILABLE)?;
        if self.cases()?.contains("answered") != before.contains("answered") {
            return Err(Failure::Failed(
                "a request issued without its keepers".to_owned(),
            ));
        }
        self.start(&mut keepers, "k1")?;
        self.stray_document()?;
        let (database, older) = (self.path("gate/gate.db"), self.path("gate.db.older"));
        fs::copy(&database, &older).map_err(|error| failure::file(&older, &error))?;
        let first = self.release(0)?;
        if self.release(0)? != first {
            return Err(Failure::Failed(
                "a second release says something else than the first".to_owned(),
            ));
        }
        fs::copy(&older, &database).map_err(|error| failure::file(&database, &error))?;
        self.release(UNAVAILABLE).map(drop)
    }

    /// An altered document in a folder of the gate must not get into the log.
    fn stray_document(&self) -> Result<(), Failure> {
        let stray = self.path("gate/authorities/9.note");
        let note = self.path("deployment/authority.note");
        let text = fs::read_to_string(&note).map_err(|error| failure::file(&note, &error))?;
        let altered = text.replacen("\nversion 1\n", "\nversion 9\n", 1);
        if altered == text {
            return Err(Failure::Failed(
                "the authority note has no version 1".to_owned(),
            ));
        }
        fs::write(&stray, altered).map_err(|error| failure::file(&stray, &error))?;
        self.gate("cases --home gate", UNAVAILABLE)?;
        fs::remove_file(&stray).map_err(|error| failure::file(&stray, &error))
    }

    /// Starts a keeper and waits until it listens.
    fn start(&self, keepers: &mut Keepers, keeper: &str) -> Result<(), Failure> {
        let mut command = Command::new(&self.keeper);
        command
            .args(["serve", "--home"])
            .arg(self.path("keepers").join(keeper))
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let line = process::describe(&command);
        let mut child = command
            .spawn()
            .map_err(|error| Failure::Missing(format!("`{line}`: {error}")))?;
        let stdout = child.stdout.take();
        keepers.0.push(child);
        let mut first = String::new();
        let listening = stdout
            .is_some_and(|stdout| BufReader::new(stdout).read_line(&mut first).is_ok())
            && first.starts_with("listening ");
        if listening {
            Ok(())
        } else {
            Err(Failure::Failed(format!(
                "`{line}` does not listen: {first}"
            )))
        }
    }
}

/// A part that is spoiled, with a copy to put back.
struct Spoiled {
    path: PathBuf,
    kept: PathBuf,
}

impl Spoiled {
    fn new(path: &Path, damage: Damage) -> Result<Self, Failure> {
        let kept = PathBuf::from(format!("{}.kept", path.display()));
        let done = match damage {
            Damage::Away => fs::rename(path, &kept),
            Damage::Cut | Damage::Noise => fs::copy(path, &kept)
                .and_then(|_| fs::read(path))
                .and_then(|bytes| fs::write(path, spoil(&bytes, damage))),
        };
        done.map_err(|error| failure::file(path, &error))?;
        Ok(Self {
            path: path.to_owned(),
            kept,
        })
    }

    /// Puts the part back; what the gate made in its place meanwhile is a failure.
    fn restore(self) -> Result<(), Failure> {
        if self.kept.is_dir() && self.path.exists() {
            return Err(Failure::Failed(format!(
                "the gate made a new `{}`",
                self.path.display()
            )));
        }
        fs::rename(&self.kept, &self.path).map_err(|error| failure::file(&self.path, &error))
    }
}

fn spoil(bytes: &[u8], damage: Damage) -> Vec<u8> {
    match damage {
        Damage::Away => Vec::new(),
        Damage::Cut => bytes.iter().take(bytes.len() / 2).copied().collect(),
        Damage::Noise => bytes.iter().map(|byte| byte ^ 0x5a).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    #[test]
    fn a_spoiled_part_differs_and_comes_back() {
        let scratch = Scratch::new("away-test").unwrap();
        let path = scratch.path().join("part");
        fs::write(&path, b"some bytes").unwrap();
        for damage in [Damage::Away, Damage::Cut, Damage::Noise] {
            let spoiled = Spoiled::new(&path, damage).unwrap();
            assert_ne!(fs::read(&path).unwrap_or_default(), b"some bytes");
            spoiled.restore().unwrap();
            assert_eq!(fs::read(&path).unwrap(), b"some bytes");
        }
    }

    #[test]
    fn a_log_begun_anew_is_found() {
        let scratch = Scratch::new("away-folder").unwrap();
        let path = scratch.path().join("log");
        fs::create_dir(&path).unwrap();
        let spoiled = Spoiled::new(&path, Damage::Away).unwrap();
        fs::create_dir(&path).unwrap();
        assert!(spoiled.restore().is_err());
    }
}
