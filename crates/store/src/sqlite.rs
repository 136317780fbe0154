//! SQLite.
//!
//! Place in the flow: the gate opens one file; each method is one transaction, durable when it
//! returns (`synchronous = FULL`, write-ahead log).
//!
//! Left to others: values ([`crate::rows`]), tables (`migrations/`).

use std::path::Path;

use casework::{
    ports::{PortError, Store},
    record::{RequestRecord, RowRecord},
};
use instrument::document::Document;
use model::{
    id::{CaseId, OfficialId, RequestId, RowId},
    time::Instant,
};
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};
use seal::rest::RestKey;

use crate::{
    migrations,
    rows::{
        DATABASE, damaged, json, optional_json, read_request, read_row, request_place,
        request_state, row_place, sql, write_notes,
    },
};

/// Size of a page of our databases, SQLite's own choice since 3.12; none is shorter than one.
const PAGE_BYTES: u64 = 4096;

/// A database file and the key of its sealed values.
pub struct SqliteStore {
    connection: Connection,
    key: RestKey,
}

impl std::fmt::Debug for SqliteStore {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("SqliteStore")
    }
}

impl SqliteStore {
    /// Opens a database file, or makes one where there is none.
    ///
    /// # Errors
    /// [`PortError`]: damaged where the file is empty or no database of ours, unavailable where it
    /// cannot be opened or a newer program made it.
    pub fn open(path: &Path, key: RestKey) -> Result<Self, PortError> {
        if is_cut_short(path) {
            let detail =
                "the file is empty or cut short; remove it only if no request was ever taken in";
            return Err(PortError::damaged(DATABASE, detail));
        }
        let connection = Connection::open(path).map_err(sql)?;
        Self::prepare(connection, key)
    }

    /// A database in memory, for tests.
    ///
    /// # Errors
    /// [`PortError`].
    pub fn in_memory(key: RestKey) -> Result<Self, PortError> {
        Self::prepare(Connection::open_in_memory().map_err(sql)?, key)
    }

    fn prepare(mut connection: Connection, key: RestKey) -> Result<Self, PortError> {
        migrations::check(&connection)?;
        connection
            .execute_batch(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
                 PRAGMA busy_timeout = 5000; PRAGMA trusted_schema = OFF;",
            )
            .map_err(sql)?;
        migrations::apply(&mut connection).map_err(sql)?;
        Ok(Self { connection, key })
    }

    fn transact<T>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>, &RestKey) -> Result<T, PortError>,
    ) -> Result<T, PortError> {
        let transaction = self.connection.transaction().map_err(sql)?;
        let done = work(&transaction, &self.key)?;
        transaction.commit().map_err(sql)?;
        Ok(done)
    }
}

/// Whether a file is there that ends where no database of ours ends. SQLite would take one of less than
/// a page for a new database and write over it, and would read a page cut short as if it ended in zeros.
/// A page cut short beside a write-ahead log is left to SQLite: a crash leaves such, and it mends them.
fn is_cut_short(path: &Path) -> bool {
    let length = |path: &Path| {
        let file = std::fs::metadata(path).ok()?;
        file.is_file().then_some(file.len())
    };
    let mut ahead = path.as_os_str().to_owned();
    ahead.push("-wal");
    let is_ahead = length(Path::new(&ahead)).is_some_and(|bytes| bytes > 0);
    length(path)
        .is_some_and(|bytes| bytes < PAGE_BYTES || (!is_ahead && !bytes.is_multiple_of(PAGE_BYTES)))
}

impl Store for SqliteStore {
    fn add(&mut self, request: &RequestRecord, rows: &[RowRecord]) -> Result<(), PortError> {
        self.transact(|transaction, key| {
            insert_request(transaction, key, request)?;
            for (position, row) in (0_i64..).zip(rows) {
                insert_row(transaction, key, position, row)?;
            }
            Ok(())
        })
    }

