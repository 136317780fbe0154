//! Rows examined a second. `cargo bench -p countersign-statute --bench speed`; `THREADS=2` for two.
//!
//! Place in the flow: a measurement by hand, never a test.
//!
//! Left to others: reading workbooks (intake's bench).

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::expect_used
)]

use countersign_statute as statute;
use instrument::agreement::Agreement;
use model::{column::Column, row::Row};
use statute::{Channel, Terms, TinAcceptance, examination::Examination, sample};

fn terms(agreement: &Agreement) -> Terms<'_> {
    Terms {
        as_of: sample::AS_OF.parse().unwrap(),
        agreement: Some(agreement),
        book: statute::statute_book(),
        accepts: TinAcceptance::NeverIssuedOnly,
        channel: Channel::Open,
    }
}

fn main() {
    let agreement = sample::agreement().unwrap();
    let mut rows: Vec<Row> = (0..20_000_usize)
        .map(|number| {
            let mut values = sample::values(number);
            for (column, text) in &mut values {
                match column {
                    Column::CaseNumber => *text = format!("26-CR-{number:06}"),
                    Column::AddressLine1 => *text = format!("{} {text}", number),
                    Column::Surnames => {
                        text.push_str(&format!(" {}", "abcdefghij".repeat(1 + number % 3)))
                    }
                    Column::Reason => text.push_str(&format!(
                        " {}{}",
                        (b'a' + (number % 26) as u8) as char,
                        (b'a' + (number / 26 % 26) as u8) as char
                    )),
                    _ => {}
                }
            }
            sample::row(u32::try_from(number).unwrap() + 2, &values)
        })
        .collect();
    let mut examination = Examination::new(terms(&agreement));
    examination.sheet(1, sample::columns());
    let rounds = 64_u32;
    let start = std::time::Instant::now();
    let mut found = 0_usize;
    for round in 0..rounds {
        rows.iter_mut()
            .for_each(|row| row.row += if round == 0 { 0 } else { 20_000 });
        let threads = std::env::var("THREADS")
            .ok()
            .and_then(|count| count.parse().ok());
        if let Some(threads) = threads {
            found += examination
                .batch(&rows, threads)
                .iter()
                .map(|row| row.findings.len())
                .sum::<usize>();
            continue;
        }
        for row in &rows {
            found += examination.row(row).findings.len();
        }
    }
    let examined = start.elapsed();
    let outcome = examination.finish();
    let count = u64::from(rounds) * 20_000;
    let per_row = examined.as_nanos() / u128::from(count);
    println!(
        "{count} rows: {examined:?}, {per_row} ns a row, finish {:?}; {found} findings, {} across rows, {} clusters",
        start.elapsed() - examined,
        outcome.later.len(),
        outcome.later.clusters().len()
    );
}
