//! Who a key belongs to. One person has one role.
//!
//! Place in the flow: rosters of authority notes give roles; policy decides by them; keepers and
//! verify check separation of duty by them.
//!
//! Left to others: what each role may do in each state (policy).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A role on the roster.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Requesting side: an official whom 26 U.S.C. 6103(i)(2)(A) lists; signs covers.
    Signatory,
    /// Requesting side: an officer personally and directly engaged; assures rows, receives answers.
    NamedOfficer,
    /// Records side: disclosure officer, the first of two reviewers.
    DisclosureOfficer,
    /// Records side: counsel, the second of two reviewers.
    Counsel,
    /// Records side: owns the extract; countersigns manifests.
    DataOwner,
    /// Records side: runs the gate; decides nothing.
    Operator,
    /// Outside: an inspector entitled to a sealed bundle.
    Inspector,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 7] = [
        Self::Signatory,
        Self::NamedOfficer,
        Self::DisclosureOfficer,
        Self::Counsel,
        Self::DataOwner,
        Self::Operator,
        Self::Inspector,
    ];

    /// The word that notes and policies use.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Signatory => "signatory",
            Self::NamedOfficer => "named-officer",
            Self::DisclosureOfficer => "disclosure-officer",
            Self::Counsel => "counsel",
            Self::DataOwner => "data-owner",
            Self::Operator => "operator",
            Self::Inspector => "inspector",
        }
    }

    /// Reads a word.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }
}

impl std::fmt::Display for Role {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.pad(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_read_back() {
        for role in Role::ALL {
            assert_eq!(Role::from_code(role.code()), Some(role));
        }
    }
}