    fn request(&self, id: &RequestId) -> Result<Option<RequestRecord>, PortError> {
        let query = "SELECT * FROM request WHERE id = ?1";
        self.connection
            .query_row(query, [id.as_str()], |row| Ok(read_request(row, &self.key)))
            .optional()
            .map_err(sql)?
            .transpose()
    }

    fn requests(&self) -> Result<Vec<RequestId>, PortError> {
        let mut statement = self
            .connection
            .prepare("SELECT id FROM request ORDER BY position")
            .map_err(sql)?;
        let ids = statement
            .query_map([], |row| row.get::<_, String>(0))
            .map_err(sql)?;
        ids.map(|id| id.map_err(sql)?.parse().map_err(|_| damaged("id")))
            .collect()
    }

    fn rows(&self, id: &RequestId) -> Result<Vec<RowRecord>, PortError> {
        let mut statement = self
            .connection
            .prepare("SELECT * FROM row WHERE request = ?1 ORDER BY position")
            .map_err(sql)?;
        let rows = statement
            .query_map([id.as_str()], |row| Ok(read_row(row, &self.key)))
            .map_err(sql)?;
        rows.map(|row| row.map_err(sql)?).collect()
    }

    fn case(&self, case: &CaseId) -> Result<Option<RowId>, PortError> {
        let query = "SELECT request, sheet, row FROM row WHERE case_id = ?1";
        let found: Option<(String, u16, u32)> = self
            .connection
            .query_row(query, [case.as_str()], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })
            .optional()
            .map_err(sql)?;
        found
            .map(|(request, sheet, row)| {
                Ok(RowId {
                    request: request.parse().map_err(|_| damaged("request"))?,
                    sheet,
                    row,
                })
            })
            .transpose()
    }

    fn latest_approval(&self, reviewer: &OfficialId) -> Result<Option<Instant>, PortError> {
        let query = "SELECT max(signed_at) FROM approval WHERE reviewer = ?1";
        let latest: Option<i64> = self
            .connection
            .query_row(query, [reviewer.as_str()], |row| row.get(0))
            .map_err(sql)?;
        latest
            .map(|seconds| u64::try_from(seconds).map(Instant))
            .transpose()
            .map_err(|_| damaged("signed_at"))
    }

    fn replace_row(&mut self, before: &RowRecord, after: &RowRecord) -> Result<(), PortError> {
        self.transact(|transaction, key| update_row(transaction, key, Some(before), after))
    }

    fn replace_request(
        &mut self,
        after: &RequestRecord,
        rows: &[RowRecord],
    ) -> Result<(), PortError> {
        self.transact(|transaction, key| {
            for row in rows {
                update_row(transaction, key, None, row)?;
            }
            update_request(transaction, after)
        })
    }
}

fn sealed(key: &RestKey, place: &str, value: &[u8]) -> Result<Vec<u8>, PortError> {
    key.seal(place, value)
        .map_err(|error| PortError::unavailable(DATABASE, error))
}

fn insert_request(
    transaction: &Transaction<'_>,
    key: &RestKey,
    request: &RequestRecord,
) -> Result<(), PortError> {
    let id = request.id.as_str();
    let place = |column| request_place(id, column);
    let changed = transaction
        .execute(
            "INSERT INTO request (id, envelope_sealed, given_sealed, file, received, findings_sealed, state)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (id) DO NOTHING",
            params![
                id,
                sealed(key, &place("envelope"), &request.envelope)?,
                sealed(key, &place("given"), json(&request.given)?.as_bytes())?,
                request.file.to_string(),
                i64::try_from(request.received.0).unwrap_or(i64::MAX),
                sealed(key, &place("findings"), json(&request.findings)?.as_bytes())?,
                request_state(request.state),
            ],
        )
        .map_err(sql)?;
    one(changed)
}

