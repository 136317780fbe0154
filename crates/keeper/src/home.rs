//! Where a keeper remembers: three small files behind a trait.
//!
//! Place in the flow: [`crate::keeper::Keeper`] writes here before it cosigns or gives a value; after
//! a crash it reads the same things back. `head` says how far the log was followed, `leaves` holds
//! the entries, `journal` what was given for which warrant.
//!
//! Left to others: folders and disks ([`crate::folder`]), what the bytes mean (followed, journal).

use model::fault::{Explain, Fault};
use thiserror::Error;

/// A file of the home.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HomeFile {
    /// The follower's state: replaced as a whole.
    Head,
    /// Log entries one after the other, as many as the head says or more.
    Leaves,
    /// What was given: lines, only ever added to.
    Journal,
}

impl HomeFile {
    /// The file's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Head => "head",
            Self::Leaves => "leaves",
            Self::Journal => "journal",
        }
    }
}

/// The home cannot be read or written. Nobody's input is at fault; nothing was given.
#[derive(Debug, Error)]
#[error("the keeper's file `{file}` cannot be {action}")]
pub struct HomeError {
    /// The file's name.
    pub file: &'static str,
    /// `read` or `written`.
    pub action: &'static str,
    /// What the operating system said.
    #[source]
    pub source: std::io::Error,
}

impl Explain for HomeError {
    fn fault(&self) -> Fault {
        Fault::Unavailable
    }
}

/// Durable storage of one keeper.
///
/// A write that returned without error survives a power cut. One that returned an error, or did not
/// return, leaves the old bytes, the new bytes, or for [`Home::append`] any beginning of the new ones.
pub trait Home {
    /// The whole file; empty where there is none yet.
    ///
    /// # Errors
    /// [`HomeError`].
    fn read(&self, file: HomeFile) -> Result<Vec<u8>, HomeError>;

    /// Puts these bytes in place of the file, all or none.
    ///
    /// # Errors
    /// [`HomeError`].
    fn replace(&mut self, file: HomeFile, bytes: &[u8]) -> Result<(), HomeError>;

    /// Cuts the file to `at` bytes and adds these.
    ///
    /// # Errors
    /// [`HomeError`].
    fn append(&mut self, file: HomeFile, at: u64, bytes: &[u8]) -> Result<(), HomeError>;

    /// Whether the operator has suspended this keeper. What cannot be found out counts as yes.
    fn is_suspended(&self) -> bool;
}
