//! `countersign cover`: signing a request at the requesting office.
//!
//! Place in the flow: before submission. The cover's fields come from the workbook's sheet `Cover`.
//!
//! Left to others: what is signed (casework's `cover_request`).

use std::{collections::BTreeMap, path::Path};

use anyhow::Context as _;
use casework::use_case::cover_request::{CoverInput, cover_request};
use instrument::{agreement::Agreement, cover::CoverFile};
use model::{fault::ExitStatus, id::OfficialId, row::CellKind, time::Date};
use note::SigningKey;
use statute::{CoverView, date::read_date};

use crate::{
    arguments::CoverArguments,
    command::Print,
    files::{self, contents},
    home::read_signed,
    workbook::{self, Workbook},
};

/// Signs a request and writes its envelope.
pub fn run(arguments: &CoverArguments, print: Print) -> Result<ExitStatus, anyhow::Error> {
    let agreement = read_signed::<Agreement>(&arguments.agreement)?;
    let workbook = workbook::read(&arguments.request, arguments.cover.as_deref())?;
    let signatory = files::read_key(&arguments.signatory_key)?;
    let officers = officer_keys(&arguments.officer_keys)?;
    let name = arguments
        .request
        .file_name()
        .unwrap_or_default()
        .to_string_lossy();
    let field = |key: &'static str| cover_field(&workbook, &arguments.request, key);
    let input = CoverInput {
        genesis: agreement.document().genesis,
        request: field("request_id")?
            .parse()
            .context("cover field `request_id`")?,
        agreement: &agreement,
        signatory: (
            field("signatory")?
                .parse()
                .context("cover field `signatory`")?,
            field("signatory_title")?,
        ),
        signed_on: signed_on(&field("signed_on")?)?,
        purpose: field("purpose")?,
        file: CoverFile {
            digest: workbook.summary.digest,
            bytes: workbook.summary.bytes,
            name: name.chars().filter(|c| !c.is_control()).collect(),
        },
        rows: &workbook.collected.rows,
    };
    let envelope = cover_request(&input, &signatory, &officers)?;
    let stated = CoverView::of(&workbook.stated_cover());
    if let Some(key) = stated.differs_from(envelope.cover.document()) {
        return Err(anyhow::Error::new(contents(
            &arguments.request,
            "a request under this agreement",
        ))
        .context(format!(
            "the cover states another `{key}` than would be signed"
        )));
    }
    files::write_new(&arguments.out, &envelope.to_bytes())?;
    let rows = workbook.collected.rows.len();
    let assured: usize = envelope
        .assurances
        .iter()
        .map(|a| a.document().rows.len())
        .sum();
    let value = serde_json::json!({
        "request": input.request, "rows": rows, "assured": assured,
        "rows_root": envelope.cover.document().rows_root.to_string(),
    });
    print.result(&value, || {
        format!(
            "Signed request {}: {rows} rows, {assured} of them assured by their named officers.\nEnvelope: {}",
            input.request,
            arguments.out.display()
        )
    })?;
    Ok(ExitStatus::Done)
}

fn cover_field(
    workbook: &Workbook,
    path: &Path,
    key: &'static str,
) -> Result<String, anyhow::Error> {
    let text: String = workbook
        .cover_text(key)
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if text.is_empty() {
        return Err(
            anyhow::Error::new(contents(path, "a workbook with a complete cover"))
                .context(format!("the cover does not state `{key}`")),
        );
    }
    Ok(text)
}

fn signed_on(text: &str) -> Result<Date, anyhow::Error> {
    let reading = read_date(CellKind::Text, text);
    reading.date().with_context(|| {
        format!(
            "cover field `signed_on` {}",
            reading.problem().unwrap_or_default()
        )
    })
}

fn officer_keys(pairs: &[String]) -> Result<BTreeMap<OfficialId, SigningKey>, anyhow::Error> {
    let mut keys = BTreeMap::new();
    for pair in pairs {
        let (id, path) = pair
            .split_once('=')
            .context("an officer's key is named ID=FILE")?;
        keys.insert(
            id.parse().context("an officer's key is named ID=FILE")?,
            files::read_key(path.as_ref())?,
        );
    }
    Ok(keys)
}
