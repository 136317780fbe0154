//! The cover's fields as the workbook states them.
//!
//! Place in the flow: the caller copies intake's cover into a [`CoverView`]; the rules on signatory,
//! dates and purpose read it.
//!
//! Left to others: reading the sheet or the TOML (intake), the signed cover (instrument).

use std::{collections::BTreeMap, fmt};

use instrument::cover::Cover;
use model::row::CellKind;

use crate::date::read_date;

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

    /// The fields of a cover: key, then text and cell.
    #[must_use]
    pub fn of(fields: &BTreeMap<String, (String, String)>) -> Self {
        Self {
            fields: fields.clone(),
        }
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

    /// Whether any field is stated.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// The first field that the workbook states and the signed cover states otherwise; `None` where
    /// they agree. What the workbook leaves out differs from nothing.
    #[must_use]
    pub fn differs_from(&self, signed: &Cover) -> Option<&'static str> {
        COVER_KEYS
            .into_iter()
            .find(|key| !self.text(key).is_empty() && !self.agrees(key, signed))
    }

    fn agrees(&self, key: &str, signed: &Cover) -> bool {
        let stated = self.text(key);
        match key {
            "request_id" => stated == signed.request.as_str(),
            "agency" => stated == signed.agency.as_str(),
            "agreement" => stated == signed.agreement.0.as_str(),
            "signatory" => stated == signed.signatory.as_str(),
            "signatory_title" => one_line(stated) == one_line(&signed.signatory_title),
            "signed_on" => read_date(CellKind::Text, stated).date() == Some(signed.signed_on),
            _ => one_line(stated) == one_line(&signed.purpose),
        }
    }

    /// The cell of a field.
    #[must_use]
    pub fn cell(&self, key: &str) -> Option<&str> {
        self.fields.get(key).map(|(_, cell)| cell.as_str())
    }
}

/// A signed line holds no control character: each stands as a space in it.
fn one_line(text: &str) -> String {
    text.replace(char::is_control, " ")
}

impl fmt::Debug for CoverView {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.fields.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use model::{digest::Digest, time::Date};

    use super::*;

    fn signed() -> Cover {
        Cover {
            genesis: Digest::of(b"genesis"),
            request: "REQ-1".parse().unwrap(),
            agency: "AGENCY".parse().unwrap(),
            agreement: ("AGR-1".parse().unwrap(), Digest::of(b"terms")),
            signatory: "SIG-1".parse().unwrap(),
            signatory_title: "Director".to_owned(),
            signed_on: Date::constant(2026, 11, 20),
            purpose: "serve a subpoena on the subject".to_owned(),
            files: Vec::new(),
            rows: 1,
            rows_root: Digest::of(b"rows"),
        }
    }

    fn check(key: &'static str, stated: &str, differs: bool) {
        let mut cover = CoverView::new();
        cover.set(key, stated, "B2");
        let expected = differs.then_some(key);
        assert_eq!(cover.differs_from(&signed()), expected, "{key} {stated}");
    }

    #[test]
    fn each_field_is_compared_as_its_kind() {
        assert_eq!(CoverView::new().differs_from(&signed()), None);
        for (key, same, other) in [
            ("request_id", "REQ-1", "REQ-2"),
            ("agency", " AGENCY ", "OTHER"),
            ("agreement", "AGR-1", "AGR-2"),
            ("signatory", "SIG-1", "SIG-2"),
            ("signatory_title", "Director", "Clerk"),
            ("signed_on", "11/20/2026", "2026-11-21"),
            ("signed_on", "2026-11-20", "some day"),
            (
                "purpose",
                "serve a subpoena\non the subject",
                "serve a notice",
            ),
        ] {
            check(key, same, false);
            check(key, other, true);
            check(key, "", false);
        }
    }
}
