//! The columns of a request's subject rows, their header names and documented synonyms.
//!
//! Place in the flow: intake maps header cells to [`Column`]; statute's rules and the canonical row
//! of the cover name fields by it. Order here is the order of the template and of the canonical row.
//!
//! Left to others: what a column's text must be (statute).

use serde::{Deserialize, Serialize};

macro_rules! columns {
    ($($(#[$doc:meta])* $name:ident = $header:literal, $need:ident, [$($synonym:literal),*];)*) => {
        /// A column of the sheet `Subjects` (DESIGN.md section 6).
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        #[serde(rename_all = "snake_case")]
        #[repr(u8)]
        pub enum Column {
            $($(#[$doc])* $name,)*
        }

        impl Column {
            /// All columns in the template's order.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The header name, lower case with underscores.
            #[must_use]
            pub const fn header(self) -> &'static str {
                match self { $(Self::$name => $header),* }
            }

            /// When the column must be filled.
            #[must_use]
            pub const fn need(self) -> Need {
                match self { $(Self::$name => Need::$need),* }
            }

            /// Other header names taken for this column, in [`normal_header`] form.
            #[must_use]
            pub const fn synonyms(self) -> &'static [&'static str] {
                match self { $(Self::$name => &[$($synonym),*]),* }
            }
        }
    };
}

/// When a column must be filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// In every row.
    Always,
    /// Never, but it may help.
    Optional,
    /// Where the row's statute or the agreement asks for it.
    Statute,
}

columns! {
    /// Given names of the person.
    GivenNames = "given_names", Always, ["given_name", "first_name", "first_names", "forename", "forenames", "first"];
    /// Surnames of the person.
    Surnames = "surnames", Always, ["surname", "last_name", "last_names", "family_name", "last"];
    /// Generational suffix: Jr, Sr, II, III, IV, V.
    Suffix = "suffix", Optional, ["name_suffix", "generation"];
    /// Date of birth.
    DateOfBirth = "date_of_birth", Optional, ["dob", "birth_date", "birthdate", "birthday", "date_birth"];
    /// Taxpayer identification number: optional evidence, never enough alone.
    Tin = "tin", Optional, ["ssn", "itin", "ssn_itin", "taxpayer_identification_number", "taxpayer_id", "social_security_number"];
    /// First line of the address the requester already holds.
    AddressLine1 = "address_line_1", Always, ["address", "address_1", "address1", "addressline1", "street", "street_address", "address_line1", "mailing_address"];
    /// Second line of that address.
    AddressLine2 = "address_line_2", Optional, ["address_2", "address2", "addressline2", "address_line2", "unit", "apartment", "apt", "suite"];
    /// City of that address.
    City = "city", Always, ["town", "post_office", "city_town"];
    /// State of that address, two letters or its name.
    State = "state", Always, ["st", "state_code", "province"];
    /// ZIP code of that address, five digits or ZIP+4.
    PostalCode = "postal_code", Always, ["zip", "zip_code", "zipcode", "postcode", "zip5", "zip_4"];
    /// Date on which the requester knew that address to be the person's.
    AddressAsOf = "address_as_of", Always, ["address_date", "address_as_of_date", "address_known_on"];
    /// Older addresses, one a line.
    MoreAddresses = "more_addresses", Optional, ["other_addresses", "prior_addresses", "previous_addresses", "former_addresses"];
    /// `verify` or `address`.
    AsksFor = "asks_for", Always, ["asks", "question", "request_type"];
    /// Tax periods asked about.
    TaxPeriods = "tax_periods", Always, ["tax_period", "tax_years", "tax_year", "taxable_period", "taxable_periods", "periods"];
    /// The criminal statute being enforced.
    Statute = "statute", Always, ["criminal_statute", "statutory_authority", "federal_criminal_statute", "offense", "offence", "citation"];
    /// Number of the criminal case or investigation.
    CaseNumber = "case_number", Always, ["case_no", "case_id", "investigation_number", "criminal_case_number"];
    /// Day on which that case was opened.
    CaseOpenedOn = "case_opened_on", Always, ["case_opened", "case_open_date", "case_opened_date", "opened_on"];
    /// Why the disclosure is or may be relevant, for this person.
    Reason = "reason", Always, ["reasons", "specific_reason", "relevance", "why_relevant"];
    /// Name of the officer personally and directly engaged.
    OfficerName = "officer_name", Always, ["officer", "agent_name", "agent", "employee_name"];
    /// Roster id of that officer.
    OfficerId = "officer_id", Always, ["agent_id", "employee_id", "officer_badge", "badge"];
    /// Date of the final order of removal.
    FinalOrderDate = "final_order_date", Statute, ["removal_order_date", "final_removal_order_date", "order_date"];
    /// Case number of the final order.
    FinalOrderCaseNumber = "final_order_case_number", Statute, ["removal_order_case_number", "order_case_number", "a_number_case"];
    /// Ground of the order, for example `1227(a)(1)(B)`.
    OrderGround = "order_ground", Statute, ["ground", "removal_ground", "ground_of_order"];
    /// What made the order final (8 CFR 1241.1).
    FinalityBasis = "finality_basis", Statute, ["finality", "basis_of_finality"];
    /// State of judicial review.
    ReviewStatus = "review_status", Statute, ["judicial_review", "judicial_review_status", "appeal_status"];
    /// Stay of removal or relief in force.
    StayOrRelief = "stay_or_relief", Statute, ["stay", "relief", "stay_status"];
    /// Day of the act or its discovery, where the statute is complete on a day.
    ActDate = "act_date", Statute, ["offense_date", "offence_date", "date_of_act", "entry_date"];
}

impl Column {
    /// Number of columns.
    pub const COUNT: usize = Self::ALL.len();

    /// Position in [`Column::ALL`].
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The column a header cell names, by its name or a documented synonym, whatever its case,
    /// spaces, hyphens or trailing `*`.
    #[must_use]
    pub fn from_header(header: &str) -> Option<Self> {
        let normal = normal_header(header);
        Self::ALL
            .iter()
            .copied()
            .find(|column| column.header() == normal || column.synonyms().contains(&&*normal))
    }
}

/// A header in comparable form: lower case, every run of anything but letters and digits one `_`,
/// none at the ends. `" Date of Birth* "` gives `date_of_birth`.
#[must_use]
pub fn normal_header(header: &str) -> String {
    let mut normal = String::with_capacity(header.len());
    for character in header.chars().take(200) {
        if character.is_alphanumeric() {
            normal.extend(character.to_lowercase());
        } else if !normal.ends_with('_') {
            normal.push('_');
        }
    }
    normal.trim_matches('_').to_owned()
}

/// Letters of a spreadsheet column, from its position counted from 0: 0 is `A`, 27 is `AB`.
#[must_use]
pub fn column_letters(position: u16) -> String {
    let mut rest = u32::from(position) + 1;
    let mut letters = Vec::new();
    while rest > 0 {
        rest -= 1;
        letters.push(char::from(b'A' + u8::try_from(rest % 26).unwrap_or(0)));
        rest /= 26;
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn every_header_and_synonym_names_one_column() {
        let mut seen: HashMap<&str, Column> = HashMap::new();
        for column in Column::ALL {
            for name in std::iter::once(&column.header()).chain(column.synonyms()) {
                assert_eq!(normal_header(name), **name, "not in normal form");
                assert_eq!(seen.insert(name, *column), None, "{name} named twice");
                assert_eq!(Column::from_header(name), Some(*column));
            }
            assert_eq!(Column::ALL[column.index()], *column);
        }
    }

    #[test]
    fn headers_are_read_whatever_their_dress() {
        for header in ["Date of Birth *", "DATE-OF-BIRTH", " dob", "Birth Date"] {
            assert_eq!(
                Column::from_header(header),
                Some(Column::DateOfBirth),
                "{header}"
            );
        }
        assert_eq!(Column::from_header("employer"), None);
    }

    #[test]
    fn letters_run_as_in_a_spreadsheet() {
        for (position, letters) in [
            (0, "A"),
            (25, "Z"),
            (26, "AA"),
            (51, "AZ"),
            (701, "ZZ"),
            (16383, "XFD"),
        ] {
            assert_eq!(column_letters(position), letters);
        }
    }
}
