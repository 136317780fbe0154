//! As much JSON as xtask needs: numbers out of our own programs' documents and their peers'.
//!
//! Place in the flow: the demo part of the tests reads the checker's totals with it, benches what was
//! measured.
//!
//! Left to others: JSON in general.

use crate::failure::Failure;

/// The whole number that stands behind `"key":` where the key first occurs.
pub fn whole_number(document: &str, key: &str) -> Option<u64> {
    let (_, after) = document.split_once(&format!("\"{key}\""))?;
    let value = after.trim_start().strip_prefix(':')?.trim_start();
    let end = value
        .find(|letter: char| !letter.is_ascii_digit())
        .unwrap_or(value.len());
    value.get(..end)?.parse().ok()
}

/// The number, whole or decimal, that stands behind `"key":` where the key first occurs.
pub fn number(document: &str, key: &str) -> Option<f64> {
    let (_, after) = document.split_once(&format!("\"{key}\""))?;
    let value = after.trim_start().strip_prefix(':')?.trim_start();
    let end = value
        .find(|letter: char| !(letter.is_ascii_digit() || "+-.eE".contains(letter)))
        .unwrap_or(value.len());
    value.get(..end)?.parse().ok()
}

/// [`number`], which a program of ours or its peer must have told.
pub fn needed(document: &str, key: &str) -> Result<f64, Failure> {
    number(document, key).ok_or_else(|| missing(key))
}

/// What stands in the braces behind `"key":{`, to look for numbers in. No text in our documents has
/// braces.
pub fn part<'d>(document: &'d str, key: &str) -> Result<&'d str, Failure> {
    let (_, after) = document
        .split_once(&format!("\"{key}\":{{"))
        .ok_or_else(|| missing(key))?;
    let mut open = 1_u32;
    let end = after.find(|letter: char| {
        match letter {
            '{' => open += 1,
            '}' => open -= 1,
            _ => {}
        }
        open == 0
    });
    end.and_then(|end| after.get(..end))
        .ok_or_else(|| missing(key))
}

fn missing(key: &str) -> Failure {
    Failure::Failed(format!("a document of a measurement has no `{key}`"))
}

/// Seconds with one decimal.
pub fn seconds(duration: std::time::Duration) -> String {
    format!("{:.1}", duration.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(document: &str, expected: Option<u64>) {
        assert_eq!(whole_number(document, "rows"), expected, "{document}");
    }

    #[test]
    fn numbers_are_found() {
        check("{\"rows\":12}", Some(12));
        check("{\n  \"rows\": 7,\n  \"other\": 1}", Some(7));
        check("{\"rows\":\"12\"}", None);
        check("{\"row\":12}", None);
        check("{\"rows\" : 12}", Some(12));
        check("{\"rows\" 12}", None);
        check("{\"rows\":", None);
    }

    #[test]
    fn what_is_missing_is_an_error() {
        let document = "{\"all\":{\"recall\":0.5},\"none\":null}";
        assert_eq!(
            needed(part(document, "all").unwrap(), "recall").ok(),
            Some(0.5)
        );
        assert!(needed(document, "recal").is_err());
        assert!(needed(document, "none").is_err());
        assert!(part(document, "none").is_err());
        let later = "{\"all\":{\"a\":{\"b\":1}},\"rest\":{\"recall\":0.5}}";
        assert_eq!(part(later, "all").ok(), Some("\"a\":{\"b\":1}"));
        assert!(needed(part(later, "all").unwrap(), "recall").is_err());
        assert!(part("{\"all\":{", "all").is_err());
    }

    #[test]
    fn decimals_are_found() {
        let check = |document: &str, expected: Option<f64>| {
            assert_eq!(number(document, "recall"), expected, "{document}");
        };
        check("{\"recall\":0.957,\"recall\":1}", Some(0.957));
        check("{\"recall\": 3}", Some(3.0));
        check("{\"recall\":1e-3}", Some(0.001));
        check("{\"recall\":null}", None);
        check("{\"recalls\":1}", None);
    }
}
