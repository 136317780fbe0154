//! The response workbook of one named officer.
//!
//! Place in the flow: Summary, Answers, No disclosure, Declined, Rejected: every row of the request
//! that names this officer stands on exactly one sheet, and the Summary's counts add up.
//!
//! Left to others: encryption ([`crate::encrypt()`]), the receipt over all officers.

use instrument::cover::Cover;
use model::{
    answer::{
        Answer, AnswerCounts, CONFIRMED_WORDS, DISCLOSED_WORDS, DeclineGround, NO_DISCLOSURE_WORDS,
    },
    finding::FindingView,
    id::{OfficialId, RowId},
    time::{Date, TaxPeriod},
};
use rust_xlsxwriter::{DocProperties, Workbook};

use crate::{
    AnswerError,
    sheet::{add_facts, add_table, column},
};

/// A disclosed mailing address: nothing else can leave.
#[derive(Clone, PartialEq, Eq)]
pub struct Disclosed {
    /// The address, line by line.
    pub lines: Vec<String>,
    /// The latest period it was reported for.
    pub period: TaxPeriod,
}

impl std::fmt::Debug for Disclosed {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Disclosed(personal)")
    }
}

/// One row of a response.
#[derive(Debug, Clone)]
pub struct ResponseRow {
    /// The row.
    pub row: RowId,
    /// The requester's own case number.
    pub case_number: String,
    /// The answer.
    pub answer: Answer,
    /// Where disclosed, the address.
    pub disclosed: Option<Disclosed>,
    /// Where declined, the ground.
    pub ground: Option<DeclineGround>,
    /// Where rejected, all findings.
    pub findings: Vec<FindingView>,
}

/// A response to one officer.
#[derive(Debug)]
pub struct Response<'a> {
    /// Whether everything in it is synthetic.
    pub synthetic: Synthetic,
    /// The request's cover.
    pub cover: &'a Cover,
    /// The officer who alone receives it.
    pub officer: &'a OfficialId,
    /// The day all answers issue.
    pub issued_on: Date,
    /// Day by which it must be destroyed.
    pub destroy_by: Date,
    /// Findings about the request as a whole.
    pub findings: &'a [FindingView],
    /// The rows that name this officer, in workbook order.
    pub rows: &'a [ResponseRow],
}

/// Whether a response is stamped SYNTHETIC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Synthetic {
    /// Under a synthetic genesis: no person in it is real.
    Yes,
    /// Under a production genesis.
    No,
}

/// Writes the workbook's bytes (xlsx).
///
/// # Errors
/// [`AnswerError::Workbook`].
pub fn write_workbook(response: &Response<'_>) -> Result<Vec<u8>, AnswerError> {
    let mut workbook = Workbook::new();
    let title = format!("Response to request {}", response.cover.request);
    workbook.set_properties(&DocProperties::new().set_title(&title));
    summary(&mut workbook, response, &title)?;
    answers(&mut workbook, response)?;
    no_disclosure(&mut workbook, response)?;
    declined(&mut workbook, response)?;
    rejected(&mut workbook, response)?;
    Ok(workbook.save_to_buffer()?)
}

fn summary(
    workbook: &mut Workbook,
    response: &Response<'_>,
    title: &str,
) -> Result<(), AnswerError> {
    let cover = response.cover;
    let rows = u64::try_from(response.rows.len()).unwrap_or(u64::MAX);
    let counts = AnswerCounts::count(rows, response.rows.iter().map(|row| row.answer));
    let fact = |key: &str, value: String| (key.to_owned(), value);
    let mut facts = vec![
        fact("Request", cover.request.to_string()),
        fact("Requesting agency", cover.agency.to_string()),
        fact("Agreement", cover.agreement.0.to_string()),
        fact("For the sole use of", response.officer.to_string()),
        fact("Issued on", response.issued_on.to_string()),
        fact("Destroy by", response.destroy_by.to_string()),
        fact("Your rows", counts.rows.to_string()),
    ];
    for answer in Answer::ALL {
        facts.push(fact(
            &format!("  of these {}", answer.label()),
            counts.of(answer).to_string(),
        ));
    }
    for finding in response.findings {
        facts.push(fact(
            "About the request",
            format!(
                "{}. {}",
                sentence(&finding.message),
                sentence(&finding.remedy)
            ),
        ));
    }
    let stamp = match response.synthetic {
        Synthetic::Yes => "SYNTHETIC: no person, number or address in this workbook is real. ",
        Synthetic::No => "",
    };
    let note = format!(
        "{stamp}Return information under 26 U.S.C. 6103(i)(2), for the officer named and for the criminal \
         matter stated only. Every row that names this officer stands on exactly one of the sheets that follow."
    );
    Ok(add_facts(workbook, "Summary", title, &note, &facts)?)
}

