//! The database under faults: hurt files, changed rows, other writers, a folder that cannot be written.
//!
//! Place in the flow: `cargo test -p countersign-store`. What is read back is either what was written or
//! an error that says so; nothing is lost by trying.
//!
//! Left to others: faults between the store and the log (casework).

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

extern crate countersign_store as store;

mod by_hand;
mod sample;

use std::{
    fs,
    path::{Path, PathBuf},
};

use casework::{
    ports::{PortError, Store},
    record::{LoggedLeaf, RequestState, RowRecord},
    state::RowState,
};
use instrument::document::Document as _;
use model::{
    fault::{ExitStatus, Fault},
    id::{LeafIndex, RowId},
    role::Role,
};
use rusqlite::Connection;
use sample::{PLAIN_WORDS, Sample, key, sample};
use store::SqliteStore;
use tempfile::TempDir;

struct Place {
    folder: TempDir,
    path: PathBuf,
}

fn place() -> Place {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gate.db");
    Place { folder, path }
}

fn open(path: &Path) -> SqliteStore {
    SqliteStore::open(path, key()).unwrap()
}

/// Writes the sample, its rows in several states, and closes the file.
fn written(path: &Path) -> Sample {
    let mut sample = sample("REQ-1");
    let mut store = open(path);
    store.add(&sample.request, &sample.rows).unwrap();
    let after = [
        sample.in_review(0, 2),
        sample.withheld(1),
        sample.half_admitted(2, "CO-1"),
    ];
    for (row, after) in sample.rows.clone().iter().zip(&after) {
        store.replace_row(row, after).unwrap();
    }
    sample.rows[..3].clone_from_slice(&after);
    sample
}

/// Everything as text: two readings are compared by it.
fn told(store: &SqliteStore, sample: &Sample) -> Result<String, PortError> {
    let ids = store.requests()?;
    let request = store.request(&sample.request.id)?;
    let rows = store.rows(&sample.request.id)?;
    let openings: Vec<String> = rows.iter().map(|row| row.opening.text()).collect();
    let case = &sample.rows[0].statement.as_ref().unwrap().case;
    let found = (
        store.case(case)?,
        store.latest_approval(&"DO-1".parse().unwrap())?,
    );
    Ok(format!(
        "{ids:?} {request:?} {rows:?} {openings:?} {found:?}"
    ))
}

#[test]
fn what_is_written_is_read_back_and_stands_by_its_notes() {
    let place = place();
    let sample = written(&place.path);
    let store = open(&place.path);
    let request = store.request(&sample.request.id).unwrap().unwrap();
    let rows = store.rows(&sample.request.id).unwrap();
    assert_eq!(format!("{request:?}"), format!("{:?}", sample.request));
    assert_eq!(format!("{rows:?}"), format!("{:?}", sample.rows));
    for (row, expected) in rows.iter().zip(&sample.rows) {
        assert_eq!(row.opening.text(), expected.opening.text());
    }
    request.verify(&rows).unwrap();
    let file = fs::read(&place.path).unwrap();
    let holds = |words: &str| {
        file.windows(words.len())
            .any(|part| part == words.as_bytes())
    };
    assert!(!holds(PLAIN_WORDS) && !holds("WISTERIA"));
    assert!(holds("REQ-1"), "the file was looked at");
}

#[test]
fn cases_and_latest_approvals_are_found() {
    let place = place();
    let sample = written(&place.path);
    let store = open(&place.path);
    let statement = sample.rows[0].statement.as_ref().unwrap();
    assert_eq!(
        store.case(&statement.case).unwrap(),
        Some(sample.rows[0].id())
    );
    assert_eq!(store.case(&"C-9999999999".parse().unwrap()).unwrap(), None);
    for approval in &sample.rows[0].approvals {
        let approval = approval.document();
        let latest = store.latest_approval(&approval.reviewer).unwrap();
        assert_eq!(latest, Some(approval.signed_at));
    }
    assert_eq!(
        store.latest_approval(&"DO-2".parse().unwrap()).unwrap(),
        None
    );
}

