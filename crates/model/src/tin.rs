//! Taxpayer identification numbers, and the ranges that were never issued.
//!
//! Place in the flow: statute reads a row's TIN, the builder an extract's; laboratory and synthetic
//! genesis accept never-issued numbers only, production refuses them (LAW.md section 8).
//!
//! Left to others: tokens (seal), weight of a TIN as evidence (identity).

use std::str::FromStr;

use thiserror::Error;

use crate::personal::Personal;

/// Nine digits. `Debug` prints nothing of them.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Tin(Personal<[u8; 9]>);

/// The text is not a TIN. The fault of the requester's cell or the extract's field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TinError {
    /// Not nine digits, with or without the two hyphens.
    #[error("a TIN is nine digits, plain or as 000-00-0000")]
    Form,
}

impl Tin {
    /// The nine digits as ASCII text.
    #[must_use]
    pub fn digits(&self) -> String {
        self.0
            .expose()
            .iter()
            .map(|digit| char::from(b'0' + digit))
            .collect()
    }

    fn area(&self) -> u16 {
        let [a, b, c, ..] = *self.0.expose();
        u16::from(a) * 100 + u16::from(b) * 10 + u16::from(c)
    }

    fn group(&self) -> u8 {
        let [_, _, _, d, e, ..] = *self.0.expose();
        d * 10 + e
    }

    /// Whether the number lies in a range no agency ever issued: `666-gg-ssss`, `000-gg-ssss`, and
    /// `9xx` with digits 4–5 outside every ITIN, ATIN and IRSN range (LAW.md section 8).
    #[must_use]
    pub fn is_never_issued(&self) -> bool {
        match self.area() {
            0 | 666 => true,
            900..=999 => {
                matches!(self.group(), 0 | 11..=16 | 20..=27 | 30..=36 | 40..=48 | 67..=69)
            }
            _ => false,
        }
    }

    /// Whether an office could have issued the number: an SSN, an ITIN (digits 4–5 in 50–65,
    /// 70–88, 90–92, 94–99) or an ATIN (93). An IRS temporary number is none of these.
    #[must_use]
    pub fn is_issuable(&self) -> bool {
        match self.area() {
            0 | 666 => false,
            900..=999 => matches!(self.group(), 50..=65 | 70..=88 | 90..=99),
            _ => self.group() != 0 && self.digits().get(5..) != Some("0000"),
        }
    }
}

impl FromStr for Tin {
    type Err = TinError;

    fn from_str(text: &str) -> Result<Self, TinError> {
        let plain = match text.as_bytes() {
            [_, _, _, b'-', _, _, b'-', _, _, _, _] => text.replace('-', ""),
            _ => text.to_owned(),
        };
        let bytes: [u8; 9] = plain.as_bytes().try_into().map_err(|_| TinError::Form)?;
        if !bytes.iter().all(u8::is_ascii_digit) {
            return Err(TinError::Form);
        }
        Ok(Self(Personal::new(bytes.map(|byte| byte - b'0'))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn issued_and_never_issued_do_not_overlap() {
        for area in [0_u32, 1, 665, 666, 667, 899, 900, 950, 999] {
            for group in 0..100 {
                let tin: Tin = format!("{area:03}-{group:02}-1234").parse().unwrap();
                assert!(
                    !(tin.is_never_issued() && tin.is_issuable()),
                    "{area} {group}"
                );
            }
        }
    }

    #[test]
    fn forms() {
        assert!("666-12-3456".parse::<Tin>().unwrap().is_never_issued());
        assert!("123456789".parse::<Tin>().unwrap().is_issuable());
        for bad in [
            "",
            "12345678",
            "1234567890",
            "12-3456789",
            "66612345x",
            "６６６１２３４５６",
        ] {
            assert!(bad.parse::<Tin>().is_err(), "{bad}");
        }
    }
}
