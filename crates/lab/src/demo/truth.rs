//! Comparing what was said with the truth of the synthetic nation.
//!
//! Place in the flow: the demonstration's last check, which nobody could make about real people. Three
//! things are compared: every person named in a statement with the person the row means; every address
//! disclosed with the extract's for that person and period; every confirmation with the truth file.
//!
//! Left to others: making the truth (population).

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fs,
    path::Path,
};

use identity::candidates::Candidates as _;
use instrument::{archive::Archive, bundle, document::Document as _, statement::Statement};
use model::id::RecordNumber;
use register::{kind::Synthetic, register::Register};
use serde::{Deserialize, Serialize};

use super::{DemoError, response::Answered};

type Place = (u16, u32);

/// What was compared.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Compared {
    /// People named in statements, also where a reviewer ended the case.
    pub named: u64,
    /// Addresses disclosed.
    pub disclosed: u64,
    /// Addresses confirmed.
    pub confirmed: u64,
    /// Places of rows about which something wrong was said.
    pub wrong: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct TruthRow {
    sheet: u16,
    row: u32,
    person_id: String,
    latest_address_given: String,
}

/// A row of the extract, as far as it is compared.
#[derive(Deserialize)]
struct Filing {
    person_id: String,
    given_names: String,
    surnames: String,
    suffix: String,
    date_of_birth: String,
    tax_period: String,
    address_line_1: String,
    address_line_2: String,
    city: String,
    state: String,
    postal_code: String,
}

/// The files of a demonstration that are compared.
pub(super) struct Sources<'a> {
    pub truth: &'a Path,
    pub extract: &'a Path,
    pub register: &'a Path,
    pub sealed_bundle: &'a Path,
}

/// Compares everything that was said.
pub(super) fn compare(sources: &Sources<'_>, answers: &[Answered]) -> Result<Compared, DemoError> {
    let truth = read_truth(sources.truth)?;
    let wanted: BTreeSet<&str> = truth.values().map(|row| row.person_id.as_str()).collect();
    let filings = read_filings(sources.extract, &wanted)?;
    let mut compared = Compared::default();
    let register: Register<Synthetic> = Register::open(sources.register).map_err(check)?;
    for statement in statements(sources.sealed_bundle)? {
        let place = (statement.row.sheet, statement.row.row);
        let own = person_of(&truth, &filings, place);
        compared.named += 1;
        if !is_person(&register, statement.record, own)? {
            compared
                .wrong
                .push(format!("{}: another person", statement.row));
        }
    }
    for answer in answers {
        let own = person_of(&truth, &filings, answer.place);
        let right = if answer.answer == "Disclosed" {
            compared.disclosed += 1;
            own.iter().any(|filing| is_address(filing, answer))
        } else {
            compared.confirmed += 1;
            let row = truth.get(&answer.place);
            row.is_some_and(|row| row.latest_address_given == "yes")
        };
        if !right {
            let (sheet, row) = answer.place;
            compared
                .wrong
                .push(format!("sheet {sheet} row {row}: {}", answer.answer));
        }
    }
    Ok(compared)
}

fn check(error: impl std::fmt::Display) -> DemoError {
    DemoError::Check(error.to_string())
}

fn read_truth(path: &Path) -> Result<BTreeMap<Place, TruthRow>, DemoError> {
    let mut reader = csv::Reader::from_path(path).map_err(check)?;
    reader
        .deserialize()
        .map(|row: Result<TruthRow, _>| row.map(|row| ((row.sheet, row.row), row)).map_err(check))
        .collect()
}

fn read_filings(
    path: &Path,
    wanted: &BTreeSet<&str>,
) -> Result<HashMap<String, Vec<Filing>>, DemoError> {
    let mut reader = csv::Reader::from_path(path).map_err(check)?;
    let headers = reader.headers().map_err(check)?.clone();
    let mut filings: HashMap<String, Vec<Filing>> = HashMap::new();
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).map_err(check)? {
        if record.get(0).is_some_and(|person| wanted.contains(person)) {
            let filing: Filing = record.deserialize(Some(&headers)).map_err(check)?;
            filings
                .entry(filing.person_id.clone())
                .or_default()
                .push(filing);
        }
    }
    Ok(filings)
}

