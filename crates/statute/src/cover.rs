//! The cover's fields as the workbook states them.
//!
//! Place in the flow: the caller copies intake's cover into a [`CoverView`]; the rules on signatory,
//! dates and purpose read it.
//!
//! Left to others: reading the sheet or the TOML (intake), the signed cover (instrument).

use std::{collections::BTreeMap, fmt};

/// Keys every cover states, in the order of the template.
pub const COVER_KEYS: [&str; 7] = [
    "request_id",
    "agency",
    "agreement",
    "signatory",
    "signatory_title",
    "signed_on",
    "purpose",
];

/// Fields of a cover by key, each with its cell. `Debug` shows keys only.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct CoverView {
    fields: BTreeMap<String, (String, String)>,
}

impl CoverView {
    /// A cover without fields.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a field; `cell` is its name as shown to people, `B3`, or the key in a TOML.
    pub fn set(&mut self, key: &str, text: &str, cell: &str) {
        self.fields
            .insert(key.to_owned(), (text.to_owned(), cell.to_owned()));
    }

    /// The trimmed text of a field; empty where it is missing.
    #[must_use]
    pub fn text(&self, key: &str) -> &str {
        self.fields.get(key).map_or("", |(text, _)| text.trim())
    }

    /// The cell of a field.
    #[must_use]
    pub fn cell(&self, key: &str) -> Option<&str> {
        self.fields.get(key).map(|(_, cell)| cell.as_str())
    }
}

impl fmt::Debug for CoverView {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.fields.keys()).finish()
    }
}
