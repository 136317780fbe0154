//! Which separator a csv uses.
//!
//! Place in the flow: looks at the first bytes of the decoded text. The separator under which a
//! record names most known columns wins; `sep=;` in the first line (Excel's own mark) decides alone.
//!
//! Left to others: splitting (records).

use model::column::Column;

use super::records::Records;
use crate::Limits;

/// Records looked at.
const RECORDS: usize = 21;

/// How the text is to be split.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dialect {
    pub(super) separator: u8,
    /// Whether the first line only declares the separator.
    pub(super) declared: bool,
}

pub(super) fn dialect(sample: &[u8], limits: &Limits) -> Dialect {
    if let [
        b's' | b'S',
        b'e' | b'E',
        b'p' | b'P',
        b'=',
        separator @ (b',' | b';' | b'\t'),
        b'\r' | b'\n',
        ..,
    ] = sample
    {
        return Dialect {
            separator: *separator,
            declared: true,
        };
    }
    let mut best = (0, b',');
    for separator in [b',', b';', b'\t'] {
        let known = most_known(sample, separator, limits);
        if known > best.0 {
            best = (known, separator);
        }
    }
    Dialect {
        separator: best.1,
        declared: false,
    }
}

/// The most known column names in one of the first records.
fn most_known(sample: &[u8], separator: u8, limits: &Limits) -> usize {
    let mut records = Records::new(sample, separator, limits);
    let mut most = 0;
    for _ in 0..RECORDS {
        // The sample may end in the middle of a record: what cannot be read does not count.
        let Ok(Some(record)) = records.next() else {
            break;
        };
        let fields = record.fields().take(400);
        let known = fields.filter(|field| Column::from_header(field).is_some());
        most = most.max(known.count());
    }
    most
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, separator: char, declared: bool) {
        let found = dialect(text.as_bytes(), &Limits::standard());
        assert_eq!(
            (char::from(found.separator), found.declared),
            (separator, declared),
            "{text}"
        );
    }

    #[test]
    fn separators() {
        check("surnames,city\na,b", ',', false);
        check("surnames;city\na;b,c,d", ';', false);
        check("surnames\tcity", '\t', false);
        check("\"surnames\";\"city\"", ';', false);
        check("Request, 3 May, final\n\nsurnames;city;state\n", ';', false);
        check("sep=;\nsurnames,city", ';', true);
        check("no,header", ',', false);
        check("", ',', false);
    }
}
