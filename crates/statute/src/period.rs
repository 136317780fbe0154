//! Tax periods of a cell.
//!
//! Place in the flow: [`crate::reading`] reads the column `tax_periods` here.
//!
//! Left to others: how many are allowed and which lie in the future (rules).

use model::time::TaxPeriod;

/// The column `tax_periods` as far as it could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PeriodsReading {
    /// Nothing is filled in.
    Missing,
    /// The periods, ascending, each once.
    Periods(Vec<TaxPeriod>),
    /// `all years`, `any`: no period is stated.
    Unlimited,
    /// A year of two digits, `23` or `2023-24`.
    TwoDigitYear,
    /// A range whose end lies before its beginning.
    Backwards,
    /// In no documented form.
    Unreadable,
}

impl PeriodsReading {
    /// The periods, or none.
    #[must_use]
    pub fn periods(&self) -> &[TaxPeriod] {
        match self {
            Self::Periods(periods) => periods,
            _ => &[],
        }
    }

    /// Why there are none; `None` where there are.
    #[must_use]
    pub const fn problem(&self) -> Option<&'static str> {
        match self {
            Self::Periods(_) => None,
            Self::Missing => Some("no tax period is stated"),
            Self::Unlimited => Some("no tax period is stated: all years are not a period"),
            Self::TwoDigitYear => Some("a tax period has a year of two digits"),
            Self::Backwards => Some("a range of tax periods ends before it begins"),
            Self::Unreadable => Some("the tax periods are in no form that is read"),
        }
    }
}

/// Reads `2023`, `2023-2024`, `2021 to 2023`, `2023; 2024`, `2023, 2024`, one a line, with or
/// without `TY`, `tax year` or `(Form 1040)`, and `202312`, `2023-12`, `12/31/2023` or `2023-12-31` for
/// the year that ends with that December. `2008-12` could be five years and is not read.
#[must_use]
pub fn read_periods(text: &str) -> PeriodsReading {
    let text = text.trim();
    if text.is_empty() {
        return PeriodsReading::Missing;
    }
    if text.len() > 400 {
        return PeriodsReading::Unreadable;
    }
    if let Ok(period) = text.parse() {
        return PeriodsReading::Periods(vec![period]);
    }
    if let Some((first, last)) = text.split_once('-').filter(|_| text.len() == 9)
        && let (Ok(first), Ok(last)) = (first.parse(), last.parse())
    {
        return read_range(first, last).map_or_else(|problem| problem, PeriodsReading::Periods);
    }
    let plain = plain_form(text);
    if plain
        .split(' ')
        .any(|word| ["all", "any", "every", "multiple", "various"].contains(&word))
    {
        return PeriodsReading::Unlimited;
    }
    let mut periods = Vec::new();
    for item in plain
        .split(';')
        .map(str::trim)
        .filter(|item| !item.is_empty())
    {
        match read_item(item) {
            Ok(found) => periods.extend(found),
            Err(problem) => return problem,
        }
    }
    if periods.is_empty() {
        return PeriodsReading::Unreadable;
    }
    periods.sort_unstable();
    periods.dedup();
    PeriodsReading::Periods(periods)
}

/// Lower case; separators of items `;`, of a range `-`; words that only name a year left out.
fn plain_form(text: &str) -> String {
    text.to_lowercase()
        .trim_end_matches('.')
        .replace(['–', '—', '−'], "-")
        .replace(['\n', '\r', ',', '&'], ";")
        .replace("(form 1040)", "")
        .replace("through", "-")
        .replace(" thru ", "-")
        .replace(" to ", "-")
        .replace(" and ", ";")
        .split_whitespace()
        .filter(|word| {
            ![
                "tax", "taxable", "calendar", "year", "years", "period", "periods", "ty", "cy",
            ]
            .contains(word)
        })
        .collect::<Vec<_>>()
        .join(" ")
}

fn read_item(item: &str) -> Result<Vec<TaxPeriod>, PeriodsReading> {
    if item.contains('/') {
        return read_slashed(item);
    }
    if let Some(period) = year_end(item) {
        return Ok(vec![period]);
    }
    let Some((first, last)) = item.split_once('-') else {
        // Years beside each other with a space alone.
        return item.split(' ').map(read_year).collect();
    };
    read_range(read_year(first.trim())?, read_year(last.trim())?)
}