/// A database of the first schema gets its approvals into the look-up when it is opened.
#[test]
fn a_database_of_the_first_schema_is_brought_up() {
    let place = place();
    let sample = written(&place.path);
    let before = told(&open(&place.path), &sample).unwrap();
    let connection = Connection::open(&place.path).unwrap();
    connection
        .execute_batch("DROP TABLE approval; PRAGMA user_version = 1;")
        .unwrap();
    drop(connection);
    assert_eq!(told(&open(&place.path), &sample).unwrap(), before);
    assert!(before.contains("Some(Instant("), "{before}");
}

#[track_caller]
fn check_error(error: &PortError, fault: Fault, words: &str) {
    let text = error.to_string();
    assert_eq!(error.fault, fault, "{text}");
    assert!(text.contains(words), "{text}");
    assert!(text.starts_with("the database: "), "{text}");
    assert!(!text.contains('\n') && !text.contains("WISTERIA"), "{text}");
}

fn open_error(path: &Path) -> PortError {
    SqliteStore::open(path, key()).expect_err("the database opens")
}

#[test]
fn a_truncated_file_is_damaged_wherever_it_ends() {
    let place = place();
    let sample = written(&place.path);
    let whole = fs::read(&place.path).unwrap();
    let before = told(&open(&place.path), &sample).unwrap();
    let cut = place.folder.path().join("cut.db");
    assert_eq!(whole.len() % 4096, 0);
    for length in [
        0,
        1,
        99,
        100,
        512,
        4095,
        4096,
        5000,
        8192,
        whole.len() / 2,
        whole.len() - 4096,
        whole.len() - 1,
    ] {
        fs::write(&cut, &whole[..length]).unwrap();
        let read = SqliteStore::open(&cut, key()).and_then(|store| told(&store, &sample));
        let error = read
            .err()
            .unwrap_or_else(|| panic!("{length} bytes are read"));
        check_error(&error, Fault::Integrity, "");
        assert!(
            fs::read(&cut).unwrap().len() >= length,
            "nothing more is lost"
        );
    }
    fs::write(&cut, &whole).unwrap();
    assert_eq!(
        told(&open(&cut), &sample).unwrap(),
        before,
        "the whole file opens"
    );
}

#[test]
fn an_empty_file_is_not_taken_for_a_new_database() {
    let place = place();
    fs::write(&place.path, b"").unwrap();
    check_error(&open_error(&place.path), Fault::Integrity, "empty");
    assert_eq!(fs::read(&place.path).unwrap(), b"");
    fs::remove_file(&place.path).unwrap();
    assert!(open(&place.path).requests().unwrap().is_empty());
}

#[test]
fn noise_is_not_a_database() {
    let place = place();
    let noise: Vec<u8> = (0..40_960_u32)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    fs::write(&place.path, &noise).unwrap();
    check_error(&open_error(&place.path), Fault::Integrity, "not a database");
    assert_eq!(
        fs::read(&place.path).unwrap(),
        noise,
        "the file is left as it is"
    );
}

/// Noise over any part: the reading is what was written, or an error that says it is damaged.
#[test]
fn noise_over_a_part_is_found_or_does_not_matter() {
    let place = place();
    let sample = written(&place.path);
    let before = told(&open(&place.path), &sample).unwrap();
    let whole = fs::read(&place.path).unwrap();
    let hurt_path = place.folder.path().join("hurt.db");
    let mut found = 0;
    for start in (100..whole.len() - 64).step_by(1009) {
        let mut hurt = whole.clone();
        for byte in &mut hurt[start..start + 64] {
            *byte ^= 0x5a;
        }
        for rest in ["hurt.db-wal", "hurt.db-shm"] {
            let _ = fs::remove_file(place.folder.path().join(rest));
        }
        fs::write(&hurt_path, &hurt).unwrap();
        let store = SqliteStore::open(&hurt_path, key());
        let read = store.and_then(|store| {
            let told = told(&store, &sample)?;
            let (request, rows) = (
                store.request(&sample.request.id)?,
                store.rows(&sample.request.id)?,
            );
            let stands = request.is_some_and(|request| request.verify(&rows).is_ok());
            Ok((told, stands))
        });
        match read {
            Err(error) => {
                found += 1;
                check_error(&error, Fault::Integrity, "");
            }
            Ok((told, stands)) => {
                assert!(told == before || !stands, "noise at {start} is believed")
            }
        }
    }
    assert!(found > 10, "only {found} places were found damaged");
}

