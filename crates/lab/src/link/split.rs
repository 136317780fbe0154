//! Which requests are learned from, and which are measured: never the same.
//!
//! Place in the flow: after loading, before learning.
//!
//! Left to others: learning (learn).

use std::{collections::HashSet, path::PathBuf};

use super::{
    error::LinkError,
    load::{Request, mix},
};

/// What is learned from.
#[derive(Debug, Clone, PartialEq)]
pub enum Split {
    /// This share, in millionths: whole people, chosen by a number of their id, so that no person is
    /// on both sides and the order of rows does not matter.
    Share(u64),
    /// The requests whose ids stand in the first column of this csv.
    List(PathBuf),
}

impl Split {
    /// Reads `0.3` as a share and anything else as a path.
    ///
    /// # Errors
    /// [`LinkError::Split`] for a number that is no share between 0 and 1.
    pub fn parse(text: &str) -> Result<Self, LinkError> {
        let Ok(share) = text.parse::<f64>() else {
            return Ok(Self::List(text.into()));
        };
        if !(share > 0.0 && share < 1.0) {
            return Err(LinkError::Split(format!(
                "must be between 0 and 1, not `{text}`"
            )));
        }
        Ok(Self::Share((share * 1e6) as u64))
    }
}

/// Requests of the split, and the rest.
///
/// # Errors
/// [`LinkError::Read`] and [`LinkError::Split`] for a list that cannot be read, names an unknown
/// request, or leaves nothing on one side.
pub fn divided<'l>(
    split: Option<&Split>,
    requests: &'l [Request],
) -> Result<(Vec<&'l Request>, Vec<&'l Request>), LinkError> {
    let (learned, rest): (Vec<&Request>, Vec<&Request>) = match split {
        None => return Ok((Vec::new(), requests.iter().collect())),
        Some(Split::Share(millionths)) => requests
            .iter()
            .partition(|request| mix(request.subject ^ 1) % 1_000_000 < *millionths),
        Some(Split::List(path)) => {
            let text = std::fs::read_to_string(path).map_err(LinkError::read(path))?;
            let first = |line: &str| {
                line.split(',')
                    .next()
                    .unwrap_or_default()
                    .trim()
                    .trim_matches('"')
                    .to_owned()
            };
            let mut ids: HashSet<String> = text
                .lines()
                .map(first)
                .filter(|id| !id.is_empty())
                .collect();
            ids.remove("request_id");
            let parts: (Vec<&Request>, Vec<&Request>) = requests
                .iter()
                .partition(|request| ids.contains(request.id.as_ref()));
            if parts.0.len() != ids.len() {
                let unknown = ids.len() - parts.0.len();
                return Err(LinkError::Split(format!(
                    "lists {unknown} ids that no request has"
                )));
            }
            parts
        }
    };
    if learned.is_empty() || rest.is_empty() {
        let problem = format!(
            "leaves {} requests to learn from and {} to measure",
            learned.len(),
            rest.len()
        );
        return Err(LinkError::Split(problem));
    }
    Ok((learned, rest))
}
