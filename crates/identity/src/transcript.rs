//! The transcript of one decision: everything the outcome depends on, and nothing that names
//! anybody.
//!
//! Place in the flow: identify makes it, casework stores it with the case, verify scores it again
//! without a register. It holds levels of agreement, classes of name frequency, unread blocks and
//! the model's digest.
//!
//! Left to others: the decision over it (decide).

use model::id::{EntryNumber, RecordNumber};
use serde::{Deserialize, Serialize};

use crate::{
    candidates::{Marker, UnreadBlock},
    kinds::{KindSet, Search},
    level::{BirthLevel, Levels},
    scale::{BIT, Millibits},
};

/// How common the row's names are: log2 of the share of people who would agree by chance, each
/// rounded up to a class of a quarter bit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NameClasses {
    /// Agreeing exactly in surname: the rarest of several.
    pub surname_exact: Millibits,
    /// Sharing one of its surnames.
    pub surname_part: Millibits,
    /// A slip away from a surname.
    pub surname_slip: Millibits,
    /// Agreeing exactly in the first given name.
    pub given_exact: Millibits,
    /// Bearing a form of it.
    pub given_form: Millibits,
    /// A slip away from it.
    pub given_slip: Millibits,
}

impl NameClasses {
    /// Whether each is the logarithm of a share of people.
    #[must_use]
    pub fn are_possible(&self) -> bool {
        let classes = [
            self.surname_exact,
            self.surname_part,
            self.surname_slip,
            self.given_exact,
            self.given_form,
            self.given_slip,
        ];
        classes.iter().all(|class| (-64 * BIT..=0).contains(class))
    }
}

/// What the row states; not what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowFacts {
    /// Given names.
    pub given_names: u8,
    /// Of the given names after the first, those of more than one letter.
    pub later_written_out: u8,
    /// Surnames.
    pub surnames: u8,
    /// Whether anybody on file bears the first given name.
    pub given_on_file: bool,
    /// Whether anybody on file bears one of the surnames.
    pub surname_on_file: bool,
    /// Whether anybody on file bears a given name of the row as a surname, and anybody the first surname
    /// as a given name.
    pub exchanged_on_file: bool,
    /// Whether a suffix is stated.
    pub suffix: bool,
    /// Whether a date of birth is stated.
    pub date_of_birth: bool,
    /// Whether a TIN is stated.
    pub tin: bool,
    /// Addresses with tokens.
    pub addresses: u8,
    /// Classes of its names as written.
    pub straight: NameClasses,
    /// Classes with given names and surnames exchanged.
    pub exchanged: NameClasses,
}

/// Candidates that agree alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CandidateGroup {
    /// Their levels.
    pub levels: Levels,
    /// Their marker.
    pub marker: Marker,
    /// How many there are, at least 1.
    pub count: u64,
}

/// Records found and not compared: what they could weigh at most does not matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PassedOver {
    /// The kinds of key they were found under.
    pub kinds: KindSet,
    /// How their birth dates agree; `None` where the index does not tell.
    pub birth: Option<BirthLevel>,
    /// How many there are, at least 1.
    pub count: u64,
}

/// Everything an outcome depends on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transcript {
    /// Version of the model.
    pub version: String,
    /// Digest of its numbers, hexadecimal.
    pub model: String,
    /// Version of the blocking keys.
    pub keys: String,
    /// People in the register.
    pub people: u64,
    /// The row.
    pub row: RowFacts,
    /// How far it was searched for.
    pub search: Search,
    /// Blocks not read whole.
    pub unread: Vec<UnreadBlock>,
    /// Candidates in groups, ascending.
    pub candidates: Vec<CandidateGroup>,
    /// Records found and not compared, ascending.
    pub passed_over: Vec<PassedOver>,
    /// How many were compared and count for 2^-24 of the best record each: they weigh no more, wherever
    /// they live.
    pub light: u64,
    /// The record of greatest weight, where it is one.
    pub best: Option<RecordNumber>,
    /// Its entries that the row's own address is the key of.
    pub entries_given: Vec<EntryNumber>,
}