#[test]
fn a_database_of_a_newer_program_is_left_alone() {
    let place = place();
    let sample = written(&place.path);
    let connection = Connection::open(&place.path).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    drop(connection);
    let before = fs::read(&place.path).unwrap();
    let error = open_error(&place.path);
    check_error(&error, Fault::Unavailable, "schema 99");
    assert_eq!(ExitStatus::from(error.fault), ExitStatus::Unavailable);
    assert_eq!(fs::read(&place.path).unwrap(), before);
    let connection = Connection::open(&place.path).unwrap();
    connection.pragma_update(None, "user_version", 2).unwrap();
    drop(connection);
    told(&open(&place.path), &sample).unwrap();
}

#[test]
fn another_key_reads_nothing() {
    let place = place();
    let sample = written(&place.path);
    let store = SqliteStore::open(&place.path, seal::rest::RestKey::new(&[8; 32])).unwrap();
    let error = store.rows(&sample.request.id).unwrap_err();
    check_error(&error, Fault::Integrity, "does not read back");
    let error = store.request(&sample.request.id).unwrap_err();
    check_error(&error, Fault::Integrity, "`envelope` does not read back");
}

#[test]
fn a_folder_that_cannot_be_written_is_unavailable_and_loses_nothing() {
    let place = place();
    let missing = place.folder.path().join("missing").join("gate.db");
    let error = open_error(&missing);
    assert_eq!(error.fault, Fault::Unavailable, "{error}");
    let error = open_error(place.folder.path());
    assert_eq!(error.fault, Fault::Unavailable, "{error}");
    // As one who is not the administrator sees a folder that is read-only: another's lock stands for it
    // where the tests run as the administrator, whom no permission stops.
    let sample = written(&place.path);
    let holder = Connection::open(&place.path).unwrap();
    holder
        .execute_batch("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;")
        .unwrap();
    let error = SqliteStore::open(&place.path, key())
        .and_then(|mut store| store.replace_row(&sample.rows[2], &sample.admitted(2)))
        .unwrap_err();
    check_error(&error, Fault::Unavailable, "locked");
    holder.execute_batch("COMMIT;").unwrap();
    drop(holder);
    assert_eq!(open(&place.path).rows(&sample.request.id).unwrap().len(), 4);
}

#[cfg(unix)]
#[test]
fn a_read_only_folder_is_unavailable() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = place();
    let sample = written(&place.path);
    let mode = |mode, file| {
        fs::set_permissions(place.folder.path(), fs::Permissions::from_mode(mode)).unwrap();
        fs::set_permissions(&place.path, fs::Permissions::from_mode(file)).unwrap();
    };
    mode(0o555, 0o444);
    let probe = fs::write(place.folder.path().join("probe"), b"");
    if probe.is_err() {
        let write = SqliteStore::open(&place.path, key())
            .and_then(|mut store| store.replace_row(&sample.rows[2], &sample.admitted(2)));
        let error = write.unwrap_err();
        assert_eq!(error.fault, Fault::Unavailable, "{error}");
    }
    mode(0o755, 0o644);
    assert_eq!(open(&place.path).rows(&sample.request.id).unwrap().len(), 4);
}

