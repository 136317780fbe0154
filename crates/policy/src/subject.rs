//! What policy is asked about: who, which action, which matter.
//!
//! Place in the flow: casework fills these from roster and row before it asks.
//!
//! Left to others: the decision ([`crate::Policy`]).

use model::{
    id::{AgencyId, OfficialId},
    role::Role,
};

/// An action a person can ask to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Submit a request.
    Submit,
    /// Admit a row on its face.
    Admit,
    /// Decline a row on its face.
    Decline,
    /// Put an admitted row to the register.
    Identify,
    /// Read a row or case.
    Read,
    /// Allow an answer about a person.
    Allow,
    /// End a case.
    End,
    /// Issue a decided request's answers.
    Release,
    /// Write a public bundle.
    BundlePublic,
    /// Write a sealed bundle.
    BundleSealed,
}

impl Action {
    /// All actions.
    pub const ALL: [Self; 10] = [
        Self::Submit,
        Self::Admit,
        Self::Decline,
        Self::Identify,
        Self::Read,
        Self::Allow,
        Self::End,
        Self::Release,
        Self::BundlePublic,
        Self::BundleSealed,
    ];

    /// The word in policies.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Submit => "submit",
            Self::Admit => "admit",
            Self::Decline => "decline",
            Self::Identify => "identify",
            Self::Read => "read",
            Self::Allow => "allow",
            Self::End => "end",
            Self::Release => "release",
            Self::BundlePublic => "bundle-public",
            Self::BundleSealed => "bundle-sealed",
        }
    }
}

/// Who asks: a person of the roster, with what the roster says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// Who.
    pub id: OfficialId,
    /// Their one role.
    pub role: Role,
    /// Their agency.
    pub agency: AgencyId,
}

/// A request, row or case as policy sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matter {
    /// State of the row, or `new` and `decided` for requests.
    pub state: &'static str,
    /// Who asks.
    pub requesting_agency: AgencyId,
    /// Who holds the records.
    pub records_agency: AgencyId,
    /// Who has decided in this review, with their roles.
    pub decided_by: Vec<(OfficialId, Role)>,
}