fn insert_row(
    transaction: &Transaction<'_>,
    key: &RestKey,
    position: i64,
    row: &RowRecord,
) -> Result<(), PortError> {
    let (sheet, number) = row.place();
    let request = row.opening.request.as_str();
    let place = |column| row_place(request, sheet, number, column);
    let changed = transaction
        .execute(
            "INSERT INTO row (request, sheet, row, position, opening_sealed, findings_sealed, state,
                              faces, approvals, lapsed)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, '[]', '[]', 0)",
            params![
                request,
                sheet,
                number,
                position,
                sealed(key, &place("opening"), row.opening.text().as_bytes())?,
                sealed(key, &place("findings"), json(&row.findings)?.as_bytes())?,
                row.state.code(),
            ],
        )
        .map_err(sql)?;
    one(changed)
}

/// Writes what changes of a row. With `before`, only if nobody changed it since it was read.
fn update_row(
    transaction: &Transaction<'_>,
    key: &RestKey,
    before: Option<&RowRecord>,
    row: &RowRecord,
) -> Result<(), PortError> {
    let (sheet, number) = row.place();
    let request = row.opening.request.as_str();
    let identity = row
        .identity
        .as_ref()
        .map(|identity| {
            let place = row_place(request, sheet, number, "identity");
            sealed(key, &place, json(identity)?.as_bytes())
        })
        .transpose()?;
    let before = before.unwrap_or(row);
    let changed = transaction
        .execute(
            "UPDATE row SET state = ?4, faces = ?5, face_leaf = ?6, identity_sealed = ?7,
                    statement = ?8, case_id = ?9, approvals = ?10, lapsed = ?11, matter_leaf = ?12,
                    answer = ?13, version = version + 1
             WHERE request = ?1 AND sheet = ?2 AND row = ?3 AND state = ?14
               AND faces = ?15 AND approvals = ?16",
            params![
                request,
                sheet,
                number,
                row.state.code(),
                write_notes(&row.faces)?,
                optional_json(row.face_leaf.as_ref())?,
                identity,
                row.statement.as_ref().map(Document::text),
                row.statement
                    .as_ref()
                    .map(|statement| statement.case.to_string()),
                write_notes(&row.approvals)?,
                row.lapsed,
                optional_json(row.matter_leaf.as_ref())?,
                optional_json(row.answer.as_ref())?,
                before.state.code(),
                write_notes(&before.faces)?,
                write_notes(&before.approvals)?,
            ],
        )
        .map_err(sql)?;
    one(changed)?;
    insert_approvals(transaction, row)
}

/// Notes when each approval was signed; those of before stand already.
fn insert_approvals(transaction: &Transaction<'_>, row: &RowRecord) -> Result<(), PortError> {
    let (sheet, number) = row.place();
    for approval in &row.approvals {
        let approval = approval.document();
        transaction
            .execute(
                "INSERT OR IGNORE INTO approval (request, sheet, row, reviewer, signed_at)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
                params![
                    row.opening.request.as_str(),
                    sheet,
                    number,
                    approval.reviewer.as_str(),
                    i64::try_from(approval.signed_at.0).unwrap_or(i64::MAX),
                ],
            )
            .map_err(sql)?;
    }
    Ok(())
}

fn update_request(transaction: &Transaction<'_>, request: &RequestRecord) -> Result<(), PortError> {
    let changed = transaction
        .execute(
            "UPDATE request SET state = ?2, request_leaf = ?3, refusals_leaf = ?4, receipt = ?5,
                    issued_leaf = ?6
             WHERE id = ?1",
            params![
                request.id.as_str(),
                request_state(request.state),
                optional_json(request.request_leaf.as_ref())?,
                optional_json(request.refusals_leaf.as_ref())?,
                request.receipt,
                optional_json(request.issued_leaf.as_ref())?,
            ],
        )
        .map_err(sql)?;
    one(changed)
}

fn one(changed: usize) -> Result<(), PortError> {
    if changed == 1 {
        return Ok(());
    }
    Err(meanwhile())
}

fn meanwhile() -> PortError {
    PortError::unavailable(DATABASE, "somebody else changed this meanwhile; look again")
}
