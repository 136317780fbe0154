//! Between casework's records and the values of table rows.
//!
//! Place in the flow: used by [`crate::SqliteStore`] in both directions. A value that does not read
//! back is a damaged database, never a default.
//!
//! Left to others: SQL ([`crate::sqlite`]), whether the records make sense (casework).

use casework::{
    ports::PortError,
    record::{RequestRecord, RequestState, RowRecord},
    state::RowState,
};
use instrument::{
    document::Document, row_commitment::RowOpening, signed::Signed, statement::Statement,
};
use rusqlite::Row;
use seal::rest::RestKey;
use serde::{Serialize, de::DeserializeOwned};

/// What the database is called in messages.
pub const DATABASE: &str = "the database";

/// A value that does not read back.
pub fn damaged(what: &'static str) -> PortError {
    PortError::damaged(DATABASE, format!("`{what}` does not read back"))
}

/// An error of SQLite's, with a busy or full disk told apart from damage.
pub fn sql(error: rusqlite::Error) -> PortError {
    use rusqlite::ErrorCode::{
        CannotOpen, DatabaseBusy, DatabaseLocked, DiskFull, ReadOnly, SystemIoFailure,
    };
    let away = [
        CannotOpen,
        DatabaseBusy,
        DatabaseLocked,
        DiskFull,
        ReadOnly,
        SystemIoFailure,
    ];
    match error.sqlite_error_code() {
        Some(code) if !away.contains(&code) => PortError::damaged(DATABASE, error),
        Some(_) => PortError::unavailable(DATABASE, error),
        None => PortError::damaged(DATABASE, error),
    }
}

/// Text of a value in JSON.
pub fn json<T: Serialize>(value: &T) -> Result<String, PortError> {
    serde_json::to_string(value).map_err(|error| PortError::damaged(DATABASE, error))
}

/// Text of an optional value in JSON.
pub fn optional_json<T: Serialize>(value: Option<&T>) -> Result<Option<String>, PortError> {
    value.map(json).transpose()
}

fn read_json<T: DeserializeOwned>(text: &str, what: &'static str) -> Result<T, PortError> {
    serde_json::from_str(text).map_err(|_| damaged(what))
}

fn read_optional<T: DeserializeOwned>(
    text: Option<String>,
    what: &'static str,
) -> Result<Option<T>, PortError> {
    text.map(|text| read_json(&text, what)).transpose()
}

/// The word for a request's state.
pub const fn request_state(state: RequestState) -> &'static str {
    match state {
        RequestState::Received => "received",
        RequestState::Issued => "issued",
    }
}

/// Place of a sealed value of a request.
pub fn request_place(id: &str, column: &str) -> String {
    format!("request/{id}/{column}")
}

/// Place of a sealed value of a row.
pub fn row_place(request: &str, sheet: u16, row: u32, column: &str) -> String {
    format!("row/{request}/{sheet}/{row}/{column}")
}

fn unsealed(
    key: &RestKey,
    place: &str,
    sealed: &[u8],
    what: &'static str,
) -> Result<String, PortError> {
    let bytes = key.open(place, sealed).map_err(|_| damaged(what))?;
    String::from_utf8(bytes.to_vec()).map_err(|_| damaged(what))
}

fn get<T: rusqlite::types::FromSql>(row: &Row<'_>, column: &str) -> Result<T, PortError> {
    row.get(column).map_err(sql)
}

/// A request from a row of the table `request`.
pub fn read_request(row: &Row<'_>, key: &RestKey) -> Result<RequestRecord, PortError> {
    let id: String = get(row, "id")?;
    let envelope: Vec<u8> = get(row, "envelope_sealed")?;
    let envelope = key
        .open(&request_place(&id, "envelope"), &envelope)
        .map_err(|_| damaged("envelope"))?;
    let given: Vec<u8> = get(row, "given_sealed")?;
    let given = unsealed(key, &request_place(&id, "given"), &given, "given")?;
    let findings: Vec<u8> = get(row, "findings_sealed")?;
    let findings = unsealed(key, &request_place(&id, "findings"), &findings, "findings")?;
    let state: String = get(row, "state")?;
    let received: i64 = get(row, "received")?;
    Ok(RequestRecord {
        envelope: envelope.to_vec(),
        file: get::<String>(row, "file")?
            .parse()
            .map_err(|_| damaged("file"))?,
        received: model::time::Instant(u64::try_from(received).map_err(|_| damaged("received"))?),
        given: read_json(&given, "given")?,
        findings: read_json(&findings, "findings")?,
        state: match state.as_str() {
            "received" => RequestState::Received,
            "issued" => RequestState::Issued,
            _ => return Err(damaged("state")),
        },
        request_leaf: read_optional(get(row, "request_leaf")?, "request_leaf")?,
        refusals_leaf: read_optional(get(row, "refusals_leaf")?, "refusals_leaf")?,
        receipt: get(row, "receipt")?,
        issued_leaf: read_optional(get(row, "issued_leaf")?, "issued_leaf")?,
        id: id.parse().map_err(|_| damaged("id"))?,
    })
}

/// A row from a row of the table `row`.
pub fn read_row(row: &Row<'_>, key: &RestKey) -> Result<RowRecord, PortError> {
    let request: String = get(row, "request")?;
    let sheet: u16 = get(row, "sheet")?;
    let number: u32 = get(row, "row")?;
    let place = |column: &str| row_place(&request, sheet, number, column);
    let opening: Vec<u8> = get(row, "opening_sealed")?;
    let opening = unsealed(key, &place("opening"), &opening, "opening")?;
    let findings: Vec<u8> = get(row, "findings_sealed")?;
    let findings = unsealed(key, &place("findings"), &findings, "findings")?;
    let identity: Option<Vec<u8>> = get(row, "identity_sealed")?;
    let identity = identity
        .map(|sealed| unsealed(key, &place("identity"), &sealed, "identity"))
        .transpose()?;
    let statement: Option<String> = get(row, "statement")?;
    let state: String = get(row, "state")?;
    Ok(RowRecord {
        opening: RowOpening::parse(&opening).map_err(|_| damaged("opening"))?,
        findings: read_json(&findings, "findings")?,
        state: RowState::from_code(&state).ok_or_else(|| damaged("state"))?,
        faces: read_notes(&get::<String>(row, "faces")?, "faces")?,
        face_leaf: read_optional(get(row, "face_leaf")?, "face_leaf")?,
        identity: identity
            .map(|text| read_json(&text, "identity"))
            .transpose()?,
        statement: statement
            .map(|text| Statement::parse(&text).map_err(|_| damaged("statement")))
            .transpose()?,
        approvals: read_notes(&get::<String>(row, "approvals")?, "approvals")?,
        lapsed: get(row, "lapsed")?,
        matter_leaf: read_optional(get(row, "matter_leaf")?, "matter_leaf")?,
        answer: read_optional(get(row, "answer")?, "answer")?,
    })
}

/// Signed notes as a JSON list of texts.
pub fn write_notes<D: Document>(notes: &[Signed<D>]) -> Result<String, PortError> {
    json(&notes.iter().map(Signed::render).collect::<Vec<_>>())
}

fn read_notes<D: Document>(text: &str, what: &'static str) -> Result<Vec<Signed<D>>, PortError> {
    let notes: Vec<String> = read_json(text, what)?;
    notes
        .iter()
        .map(|note| Signed::parse(note).map_err(|_| damaged(what)))
        .collect()
}
