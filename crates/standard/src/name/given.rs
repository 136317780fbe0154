//! Short forms and spellings of given names.
//!
//! Place in the flow: identity compares given names by [`canonical_given`]; the register blocks on it.
//!
//! Left to others: how much an agreement on a short form is worth (identity).

use std::{collections::HashMap, sync::OnceLock};

use crate::hash::QuickHash;

const GIVEN_NAMES: &str = include_str!("../../data/given_names.csv");

struct Form {
    formal: &'static str,
    group: u32,
}

fn forms() -> &'static HashMap<&'static str, Form, QuickHash> {
    static FORMS: OnceLock<HashMap<&'static str, Form, QuickHash>> = OnceLock::new();
    FORMS.get_or_init(|| {
        let lines = GIVEN_NAMES.lines().filter(|line| !line.starts_with('#'));
        let mut forms = HashMap::default();
        for (group, line) in (0..).zip(lines) {
            let formal = line.split(',').next().unwrap_or_default();
            for name in line.split(',') {
                forms.insert(name, Form { formal, group });
            }
        }
        forms
    })
}

/// The formal name of a folded given name, `BOB` to `ROBERT`; the token itself where none is known.
#[must_use]
pub fn canonical_given(token: &str) -> &str {
    forms().get(token).map_or(token, |form| form.formal)
}

/// A number shared by given names that are forms of one another; `None` for a name without others.
/// It is the position of the formal name in the bundled table, so it may change with the table.
#[must_use]
pub fn nickname_group(token: &str) -> Option<u32> {
    forms().get(token).map(|form| form.group)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_forms_lead_to_the_formal_name() {
        for (short, formal) in [
            ("BOB", "ROBERT"),
            ("LUPE", "GUADALUPE"),
            ("MOHAMED", "MUHAMMAD"),
            ("PEPE", "JOSE"),
            ("ROBERT", "ROBERT"),
            ("XIMENA", "XIMENA"),
        ] {
            assert_eq!(canonical_given(short), formal);
        }
        assert_eq!(nickname_group("BOB"), nickname_group("ROBERT"));
        assert_ne!(nickname_group("BOB"), nickname_group("BILL"));
        assert_eq!(nickname_group("XIMENA"), None);
    }

    #[test]
    fn every_name_stands_once_and_formal_names_are_fixed_points() {
        let names = GIVEN_NAMES
            .lines()
            .filter(|line| !line.starts_with('#'))
            .flat_map(|line| line.split(','));
        assert_eq!(names.count(), forms().len());
        for form in forms().values() {
            assert_eq!(canonical_given(form.formal), form.formal);
        }
    }
}