fn of<'a>(
    response: &'a Response<'_>,
    answers: &'a [Answer],
) -> impl Iterator<Item = &'a ResponseRow> + 'a {
    response
        .rows
        .iter()
        .filter(move |row| answers.contains(&row.answer))
}

fn place(row: &ResponseRow) -> String {
    match row.row.sheet {
        1 => format!("Subjects, row {}", row.row.row),
        sheet => format!("Subjects {sheet}, row {}", row.row.row),
    }
}

fn answers(workbook: &mut Workbook, response: &Response<'_>) -> Result<(), AnswerError> {
    let rows: Vec<Vec<String>> = of(response, &[Answer::Confirmed, Answer::Disclosed])
        .map(|row| {
            let (address, period, words) = match &row.disclosed {
                Some(disclosed) => (
                    disclosed.lines.join("\n"),
                    disclosed.period.to_string(),
                    DISCLOSED_WORDS,
                ),
                None => (String::new(), String::new(), CONFIRMED_WORDS),
            };
            vec![
                place(row),
                row.case_number.clone(),
                row.answer.label().to_owned(),
                address,
                period,
                words.to_owned(),
            ]
        })
        .collect();
    let columns = [
        column("Row", 18.0),
        column("Case number", 20.0),
        column("Answer", 12.0),
        column("Mailing address", 34.0),
        column("Tax period", 12.0),
        column("What this says", 48.0),
    ];
    let note = "A mailing address last reported is not proof of residence. Use it as a lead and verify it before any action.";
    Ok(add_table(
        workbook,
        "Answers",
        note,
        &columns,
        &rows,
        "None of your rows.",
    )?)
}

fn no_disclosure(workbook: &mut Workbook, response: &Response<'_>) -> Result<(), AnswerError> {
    let rows: Vec<Vec<String>> = of(response, &[Answer::NoDisclosure, Answer::Pending])
        .map(|row| {
            vec![
                place(row),
                row.case_number.clone(),
                NO_DISCLOSURE_WORDS.to_owned(),
            ]
        })
        .collect();
    let columns = [
        column("Row", 18.0),
        column("Case number", 20.0),
        column("Answer", 96.0),
    ];
    let note = "The words are the same for every row here, whatever the cause.";
    Ok(add_table(
        workbook,
        "No disclosure",
        note,
        &columns,
        &rows,
        "None of your rows.",
    )?)
}

fn declined(workbook: &mut Workbook, response: &Response<'_>) -> Result<(), AnswerError> {
    let rows: Vec<Vec<String>> = of(response, &[Answer::Declined])
        .map(|row| {
            let ground = row.ground.map_or("", DeclineGround::words);
            vec![place(row), row.case_number.clone(), ground.to_owned()]
        })
        .collect();
    let columns = [
        column("Row", 18.0),
        column("Case number", 20.0),
        column("Ground", 96.0),
    ];
    let note = "Declined by a disclosure officer or counsel on the row's own words, before any record was looked at. It says nothing about what is on file.";
    Ok(add_table(
        workbook,
        "Declined",
        note,
        &columns,
        &rows,
        "None of your rows.",
    )?)
}

