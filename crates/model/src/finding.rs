//! What is wrong, or asked, about a row or a request, and what mends it.
//!
//! Place in the flow: intake and statute make findings; reviewers read them; a requester receives
//! all findings of a rejected row.
//!
//! Left to others: which rule finds what (statute), how it looks (gate, answer).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::column::Column;

/// What a finding does to its row.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum FindingClass {
    /// A statutory element is absent: the row is Rejected.
    Deficient,
    /// The requester explains and an officer decides.
    Question,
    /// A budget: dated, not refused.
    Deferred,
}

/// A stable name of a rule, `area.what`, for example `address.placeholder`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct RuleId(pub &'static str);

impl std::fmt::Display for RuleId {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.pad(self.0)
    }
}

/// One finding. Messages name places (cells, other rows) and kinds, and may quote the requester's
/// own citation, date, state or ZIP; they never quote a name, a birth date, a TIN or a street.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Finding {
    /// The rule that found it.
    pub rule: RuleId,
    /// What it does to the row.
    pub class: FindingClass,
    /// The column it is about, if one.
    pub column: Option<Column>,
    /// The cell as the spreadsheet shows it, `C2`. For a cell that is missing: where it would be,
    /// if its column has a header.
    pub cell: Option<String>,
    /// The law it rests on, for example `26 U.S.C. 6103(i)(2)(B)(i)`.
    pub citation: &'static str,
    /// What is wrong, one sentence without a closing stop, lower-case first letter.
    pub message: String,
    /// What the requester can do, likewise.
    pub remedy: String,
}

/// A finding as JSON shows it (DESIGN.md section 6), and as files and the database keep it.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct FindingView {
    /// Stable rule name.
    pub rule: String,
    /// `deficient`, `question` or `deferred`.
    pub class: FindingClass,
    /// Cell, `C2`, or null for the row or the request as a whole.
    pub cell: Option<String>,
    /// The law.
    pub citation: String,
    /// What is wrong.
    pub message: String,
    /// What mends it.
    pub remedy: String,
}

impl From<&Finding> for FindingView {
    fn from(finding: &Finding) -> Self {
        Self {
            rule: finding.rule.0.to_owned(),
            class: finding.class,
            cell: finding.cell.clone(),
            citation: finding.citation.to_owned(),
            message: finding.message.clone(),
            remedy: finding.remedy.clone(),
        }
    }
}

/// Whether a row with these findings may be put before officer and counsel.
#[must_use]
pub fn is_admissible<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> bool {
    findings
        .into_iter()
        .all(|finding| finding.class != FindingClass::Deficient)
}
