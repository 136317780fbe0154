//! The list of migrations, applied in order; only ever added to.
//!
//! Place in the flow: run when a database is opened; `PRAGMA user_version` counts those applied.
//!
//! Left to others: what the tables mean ([`crate::rows`]).

use casework::ports::PortError;
use rusqlite::{Connection, TransactionBehavior};

use crate::rows::{DATABASE, sql};

const MIGRATIONS: &[&str] = &[
    include_str!("../migrations/0001_requests.sql"),
    include_str!("../migrations/0002_approvals.sql"),
];

/// Checks that a database is no newer than this program. Changes nothing.
///
/// # Errors
/// [`PortError`], unavailable: a newer program reads it.
pub fn check(connection: &Connection) -> Result<(), PortError> {
    let applied = applied(connection).map_err(sql)?;
    let known = MIGRATIONS.len();
    if applied > known {
        let detail = format!(
            "it has schema {applied}, and this program knows schemas up to {known}; use a newer program"
        );
        return Err(PortError::unavailable(DATABASE, detail));
    }
    Ok(())
}

fn applied(connection: &Connection) -> Result<usize, rusqlite::Error> {
    let version: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    Ok(usize::try_from(version).unwrap_or(usize::MAX))
}

/// Applies what is missing, each migration in a transaction of its own.
///
/// # Errors
/// The database's error.
pub fn apply(connection: &mut Connection) -> Result<(), rusqlite::Error> {
    for (number, migration) in MIGRATIONS.iter().enumerate().skip(applied(connection)?) {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Another process may have applied it while this one waited.
        if applied(&transaction)? == number {
            transaction.execute_batch(migration)?;
            transaction.pragma_update(
                None,
                "user_version",
                i64::try_from(number + 1).unwrap_or(i64::MAX),
            )?;
        }
        transaction.commit()?;
    }
    Ok(())
}
