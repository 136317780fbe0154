//! `countersign template`: an empty request workbook to fill in.
//!
//! Place in the flow: at the requesting office, before anything. Sheets `Cover` and `Subjects` are filled
//! in; `Guide`, `Examples` and `Lists` help with it and are not read back. With an agreement its names
//! are filled in, and its officers and statutes offered.
//!
//! Left to others: reading it back (intake), rules (statute).

mod guide;
mod lists;
mod sheets;

use instrument::agreement::Agreement;
use model::{column::Column, fault::ExitStatus};
use rust_xlsxwriter::{Workbook, XlsxError};

use crate::{arguments::TemplateArguments, files, home::read_signed};

/// What is already filled in; nothing in a template, something in tests of it.
#[derive(Debug, Default)]
pub struct Filling {
    cover: Vec<(&'static str, String)>,
    rows: Vec<Vec<(Column, String)>>,
}

/// Writes the workbook.
pub fn run(arguments: &TemplateArguments) -> Result<ExitStatus, anyhow::Error> {
    let agreement = match &arguments.agreement {
        Some(path) => Some(read_signed::<Agreement>(path)?.document().clone()),
        None => None,
    };
    if arguments.out.exists() {
        let taken = files::contents(&arguments.out, "a new file; what is there stays as it is");
        return Err(taken.into());
    }
    let bytes = workbook(agreement.as_ref(), &Filling::default())?;
    files::write(&arguments.out, &bytes)?;
    Ok(ExitStatus::Done)
}

/// The workbook's bytes.
fn workbook(agreement: Option<&Agreement>, filling: &Filling) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let lists = lists::lists(agreement);
    sheets::cover(workbook.add_worksheet(), agreement, filling)?;
    sheets::subjects(workbook.add_worksheet(), agreement, &lists, filling)?;
    guide::guide(workbook.add_worksheet(), agreement)?;
    guide::examples(workbook.add_worksheet(), agreement)?;
    lists::sheet(workbook.add_worksheet(), &lists)?;
    workbook.save_to_buffer()
}

#[cfg(test)]
mod tests {
    use intake::{Collected, Limits};
    use model::time::parse_date;
    use statute::{
        Channel, CoverView, Examination, SheetColumns, Terms, TinAcceptance, sample, statute_book,
    };

    use super::*;

    fn read(bytes: Vec<u8>) -> Collected {
        let mut collected = Collected::default();
        let reader = std::io::Cursor::new(bytes);
        intake::read(reader, "t.xlsx", &Limits::standard(), &mut collected).unwrap();
        collected
    }

    #[test]
    fn the_template_reads_back_without_a_finding_about_its_form() {
        let agreement = sample::agreement().unwrap();
        for agreement in [None, Some(&agreement)] {
            let collected = read(workbook(agreement, &Filling::default()).unwrap());
            assert_eq!(collected.rows.len(), 0);
            assert_eq!(collected.sheets.len(), 1);
            assert_eq!(collected.sheets[0].1.len(), Column::COUNT);
            assert_eq!(collected.findings, vec![]);
        }
    }

    /// A template filled in as the sample request is.
    fn filled(rows: usize) -> (Agreement, Collected) {
        let agreement = sample::agreement().unwrap();
        let cover = sample::cover();
        let own = ["request_id", "signed_on", "purpose"];
        let filling = Filling {
            cover: own.map(|key| (key, cover.text(key).to_owned())).to_vec(),
            rows: (0..rows).map(sample::values).collect(),
        };
        let bytes = workbook(Some(&agreement), &filling).unwrap();
        (agreement, read(bytes))
    }

    #[test]
    fn a_filled_template_examines_clean() {
        let (agreement, collected) = filled(6);
        let mut examination = Examination::new(Terms {
            as_of: parse_date(sample::AS_OF).unwrap(),
            agreement: Some(&agreement),
            book: statute_book(),
            accepts: TinAcceptance::NeverIssuedOnly,
            channel: Channel::Open,
        });
        let mut cover = CoverView::new();
        for (key, value) in &collected.cover.unwrap().values {
            cover.set(key, &value.text, &value.cell);
        }
        examination.cover(&cover);
        for (number, columns) in &collected.sheets {
            examination.sheet(*number, SheetColumns::new(columns));
        }
        assert_eq!(collected.rows.len(), 6);
        for row in &collected.rows {
            assert_eq!(examination.row(row).findings, vec![]);
        }
        let outcome = examination.finish();
        assert_eq!(outcome.request, vec![]);
        assert!(outcome.later.is_empty());
        assert_eq!(outcome.counts.admissible, 6);
    }

    #[test]
    fn what_a_list_offers_is_what_the_examination_takes() {
        let agreement = sample::agreement().unwrap();
        let offered = lists::provisions(Some(&agreement));
        assert!(offered.len() > 10);
        let all = lists::provisions(None);
        assert!(all.len() >= offered.len());
        assert!(offered.iter().all(|provision| all.contains(provision)));
    }
}