/// `2023/2024`, two periods, or `12/31/2023`, the end of one.
fn read_slashed(item: &str) -> Result<Vec<TaxPeriod>, PeriodsReading> {
    let parts: Vec<&str> = item.split('/').map(str::trim).collect();
    match parts.as_slice() {
        ["12", "31", year] if year.len() == 4 => Ok(vec![read_year(year)?]),
        [_, _, year] if year.len() == 4 && parts.iter().any(|part| part.len() <= 2) => {
            Err(PeriodsReading::Unreadable)
        }
        _ => {
            let items = parts.iter().filter(|part| !part.is_empty());
            let read: Result<Vec<_>, _> = items.map(|part| read_item(part)).collect();
            Ok(read?.concat())
        }
    }
}

/// `2023-12-31`, and `2023-12` where it cannot be a range that ends in 2012.
fn year_end(item: &str) -> Option<TaxPeriod> {
    let (year, rest) = item.split_once('-')?;
    let in_century: u8 = year.get(2..)?.parse().ok()?;
    let ends = rest == "12-31" || rest == "12" && in_century >= 12;
    year.parse().ok().filter(|_| ends)
}

fn read_range(first: TaxPeriod, last: TaxPeriod) -> Result<Vec<TaxPeriod>, PeriodsReading> {
    if last < first {
        return Err(PeriodsReading::Backwards);
    }
    let years = first.year()..=last.year();
    Ok(years.filter_map(|year| TaxPeriod::new(year).ok()).collect())
}

fn read_year(text: &str) -> Result<TaxPeriod, PeriodsReading> {
    let text = text.strip_prefix("ty").unwrap_or(text);
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    match (text.len(), digits) {
        (4, true) => text.parse().map_err(|_| PeriodsReading::Unreadable),
        (6, true) if text.ends_with("12") => {
            let year = text.get(..4).unwrap_or_default();
            year.parse().map_err(|_| PeriodsReading::Unreadable)
        }
        (2, true) => Err(PeriodsReading::TwoDigitYear),
        _ => Err(PeriodsReading::Unreadable),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, expected: &str) {
        let shown = match read_periods(text) {
            PeriodsReading::Periods(periods) => {
                let years: Vec<String> = periods.iter().map(ToString::to_string).collect();
                years.join(" ")
            }
            other => format!("{other:?}"),
        };
        assert_eq!(shown, expected, "{text}");
    }

    #[test]
    fn documented_forms() {
        check("2023", "2023");
        check("2023-2024", "2023 2024");
        check("2023 – 2024", "2023 2024");
        check("2021 to 2023", "2021 2022 2023");
        check("2021 through 2023", "2021 2022 2023");
        check("2023; 2024", "2023 2024");
        check("2024, 2023", "2023 2024");
        check("2023 and 2024", "2023 2024");
        check("2023\n2024\n", "2023 2024");
        check("2023 2024", "2023 2024");
        check("TY2023", "2023");
        check("Tax years 2023-2024", "2023 2024");
        check("202312", "2023");
        check("2023-12", "2023");
        check("2012-12", "2012");
        check("2023-12-31", "2023");
        check("12/31/2023", "2023");
        check("12/31/2022, 12/31/2023", "2022 2023");
        check("2023.", "2023");
        check("calendar year 2023", "2023");
        check("2023 (Form 1040)", "2023");
        check("2022 (Form 1040); 2023 (Form 1040)", "2022 2023");
        check("2022/2023", "2022 2023");
        check("2020-2021/2023/", "2020 2021 2023");
        check("2020; 2022-2024; 2022", "2020 2022 2023 2024");
    }

    #[test]
    fn what_states_no_period() {
        check("", "Missing");
        check("all", "Unlimited");
        check("All years", "Unlimited");
        check("any", "Unlimited");
        check("23", "TwoDigitYear");
        check("2023-24", "TwoDigitYear");
        check("2024-2023", "Backwards");
        check("2011-12", "TwoDigitYear");
        check("2023/24", "TwoDigitYear");
        for text in [
            "-",
            "2023-",
            "202306",
            "last year",
            "20223",
            "1850",
            "2023-2024-2025",
            "2023-01-01",
            "2023-06-30",
            "6/30/2023",
            "12/30/2023",
            "1/31/2023",
            "12/31/23x4",
            "fiscal year 2023",
            "(Form 1040)",
            "/",
            ";",
        ] {
            check(text, "Unreadable");
        }
    }

    proptest! {
        #[test]
        fn what_is_read_is_sorted_and_single(text in "[0-9,;\\- a-z]{0,30}") {
            let reading = read_periods(&text);
            let periods = reading.periods();
            prop_assert!(periods.windows(2).all(|pair| pair[0] < pair[1]));
        }
    }
}