fn rejected(workbook: &mut Workbook, response: &Response<'_>) -> Result<(), AnswerError> {
    let rows: Vec<Vec<String>> = of(response, &[Answer::Rejected])
        .flat_map(|row| {
            row.findings.iter().map(move |finding| {
                vec![
                    place(row),
                    finding.cell.clone().unwrap_or_default(),
                    format!("{:?}", finding.class).to_lowercase(),
                    format!("{}.", sentence(&finding.message)),
                    format!("{}.", sentence(&finding.remedy)),
                    finding.citation.clone(),
                ]
            })
        })
        .collect();
    let columns = [
        column("Row", 18.0),
        column("Cell", 7.0),
        column("Class", 11.0),
        column("Finding", 52.0),
        column("What mends it", 52.0),
        column("Law", 30.0),
    ];
    let note = "A statutory element is absent. Mend the cells and send the rows again under a new request; countersign examine shows the same findings beforehand.";
    Ok(add_table(
        workbook,
        "Rejected",
        note,
        &columns,
        &rows,
        "None of your rows.",
    )?)
}

/// A fragment with its first letter as a sentence has it.
fn sentence(fragment: &str) -> String {
    let mut characters = fragment.chars();
    characters
        .next()
        .map(|first| first.to_uppercase().chain(characters).collect())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read as _};

    use model::{digest::Digest, finding::FindingClass};

    use super::*;

    fn row(number: u32, answer: Answer) -> ResponseRow {
        ResponseRow {
            row: RowId {
                request: "REQ-1".parse().unwrap(),
                sheet: 1,
                row: number,
            },
            case_number: "=HYPERLINK(\"http://x\")".into(),
            answer,
            disclosed: (answer == Answer::Disclosed).then(|| Disclosed {
                lines: vec!["12 ELM ST APT 4".into(), "RENO NV 89501".into()],
                period: "2023".parse().unwrap(),
            }),
            ground: (answer == Answer::Declined).then_some(DeclineGround::RelevanceNotShown),
            findings: vec![FindingView {
                rule: "address.placeholder".into(),
                class: FindingClass::Deficient,
                cell: Some("F2".into()),
                citation: "26 U.S.C. 6103(i)(2)(B)(i)".into(),
                message: "a placeholder is no address".into(),
                remedy: "state the address".into(),
            }],
        }
    }

    fn text_of(bytes: &[u8]) -> String {
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        let mut text = String::new();
        for index in 0..archive.len() {
            archive
                .by_index(index)
                .unwrap()
                .read_to_string(&mut text)
                .unwrap();
        }
        text
    }

    #[test]
    fn every_row_stands_once_and_nothing_becomes_a_formula() {
        let cover = Cover {
            genesis: Digest::of(b"g"),
            request: "REQ-1".parse().unwrap(),
            agency: "A".parse().unwrap(),
            agreement: ("AGR-1".parse().unwrap(), Digest::of(b"a")),
            signatory: "SIG-1".parse().unwrap(),
            signatory_title: "Director".into(),
            signed_on: "2026-11-21".parse().unwrap(),
            purpose: "p".into(),
            files: vec![],
            rows: 5,
            rows_root: Digest::of(b"r"),
        };
        let answers = [
            Answer::Confirmed,
            Answer::Disclosed,
            Answer::NoDisclosure,
            Answer::Rejected,
            Answer::Declined,
        ];
        let rows: Vec<ResponseRow> = (2..)
            .zip(answers)
            .map(|(number, answer)| row(number, answer))
            .collect();
        let bytes = write_workbook(&Response {
            synthetic: Synthetic::Yes,
            cover: &cover,
            officer: &"OFF-1".parse().unwrap(),
            issued_on: "2026-11-21".parse().unwrap(),
            destroy_by: "2027-11-21".parse().unwrap(),
            findings: &[],
            rows: &rows,
        })
        .unwrap();
        let text = text_of(&bytes);
        for number in 2..7 {
            assert_eq!(
                text.matches(&format!("Subjects, row {number}<")).count(),
                1,
                "{number}"
            );
        }
        assert!(!text.contains("<f>"), "a formula was written");
        assert_eq!(text.matches("12 ELM ST").count(), 1);
        assert!(text.contains("SYNTHETIC"));
    }
}