/// Two processes over one file: the second's stale write is refused, and the first's stays.
#[test]
fn a_stale_write_is_refused_and_nothing_is_lost() {
    let place = place();
    let sample = sample("REQ-1");
    let (mut first, mut second) = (open(&place.path), open(&place.path));
    first.add(&sample.request, &sample.rows).unwrap();
    let read = |store: &SqliteStore, row: usize| -> RowRecord {
        store.rows(&sample.request.id).unwrap()[row].clone()
    };
    let (by_first, by_second) = (read(&first, 0), read(&second, 0));
    first
        .replace_row(&by_first, &sample.half_admitted(0, "DO-1"))
        .unwrap();
    let error = second
        .replace_row(&by_second, &sample.half_admitted(0, "CO-1"))
        .unwrap_err();
    check_error(
        &error,
        Fault::Unavailable,
        "somebody else changed this meanwhile",
    );
    let kept = read(&second, 0);
    assert_eq!(kept.faces, sample.half_admitted(0, "DO-1").faces);
    // The same state by another's note is another row.
    let by_other = sample.half_admitted(0, "CO-1");
    second
        .replace_row(&by_other, &sample.admitted(0))
        .unwrap_err();
    // Looked at again, it can be decided.
    let mut after = kept.clone();
    after.faces.push(sample.face(0, "CO-1", Role::Counsel));
    after.state = RowState::Admitted;
    second.replace_row(&kept, &after).unwrap();
    assert_eq!(read(&first, 0).state, RowState::Admitted);
    // The whole request's write is as careful.
    let mut request = sample.request.clone();
    request.request_leaf = Some(LoggedLeaf {
        index: LeafIndex(3),
        day: "2026-11-21".parse().unwrap(),
    });
    let error = second.replace_request(&request, &sample.rows).unwrap_err();
    check_error(
        &error,
        Fault::Unavailable,
        "somebody else changed this meanwhile",
    );
    assert_eq!(read(&first, 0).faces.len(), 2);
    assert!(
        first
            .request(&request.id)
            .unwrap()
            .unwrap()
            .request_leaf
            .is_none()
    );
}

#[test]
fn a_request_added_by_somebody_else_meanwhile_is_found_by_looking_again() {
    let place = place();
    let one = sample("REQ-1");
    let (mut first, mut second) = (open(&place.path), open(&place.path));
    first.add(&one.request, &one.rows).unwrap();
    let error = second.add(&one.request, &one.rows).unwrap_err();
    check_error(&error, Fault::Unavailable, "somebody else");
    assert_eq!(second.rows(&one.request.id).unwrap().len(), 4);
    // All or nothing: a row twice takes its request along.
    let two = sample("REQ-2");
    let rows = [two.rows.clone(), two.rows.clone()].concat();
    second.add(&two.request, &rows).unwrap_err();
    assert_eq!(
        second.requests().unwrap(),
        std::slice::from_ref(&one.request.id)
    );
    assert!(second.rows(&two.request.id).unwrap().is_empty());
}

#[test]
fn rows_of_an_issued_request_do_not_change() {
    let place = place();
    let sample = written(&place.path);
    let mut store = open(&place.path);
    let mut request = sample.request.clone();
    request.state = RequestState::Issued;
    store.replace_request(&request, &sample.rows).unwrap();
    store
        .replace_row(&sample.rows[2], &sample.admitted(2))
        .unwrap_err();
    store
        .replace_request(&sample.request, &sample.rows)
        .unwrap_err();
    let kept = store.request(&request.id).unwrap().unwrap();
    assert_eq!(kept.state, RequestState::Issued);
    assert_eq!(store.rows(&request.id).unwrap()[2].faces.len(), 1);
}

#[test]
fn rows_and_requests_that_are_not_there_are_not_replaced() {
    let place = place();
    let one = sample("REQ-1");
    let mut store = open(&place.path);
    let error = store
        .replace_row(&one.rows[0], &one.half_admitted(0, "DO-1"))
        .unwrap_err();
    check_error(&error, Fault::Unavailable, "somebody else");
    store.replace_request(&one.request, &one.rows).unwrap_err();
    assert!(store.requests().unwrap().is_empty());
    let id: RowId = one.rows[0].id();
    assert!(store.request(&id.request).unwrap().is_none());
}
