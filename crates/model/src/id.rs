//! A type for every identifier, so that one can never be passed for another.
//!
//! Place in the flow: used by all. Text identifiers are 1 to 64 characters of `A–Z a–z 0–9 . _ -`,
//! beginning with a letter or digit: safe in file names, note lines and terminals.
//!
//! Left to others: who has which identifier (rosters, agreements, registers).

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A text that is not an identifier. The fault of whoever wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("a {what} is 1 to 64 letters, digits, `.`, `_` or `-`, beginning with a letter or digit")]
pub struct IdError {
    /// Which identifier was meant.
    pub what: &'static str,
}

/// Whether `text` has the form of an identifier.
fn is_identifier(text: &str) -> bool {
    text.len() <= 64
        && text.starts_with(|first: char| first.is_ascii_alphanumeric())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The identifier as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                if is_identifier(text) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(IdError { what: $what })
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;

            fn try_from(text: String) -> Result<Self, IdError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.pad(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(formatter, "{}({})", stringify!($name), self.0)
            }
        }
    };
}

text_id!(
    /// A request, named by the requesting agency on its cover.
    RequestId, "request id"
);
text_id!(
    /// An agency, as its agreement names it.
    AgencyId, "agency id"
);
text_id!(
    /// A signed agreement between the two agencies.
    AgreementId, "agreement id"
);
text_id!(
    /// An official or officer on a roster: signatory, named officer, reviewer, data owner.
    OfficialId, "official id"
);
text_id!(
    /// A trustee.
    KeeperId, "keeper id"
);
text_id!(
    /// A case: one identified row in review.
    CaseId, "case id"
);
text_id!(
    /// A register: `NAME-` and the first 16 hexadecimal digits of its extract's digest, so that a
    /// corrected rebuild never repeats a key (SEALING.md section 3).
    RegisterId, "register id"
);
text_id!(
    /// A calibration certificate.
    CertificateId, "certificate id"
);
text_id!(
    /// A person in an extract or a labelled set. Never leaves the builder and the laboratory.
    PersonId, "person id"
);

/// A row of a request, for people and commands: `REQUEST/SHEET/ROW`, where SHEET counts the sheets
/// of subjects from 1 and ROW is the sheet's own row number.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RowId {
    /// The request the row stands in.
    pub request: RequestId,
    /// Sheet of subjects, counted from 1.
    pub sheet: u16,
    /// Row number as the spreadsheet shows it (a csv: the record's line).
    pub row: u32,
}

impl fmt::Display for RowId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}/{}", self.request, self.sheet, self.row)
    }
}

impl FromStr for RowId {
    type Err = RowIdError;

    fn from_str(text: &str) -> Result<Self, RowIdError> {
        let mut parts = text.split('/');
        let (Some(request), Some(sheet), Some(row), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(RowIdError);
        };
        let id = Self {
            request: request.parse().map_err(|_| RowIdError)?,
            sheet: sheet.parse().map_err(|_| RowIdError)?,
            row: row.parse().map_err(|_| RowIdError)?,
        };
        if id.to_string() == text && id.sheet > 0 && id.row > 0 {
            Ok(id)
        } else {
            Err(RowIdError)
        }
    }
}

impl TryFrom<String> for RowId {
    type Error = RowIdError;

    fn try_from(text: String) -> Result<Self, RowIdError> {
        text.parse()
    }
}

impl From<RowId> for String {
    fn from(id: RowId) -> Self {
        id.to_string()
    }
}

/// A text that is not `REQUEST/SHEET/ROW`. The fault of whoever wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("a row is written REQUEST/SHEET/ROW, for example `REQ-7/1/2`")]
pub struct RowIdError;

/// Position of a person in a register's files, 0 to people − 1. Means nothing outside one register.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
pub struct RecordNumber(pub u32);

/// One distinct address of a record in the sealed plane, counted from 0 within the record.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
pub struct EntryNumber(pub u16);

/// One sealing of a register, with share keys of its own. Counted from 1.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
pub struct Epoch(pub u32);

/// Index of a leaf in the log, from 0.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
pub struct LeafIndex(pub u64);

macro_rules! display_number {
    ($($name:ident),*) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, formatter)
            }
        }

        impl FromStr for $name {
            type Err = std::num::ParseIntError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )*};
}
display_number!(RecordNumber, EntryNumber, Epoch, LeafIndex);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_keep_to_the_safe_alphabet() {
        assert!("IRS-2026.a_1".parse::<AgencyId>().is_ok());
        for bad in ["", "-x", "a b", "a/b", "é", &"x".repeat(65), "a\n"] {
            assert_eq!(
                bad.parse::<AgencyId>(),
                Err(IdError { what: "agency id" }),
                "{bad:?}"
            );
        }
    }

    #[test]
    fn row_ids_read_back_as_written_and_only_so() {
        let id: RowId = "REQ-7/1/2".parse().unwrap();
        assert_eq!(id.to_string(), "REQ-7/1/2");
        for bad in [
            "REQ-7/1",
            "REQ-7/1/2/3",
            "REQ-7/01/2",
            "REQ-7/0/2",
            "REQ-7/1/+2",
            "/1/2",
        ] {
            assert!(bad.parse::<RowId>().is_err(), "{bad}");
        }
    }
}