/// The filings of the person a row means; none where nobody on file is meant.
fn person_of<'a>(
    truth: &BTreeMap<Place, TruthRow>,
    filings: &'a HashMap<String, Vec<Filing>>,
    place: Place,
) -> &'a [Filing] {
    let person = truth.get(&place).map(|row| row.person_id.as_str());
    let own = person.and_then(|person| filings.get(person));
    own.map(Vec::as_slice).unwrap_or_default()
}

/// The statements of a sealed bundle.
fn statements(path: &Path) -> Result<Vec<Statement>, DemoError> {
    let bytes = fs::read(path).map_err(DemoError::file(path))?;
    let archive = Archive::parse(&bytes, bundle::BUNDLE).map_err(check)?;
    archive
        .parts()
        .filter(|(name, _)| name.starts_with(bundle::REQUESTS) && name.contains("/statement/"))
        .map(|(_, bytes)| {
            let text = std::str::from_utf8(bytes).map_err(check)?;
            Statement::parse(text).map_err(check)
        })
        .collect()
}

/// Whether a record of the match plane is the person of these filings: name, suffix and birth date as one
/// of them has them.
fn is_person(
    register: &Register<Synthetic>,
    record: RecordNumber,
    filings: &[Filing],
) -> Result<bool, DemoError> {
    let view = register.record(record).map_err(check)?;
    let birth = view
        .date_of_birth
        .map(|date| date.to_string())
        .unwrap_or_default();
    let given: Vec<&str> = view.given.split(' ').collect();
    let surnames: Vec<&str> = view.surnames.split(' ').collect();
    Ok(filings.iter().any(|filing| {
        let name =
            standard::name::standard_name(&filing.given_names, &filing.surnames, &filing.suffix);
        name.given == given
            && name.surnames == surnames
            && name.suffix == view.suffix
            && filing.date_of_birth == birth
    }))
}

/// Whether a disclosed address is the filing's, for the filing's period: letters and digits alike.
fn is_address(filing: &Filing, answer: &Answered) -> bool {
    let on_file = [
        &filing.address_line_1,
        &filing.address_line_2,
        &filing.city,
        &filing.state,
        &filing.postal_code,
    ];
    let on_file: String = on_file.into_iter().flat_map(|text| plain(text)).collect();
    filing.tax_period == answer.period && plain(&answer.address).eq(on_file.chars())
}

fn plain(text: &str) -> impl Iterator<Item = char> {
    text.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filing() -> Filing {
        let own = |text: &str| text.to_owned();
        Filing {
            person_id: own("P-1"),
            given_names: own("ANA"),
            surnames: own("DIAZ"),
            suffix: String::new(),
            date_of_birth: own("1980-01-02"),
            tax_period: own("2024"),
            address_line_1: own("12 Elm St"),
            address_line_2: own("Apt 4"),
            city: own("Reno"),
            state: own("NV"),
            postal_code: own("89501"),
        }
    }

    #[test]
    fn an_address_is_right_for_its_own_period_only() {
        let check = |address: &str, period: &str, expected: bool| {
            let answer = Answered {
                place: (1, 2),
                answer: "Disclosed".to_owned(),
                address: address.to_owned(),
                period: period.to_owned(),
            };
            assert_eq!(
                is_address(&filing(), &answer),
                expected,
                "{address:?} {period}"
            );
        };
        check("12 ELM ST APT 4\nRENO NV 89501", "2024", true);
        check("12 ELM ST APT 4\nRENO NV 89501", "2023", false);
        check("12 ELM ST APT 5\nRENO NV 89501", "2024", false);
        check("", "2024", false);
    }
}
