//! Wrapper that keeps personal data and key material out of logs, errors and `Debug`.
//!
//! Place in the flow: every cell of a request, every name and address, every secret key sits in
//! one. Reading it takes a call to [`Personal::expose`], which a reviewer can search for.
//!
//! Left to others: deciding who may look.

use std::fmt;

use zeroize::Zeroize;

/// A value about a person, or a secret: its `Debug` prints nothing of it and it has no `Display`.
///
/// The memory is overwritten when the value is dropped. Copies made by the reader of
/// [`Personal::expose`] are the reader's to look after.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Personal<T: Zeroize>(T);

impl<T: Zeroize> Personal<T> {
    /// Wraps a value.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// Gives the value to code that has a reason to see it.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T: Zeroize> fmt::Debug for Personal<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("(personal)")
    }
}

impl<T: Zeroize> Drop for Personal<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl From<&str> for Personal<String> {
    fn from(value: &str) -> Self {
        Self::new(value.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_prints_nothing_of_the_value() {
        let name = Personal::from("Maria");
        assert_eq!(format!("{name:?}"), "(personal)");
        assert_eq!(name.expose(), "Maria");
    }
}
