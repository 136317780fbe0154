//! Rows changed by hand, past the triggers and in spite of them.
//!
//! Place in the flow: whoever can write the file makes no decision with it.
//!
//! Left to others: signatures of the notes (casework checks them before it acts).

use casework::ports::Store as _;
use model::fault::Fault;
use rusqlite::Connection;

use crate::{open, place, written};

/// Changes the database by hand; the reading then fails, or what is read does not stand by its notes.
#[track_caller]
fn check_by_hand(sql: &str, words: &str) {
    let place = place();
    let sample = written(&place.path);
    let connection = Connection::open(&place.path).unwrap();
    let triggers: Vec<String> = connection
        .prepare("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    for trigger in triggers {
        connection
            .execute_batch(&format!("DROP TRIGGER {trigger};"))
            .unwrap();
    }
    connection.execute_batch(sql).unwrap();
    drop(connection);
    let store = open(&place.path);
    let request = store.request(&sample.request.id);
    let rows = store.rows(&sample.request.id);
    let text = match (request, rows) {
        (Ok(Some(request)), Ok(rows)) => request.verify(&rows).unwrap_err().to_string(),
        (Err(error), _) | (_, Err(error)) => {
            assert_eq!(error.fault, Fault::Integrity, "{error}");
            error.to_string()
        }
        (Ok(None), _) => "the request is gone".to_owned(),
    };
    assert!(text.contains(words), "{sql}: {text}");
}

#[test]
fn what_is_changed_by_hand_is_not_believed() {
    let notes = "does not follow from its notes";
    check_by_hand("UPDATE row SET state = 'admitted' WHERE row = 4", notes);
    check_by_hand("UPDATE row SET state = 'approved' WHERE row = 3", notes);
    check_by_hand("UPDATE row SET state = 'admissible' WHERE row = 5", notes);
    check_by_hand(
        "UPDATE row SET state = 'no-such-state' WHERE row = 4",
        "`state`",
    );
    check_by_hand(
        "UPDATE row SET faces = '[]' WHERE row = 2",
        "make a move there is none of",
    );
    check_by_hand("UPDATE row SET approvals = '[]' WHERE row = 2", notes);
    check_by_hand(
        "UPDATE row SET faces = (SELECT faces FROM row WHERE row = 2), state = 'admitted' WHERE row = 4",
        "about another row",
    );
    check_by_hand(
        "UPDATE row SET faces = replace(faces, 'admit', 'decline relevance-not-shown') WHERE row = 4",
        "",
    );
    check_by_hand(
        "UPDATE row SET statement = replace(statement, char(10) || 'record 1', char(10) || 'record 2') WHERE row = 2",
        "another record than stage B found",
    );
    check_by_hand(
        "UPDATE row SET statement = NULL WHERE row = 2",
        "another statement",
    );
    check_by_hand("UPDATE row SET identity_sealed = NULL WHERE row = 3", notes);
    check_by_hand(
        "UPDATE row SET identity_sealed = (SELECT identity_sealed FROM row WHERE row = 2) WHERE row = 3",
        "`identity` does not read back",
    );
    check_by_hand(
        "UPDATE row SET opening_sealed = (SELECT opening_sealed FROM row WHERE row = 3) WHERE row = 2",
        "`opening` does not read back",
    );
    check_by_hand(
        "UPDATE row SET findings_sealed = (SELECT findings_sealed FROM row WHERE row = 3) WHERE row = 5",
        "`findings` does not read back",
    );
    check_by_hand(
        "DELETE FROM row WHERE row = 5",
        "not those the cover signed for",
    );
    check_by_hand(
        "UPDATE row SET position = 9 - position",
        "not those the cover signed for",
    );
    check_by_hand(
        "UPDATE row SET face_leaf = 'nonsense' WHERE row = 2",
        "`face_leaf`",
    );
    check_by_hand("UPDATE request SET received = -1", "`received`");
    check_by_hand("UPDATE request SET envelope_sealed = x'00'", "`envelope`");
    check_by_hand("UPDATE request SET request_leaf = '{}'", "`request_leaf`");
}

#[test]
fn the_file_itself_refuses_to_lose_or_change_what_was_signed_for() {
    let place = place();
    written(&place.path);
    let connection = Connection::open(&place.path).unwrap();
    for sql in [
        "DELETE FROM approval",
        "UPDATE approval SET signed_at = 0",
        "DELETE FROM row",
        "DELETE FROM request",
        "UPDATE row SET opening_sealed = x'00'",
        "UPDATE request SET received = 0",
    ] {
        connection.execute_batch(sql).expect_err(sql);
    }
}
