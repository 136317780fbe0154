//! The program itself: a home made, shares taken, asks over a connection, a kill and a restart.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod common;

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Output, Stdio},
    time::{Duration, SystemTime},
};

use common::{header_of, refused, shares_text, slot_values};
use instrument::{
    signed::Signed,
    statement::Question,
    testing::{self, RowSpec, World, keeper_id},
    wire::{Ask, RefusalCode, Reply},
};
use model::{digest::Digest, time::Instant};

fn keeper() -> Command {
    Command::new(env!("CARGO_BIN_EXE_countersign-keeper"))
}

fn run(arguments: &[&str]) -> Output {
    keeper().args(arguments).output().unwrap()
}

struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(home: &Path) -> Self {
        Self::start_with(home, Stdio::null())
    }

    fn start_with(home: &Path, log: Stdio) -> Self {
        let mut child = keeper()
            .args(["serve", "--home", home.to_str().unwrap()])
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        stdout.read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening ").unwrap().to_owned();
        let written = fs::read_to_string(home.join("address")).unwrap();
        assert_eq!(written.trim(), address);
        Self { child, address }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.address).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        stream
    }

    fn ask(&self, ask: &Ask) -> Reply {
        exchange(&mut self.connect(), &ask.to_bytes())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn exchange(stream: &mut TcpStream, frame: &[u8]) -> Reply {
    let length = u32::try_from(frame.len()).unwrap().to_be_bytes();
    stream.write_all(&length).unwrap();
    stream.write_all(frame).unwrap();
    let mut length = [0; 4];
    stream.read_exact(&mut length).unwrap();
    let mut reply = vec![0; usize::try_from(u32::from_be_bytes(length)).unwrap()];
    stream.read_exact(&mut reply).unwrap();
    Reply::parse(&reply).unwrap()
}

fn real_now() -> Instant {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    Instant(since.unwrap().as_secs())
}

/// A world of this very day whose manifest names the really encrypted share file of `k1`.
fn world_of_today(shares: &[u8]) -> World {
    let mut world = common::world();
    let mut manifest = world.manifest.document().clone();
    manifest.shares = vec![(keeper_id(0), Digest::of(shares))];
    let builder = testing::key("builder", "official");
    let owner = testing::person_key("OWN-1");
    world.manifest = Signed::sign(manifest, &[&builder, &owner]).unwrap();
    world.log_document(
        instrument::leaf::DocumentKind::Manifest,
        world.manifest.digest(),
    );
    world.now = real_now();
    let (from, until) = (world.now.day(), world.now.plus(86_400 * 300).day());
    world.change_agreement(|a| {
        a.from = from;
        a.until = until;
        a.safeguards_until = until;
    });
    world.new_authority(|authority| {
        for person in &mut authority.roster {
            person.from = from;
            person.until = until;
        }
    });
    // Leaf days must not go back.
    for entry in &mut world.entries {
        let mut leaf = instrument::leaf::Leaf::from_entry(entry).unwrap();
        leaf.day = from;
        *entry = leaf.entry();
    }
    world
}

fn make_home(folder: &Path, world: &World, identity: &str, shares: &[u8]) -> String {
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.join(name);
        fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let home = folder.join("home").to_str().unwrap().to_owned();
    let cosigner = testing::cosigner("k1").to_secret_text();
    let values = testing::key("k1", "values").to_secret_text();
    let genesis = file("genesis", world.genesis.render().as_bytes());
    let cosigner = file("cosigner", cosigner.expose().as_bytes());
    let values = file("values", values.expose().as_bytes());
    let identity = file("identity", identity.as_bytes());
    let init = |keeper: &str| {
        run(&[
            "init",
            "--home",
            &home,
            "--genesis",
            &genesis,
            "--keeper",
            keeper,
            "--cosigner-key",
            &cosigner,
            "--values-key",
            &values,
            "--identity",
            &identity,
        ])
    };
    let wrong = init("k2");
    assert_eq!(wrong.status.code(), Some(2), "{wrong:?}");
    let made = init("k1");
    assert_eq!(made.status.code(), Some(0), "{made:?}");
    assert_eq!(init("k1").status.code(), Some(2));
    let manifest = file("manifest", world.manifest.render().as_bytes());
    let good = file("shares.age", shares);
    let bad = file("bad.age", &shares[..shares.len() - 1]);
    let install = |shares: &str| {
        run(&[
            "install",
            "--home",
            &home,
            "--manifest",
            &manifest,
            "--shares",
            shares,
        ])
    };
    assert_eq!(install(&bad).status.code(), Some(2));
    assert_eq!(install(&good).status.code(), Some(0));
    home
}

fn hold_out_against_nonsense(server: &Server) {
    // Many asks on one connection, and nonsense in between.
    let mut stream = server.connect();
    for _ in 0..3 {
        let reply = exchange(&mut stream, b"nonsense");
        refused(&reply, RefusalCode::Unreadable, "");
        exchange(&mut stream, &Ask::Status.to_bytes());
    }
    // A frame that claims to be too long ends the connection and nothing else.
    stream.write_all(&u32::MAX.to_be_bytes()).unwrap();
    assert_eq!(stream.read(&mut [0; 1]).unwrap_or(0), 0);
    // Connections beyond the limit are closed; the others still work.
    let held: Vec<TcpStream> = (0..80).map(|_| server.connect()).collect();
    std::thread::sleep(Duration::from_millis(200));
    drop(held);
    std::thread::sleep(Duration::from_millis(300));
    assert!(matches!(server.ask(&Ask::Status), Reply::Status(_)));
}

#[test]
fn a_keeper_serves_is_suspended_is_killed_and_remembers() {
    let folder = tempfile::tempdir().unwrap();
    let identity = age::x25519::Identity::generate();
    let shares = age::encrypt(&identity.to_public(), shares_text(0).as_bytes()).unwrap();
    let mut world = world_of_today(&shares);
    let secret = age::secrecy::ExposeSecret::expose_secret(&identity.to_string()).to_owned();
    let home = make_home(folder.path(), &world, &secret, &shares);
    let home = Path::new(&home);

    let request = world.request(
        "REQ-1",
        vec![RowSpec::new(Question::Address, common::ON_FILE)],
    );
    let admitted = world.admit(&request, 0, b"[]");
    let statement = world.statement(&request, 0, 1, 1);
    let approvals = world.approvals(&statement);
    let leaf = world.matter(&request, 0, &statement, &approvals);
    let case = common::Case {
        world,
        request,
        admitted,
        statement,
        approvals,
        leaf,
    };
    let mut warrant = case.warrant();
    warrant.header = header_of(1).0;
    let open = Ask::Open {
        warrant: warrant.to_bytes(),
    };
    let follow = Ask::Follow {
        from: 0,
        entries: case.world.entries.clone(),
        checkpoint: case.world.checkpoint().render(),
    };

    let server = Server::start(home);
    let second = run(&["serve", "--home", home.to_str().unwrap()]);
    assert_eq!(second.status.code(), Some(4), "two keepers in one home");
    let reply = server.ask(&follow);
    assert!(matches!(reply, Reply::Cosigned { .. }), "{reply:?}");
    let first = slot_values(&case.world, &server.ask(&open));
    run(&["suspend", "--home", home.to_str().unwrap()]);
    refused(&server.ask(&open), RefusalCode::Suspended, "");
    run(&["resume", "--home", home.to_str().unwrap()]);
    hold_out_against_nonsense(&server);

    drop(server); // kill -9
    let server = Server::start(home);
    refused(
        &server.ask(&open),
        RefusalCode::Behind,
        "since this keeper began",
    );
    assert!(matches!(server.ask(&follow), Reply::Cosigned { .. }));
    assert_eq!(slot_values(&case.world, &server.ask(&open)), first);
    drop(server);
    let status = run(&["status", "--home", home.to_str().unwrap()]);
    let text = String::from_utf8(status.stdout).unwrap();
    assert!(text.contains("warrants served 1"), "{text}");
    for private in ["PRIVATE", "share 0", common::ON_FILE] {
        for name in ["journal", "head", "address"] {
            let bytes = fs::read(home.join(name)).unwrap();
            assert!(!String::from_utf8_lossy(&bytes).contains(private));
        }
    }
}

#[test]
fn a_keeper_whose_log_nobody_reads_answers() {
    let folder = tempfile::tempdir().unwrap();
    let identity = age::x25519::Identity::generate();
    let shares = age::encrypt(&identity.to_public(), shares_text(0).as_bytes()).unwrap();
    let world = world_of_today(&shares);
    let secret = age::secrecy::ExposeSecret::expose_secret(&identity.to_string()).to_owned();
    let home = make_home(folder.path(), &world, &secret, &shares);
    let mut server = Server::start_with(Path::new(&home), Stdio::piped());
    drop(server.child.stderr.take());
    for _ in 0..2 {
        assert!(matches!(server.ask(&Ask::Status), Reply::Status(_)));
    }
    drop(server);
    let mut status = keeper()
        .args(["status", "--home", &home])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    drop(status.stdout.take());
    assert_eq!(status.wait().unwrap().code(), Some(0));
}

#[test]
fn help_and_completions_and_missing_homes() {
    let help = String::from_utf8(run(&["--help"]).stdout).unwrap();
    assert!(help.contains("Examples:"));
    assert!(!run(&["completions", "bash"]).stdout.is_empty());
    assert_eq!(
        run(&["status", "--home", "/nonexistent"]).status.code(),
        Some(2)
    );
    assert_eq!(run(&["frobnicate"]).status.code(), Some(2));
}
