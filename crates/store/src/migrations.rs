//! The list of migrations, applied in order; only ever added to.
//!
//! Place in the flow: run when a database is opened; `PRAGMA user_version` counts those applied.
//!
//! Left to others: what the tables mean ([`crate::rows`]).

use rusqlite::Connection;

const MIGRATIONS: &[&str] = &[include_str!("../migrations/0001_requests.sql")];

/// Applies what is missing, each migration in a transaction of its own.
///
/// # Errors
/// The database's error. A database newer than this program is one too.
pub fn apply(connection: &mut Connection) -> Result<(), rusqlite::Error> {
    let applied: usize = connection
        .query_row("PRAGMA user_version", [], |row| row.get::<_, u32>(0))
        .map(|version| usize::try_from(version).unwrap_or(usize::MAX))?;
    if applied > MIGRATIONS.len() {
        return Err(rusqlite::Error::InvalidQuery);
    }
    for (number, migration) in MIGRATIONS.iter().enumerate().skip(applied) {
        let transaction = connection.transaction()?;
        transaction.execute_batch(migration)?;
        transaction.pragma_update(
            None,
            "user_version",
            i64::try_from(number + 1).unwrap_or(i64::MAX),
        )?;
        transaction.commit()?;
    }
    Ok(())
}
