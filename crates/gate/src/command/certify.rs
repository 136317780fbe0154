//! `countersign certify`: the certifier signs a measurement.
//!
//! Place in the flow: after `countersign-lab calibrate`; the certificate goes into the gate's folder of
//! certificates, and into the log when the gate is opened next. It is here and not in the laboratory
//! because the certifier's key belongs to the deployment.
//!
//! Left to others: measuring (lab), what follows from the counts (instrument).

use anyhow::Context as _;
use casework::{error::CaseworkError, use_case::identify_rows::matcher};
use instrument::{
    certificate::{
        Certificate,
        bound::in_a_million,
        measurement::{Measurement, RowKind},
    },
    document::Document as _,
    genesis::Genesis,
    signed::Signed,
};
use model::fault::ExitStatus;

use crate::{
    arguments::CertifyArguments,
    command::Print,
    files::{self, contents},
    home::read_signed,
    log::system_now,
};

/// Checks a measurement, signs it and tells what it certifies.
pub fn run(arguments: &CertifyArguments, print: Print) -> Result<ExitStatus, anyhow::Error> {
    let genesis = read_signed::<Genesis>(&arguments.genesis)?;
    let document = genesis.document();
    let needed = usize::try_from(document.authority_threshold).unwrap_or(usize::MAX);
    genesis.verify_threshold(&document.authorities, needed)?;
    let text = files::read_text(&arguments.measurement)?;
    let measurement = Measurement::parse(&text)
        .with_context(|| format!("`{}` is no measurement", arguments.measurement.display()))?;
    let largest = measurement.largest_register;
    let name = match &arguments.id {
        Some(id) => id.clone(),
        None => usual_id(&measurement)?,
    };
    let certificate = Certificate {
        genesis: genesis.digest(),
        id: name,
        made_on: system_now().day(),
        measurement,
    };
    certificate
        .holds_for(largest, &matcher())
        .map_err(CaseworkError::Certificate)?;
    let key = files::read_key(&arguments.key)?;
    let signed = Signed::sign(certificate, &[&key])?;
    signed.verify(&document.certifier).with_context(|| {
        contents(&arguments.key, "the key of the genesis's certifier").to_string()
    })?;
    files::write_new(&arguments.out, signed.render().as_bytes())?;
    tell(&signed, arguments, print)?;
    Ok(ExitStatus::Done)
}

/// Named for what was measured, so that another measurement has another name.
fn usual_id(measurement: &Measurement) -> Result<model::id::CertificateId, anyhow::Error> {
    let digest = measurement.digest().to_string();
    let name = format!("CAL-{}", digest.get(..12).unwrap_or_default());
    name.parse().context("a certificate's name")
}

fn tell(
    signed: &Signed<Certificate>,
    arguments: &CertifyArguments,
    print: Print,
) -> Result<(), anyhow::Error> {
    let certificate = signed.document();
    let kind = |kind: RowKind| {
        let whole = certificate.measurement.whole(kind);
        serde_json::json!({
            "answerable": whole.counted.answerable,
            "answered": whole.counted.answered,
            "identified": whole.counted.identified,
            "wrong": whole.counted.wrong,
            "wrong_bound_per_billion": whole.wrong_bound_per_billion,
        })
    };
    let value = serde_json::json!({
        "certificate": certificate.id,
        "largest_register": certificate.measurement.largest_register,
        "trials": certificate.measurement.trials.len(),
        "with_birth_date": kind(RowKind::WithBirthDate),
        "without_birth_date": kind(RowKind::WithoutBirthDate),
        "file": arguments.out,
    });
    print.result(&value, || {
        let line = |words: &str, kind: RowKind| {
            let whole = certificate.measurement.whole(kind);
            format!(
                "Rows {words}: {} of {} identified wrong: at most {} in a million (95%).",
                whole.counted.wrong,
                whole.counted.identified,
                in_a_million(whole.wrong_bound_per_billion)
            )
        };
        format!(
            "Certificate {}, for registers of at most {} people.\n{}\n{}\nIn {}",
            certificate.id,
            certificate.measurement.largest_register,
            line("with a birth date", RowKind::WithBirthDate),
            line("without one", RowKind::WithoutBirthDate),
            arguments.out.display()
        )
    })
}
