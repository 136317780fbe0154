//! Reading in a process of its own: the same result as in this one, and a clear error however the
//! process ends.
//!
//! Place in the flow: `read_in_child` against the small binary of this crate, and against programs
//! that do not behave.
//!
//! Left to others: what the files hold.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::expect_used
)]

mod common;

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use common::{Xlsx, collect, inline};
use countersign_intake::{
    Collected, Event, IntakeError, Limits, Stop, Summary, child::read_in_child,
};
use tempfile::TempDir;

const CHILD: &str = env!("CARGO_BIN_EXE_countersign-intake-child");

fn file(folder: &TempDir, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

fn read(path: &Path, limits: &Limits) -> Result<(Summary, Collected), IntakeError> {
    let mut collected = Collected::default();
    let summary = read_in_child(Path::new(CHILD), &[], path, limits, &mut collected)?;
    Ok((summary, collected))
}

#[test]
fn a_child_delivers_what_this_process_reads() {
    let folder = TempDir::new().unwrap();
    let rows: String = (2..5000)
        .map(|n| format!("<row r=\"{n}\">{}</row>", inline(&format!("A{n}"), "José")))
        .collect();
    let xlsx = Xlsx::rows(&rows).sheet(
        "Cover",
        "",
        &format!(
            "<sheetData><row>{}{}</row></sheetData>",
            inline("A1", "request_id"),
            inline("B1", "R-1")
        ),
    );
    let csv = b"surnames,city\nDiaz,Reno\n\"x\ny\",z,more\n".to_vec();
    for (name, bytes) in [("r.xlsx", xlsx.bytes()), ("r.csv", csv)] {
        let here = collect(&bytes, name).unwrap();
        let there = read(&file(&folder, name, &bytes), &Limits::standard()).unwrap();
        assert_eq!(here, there);
    }
}

#[test]
fn errors_arrive_as_they_are() {
    let folder = TempDir::new().unwrap();
    let limits = Limits {
        memory_bytes: 256 << 20,
        ..Limits::standard()
    };
    for (name, bytes) in [
        ("r.csv", b"surnames,city\n\"x".to_vec()),
        ("r.xlsx", b"surnames,city\n".to_vec()),
        ("r.pdf", b"%PDF".to_vec()),
        (
            "r.csv",
            [b"surnames,city\n".as_slice(), &vec![b'x'; 50 << 20]].concat(),
        ),
        (
            "r.csv",
            [b"surnames,city\n".as_slice(), &vec![b','; 400_000]].concat(),
        ),
        ("r.xlsx", Xlsx::subjects(&" ".repeat(64 << 20)).bytes()),
    ] {
        let here = collect(&bytes, name).unwrap_err();
        let there = read(&file(&folder, name, &bytes), &limits).unwrap_err();
        assert_eq!(here, there);
    }
    let gone = read(&folder.path().join("none.csv"), &Limits::standard()).unwrap_err();
    assert!(matches!(gone, IntakeError::Unreadable { .. }), "{gone}");
    let directory = read(folder.path(), &Limits::standard()).unwrap_err();
    assert!(
        directory.to_string().contains("not a regular file"),
        "{directory}"
    );
}

/// An xlsx whose strings need more memory than allowed, all within the other limits.
fn hungry() -> Vec<u8> {
    let mut strings =
        String::from("<sst xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">");
    for number in 0..1_200_000_u64 {
        strings.push_str(&format!(
            "<si><t>{:016x}</t></si>",
            number.wrapping_mul(0x9e37_79b9_7f4a_7c15)
        ));
    }
    strings.push_str("</sst>");
    Xlsx::rows("")
        .part("xl/sharedStrings.xml", strings.as_bytes())
        .bytes()
}

#[test]
fn too_much_memory_is_said_to_be_that() {
    let folder = TempDir::new().unwrap();
    let path = file(&folder, "r.xlsx", &hungry());
    let limits = Limits {
        memory_bytes: 24 << 20,
        ..Limits::standard()
    };
    let error = read(&path, &limits).unwrap_err();
    assert_eq!(error, IntakeError::MemoryLimit { bytes: 24 << 20 });
    assert!(read(&path, &Limits::standard()).is_ok());
    let small = file(&folder, "r.csv", b"surnames,city\nDiaz,Reno\n");
    assert!(read(&small, &limits).is_ok());
}

#[test]
fn too_much_time_is_said_to_be_that() {
    let folder = TempDir::new().unwrap();
    let path = file(&folder, "r.csv", b"surnames,city\n");
    let limits = Limits {
        seconds: 1,
        ..Limits::standard()
    };
    let begin = Instant::now();
    let mut sink = Collected::default();
    // A program that neither answers nor ends; the two added arguments are the shell's.
    let args = ["-c", "while :; do sleep 0.05; done", "sh"];
    let error = read_in_child(Path::new("/bin/sh"), &args, &path, &limits, &mut sink).unwrap_err();
    assert_eq!(error, IntakeError::TimeLimit { seconds: 1 });
    assert!(begin.elapsed() < Duration::from_secs(10));
    let args = ["-c", "ulimit -t 1; while :; do :; done", "sh"];
    let slow = Limits {
        seconds: 30,
        ..Limits::standard()
    };
    let error = read_in_child(Path::new("/bin/sh"), &args, &path, &slow, &mut sink).unwrap_err();
    assert!(
        matches!(
            error,
            IntakeError::TimeLimit { .. } | IntakeError::Child { .. }
        ),
        "{error}"
    );
}

#[test]
fn a_receiver_that_takes_its_time_does_not_make_the_process_slow() {
    let folder = TempDir::new().unwrap();
    let bytes = [
        b"surnames,city\n".as_slice(),
        &b"Diaz,Reno\n".repeat(50_000),
    ]
    .concat();
    let path = file(&folder, "r.csv", &bytes);
    let limits = Limits {
        seconds: 2,
        ..Limits::standard()
    };
    let mut rows = 0;
    let mut sink = |event: Event| {
        if matches!(event, Event::Row(_)) {
            rows += 1;
            // More than the time of waiting, at once and in all, while the process cannot write on.
            match rows {
                1 => std::thread::sleep(Duration::from_millis(4500)),
                2..=30 => std::thread::sleep(Duration::from_millis(100)),
                _ => {}
            }
        }
        Ok::<(), Stop>(())
    };
    let summary = read_in_child(Path::new(CHILD), &[], &path, &limits, &mut sink).unwrap();
    assert_eq!((summary.rows, rows), (50_000, 50_000));
}

#[test]
fn programs_that_do_not_behave() {
    let folder = TempDir::new().unwrap();
    let path = file(&folder, "r.csv", b"surnames,city\n");
    for (script, expected) in [
        ("exit 3", "code 3"),
        ("printf 'hello, this is no frame'", "too large"),
        ("printf '\\001\\000\\000\\000\\011'", "cannot be read"),
        ("printf '\\001\\000\\000'", "code 0"),
        ("kill -SEGV $$", "signal 11"),
    ] {
        let mut sink = Collected::default();
        let args = ["-c", script, "sh"];
        let error = read_in_child(
            Path::new("/bin/sh"),
            &args,
            &path,
            &Limits::standard(),
            &mut sink,
        );
        let error = error.unwrap_err().to_string();
        assert!(error.contains(expected), "{script}: {error}");
    }
    let mut sink = Collected::default();
    let none = Path::new("/nonexistent/program");
    let error = read_in_child(none, &[], &path, &Limits::standard(), &mut sink).unwrap_err();
    assert!(error.to_string().contains("did not start"), "{error}");
}

#[test]
fn a_receiver_can_stop() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("r.csv");
    let mut output = std::fs::File::create(&path).unwrap();
    output.write_all(b"surnames,city\n").unwrap();
    output.write_all(&b"Diaz,Reno\n".repeat(200_000)).unwrap();
    let mut rows = 0;
    let mut sink = |event: Event| {
        if matches!(event, Event::Row(_)) {
            rows += 1;
        }
        if rows == 10 { Err(Stop) } else { Ok(()) }
    };
    let error = read_in_child(Path::new(CHILD), &[], &path, &Limits::standard(), &mut sink);
    assert_eq!(error.unwrap_err(), IntakeError::Stopped);
    assert_eq!(rows, 10);
}

#[test]
fn rows_that_did_not_arrive_are_missed() {
    let folder = TempDir::new().unwrap();
    let path = file(&folder, "r.csv", b"surnames,city\n");
    // A summary that speaks of five rows: tag, format, digest, bytes, rows, sheets.
    let mut summary = vec![52, 0, 0, 0, 5, 2];
    summary.extend([0; 32 + 8]);
    summary.extend([5, 0, 0, 0, 0, 0, 0, 0, 1, 0]);
    let frame = file(&folder, "frame", &summary);
    let script = format!("exec /bin/cat '{}'", frame.display());
    let mut sink = Collected::default();
    let args = ["-c", &script, "sh"];
    let error = read_in_child(
        Path::new("/bin/sh"),
        &args,
        &path,
        &Limits::standard(),
        &mut sink,
    );
    let message = error.unwrap_err().to_string();
    assert!(
        message.contains("it read 5 rows and 0 arrived"),
        "{message}"
    );
}
