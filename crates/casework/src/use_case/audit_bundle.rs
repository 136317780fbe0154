//! Collecting the auditor's bundle.
//!
//! Place in the flow: `countersign audit-bundle`. The public bundle has the log and the documents; the
//! sealed one also what opens every commitment, and only an entitled inspector may have it made.
//!
//! Left to others: checking it (verify), writing the file (gate).

use instrument::{
    archive::Archive,
    bundle::{
        AGREEMENTS, AUTHORITIES, BUNDLE, BundleIndex, BundleKind, CERTIFICATES, CHECKPOINT,
        GENESIS, INDEX, LEAVES, MANIFESTS, RequestPart,
    },
    certificate::Certificate,
    document::Document,
    genesis::Genesis,
    signed::Signed,
};
use model::{
    digest::{Digest, hex},
    id::OfficialId,
};
use note::SigningKey;
use policy::{Action, Matter};

use crate::{
    error::CaseworkError,
    office::{Loaded, Office},
    ports::CosignedHead,
    record::RowRecord,
    use_case::release::approvals_in_order,
};

/// What goes into a bundle beside the store's contents.
#[derive(Debug)]
pub struct BundleInput<'a> {
    /// Who asks for it.
    pub official: &'a OfficialId,
    /// Public or sealed.
    pub kind: BundleKind,
    /// The signed genesis.
    pub genesis: &'a Signed<Genesis>,
    /// Every authority note there was, in order.
    pub authorities: &'a [Signed<instrument::authority::Authority>],
    /// Calibration certificates.
    pub certificates: &'a [Signed<Certificate>],
    /// The cosigned head.
    pub head: &'a CosignedHead,
    /// All entries up to it, one after the other.
    pub leaves: Vec<u8>,
    /// The gate's key.
    pub gate: &'a SigningKey,
}

/// Collects a bundle's bytes.
///
/// # Errors
/// [`CaseworkError`].
pub fn audit_bundle(office: &Office<'_>, input: BundleInput<'_>) -> Result<Vec<u8>, CaseworkError> {
    permit(office, &input)?;
    let mut parts = Archive::new(BUNDLE);
    let documents = office.documents;
    parts.add(GENESIS, input.genesis.render());
    for authority in input.authorities {
        parts.add(
            &format!("{AUTHORITIES}{}", authority.document().version),
            authority.render(),
        );
    }
    for agreement in &documents.agreements {
        parts.add(
            &format!(
                "{AGREEMENTS}{}-{}",
                agreement.document().id,
                short(&agreement.digest())
            ),
            agreement.render(),
        );
    }
    let manifest = documents.manifest.document();
    let name = format!("{MANIFESTS}{}-{}", manifest.register, manifest.epoch);
    parts.add(&name, documents.manifest.render());
    for certificate in input.certificates {
        parts.add(
            &format!(
                "{CERTIFICATES}{}-{}",
                certificate.document().id,
                short(&certificate.digest())
            ),
            certificate.render(),
        );
    }
    parts
        .add(CHECKPOINT, input.head.checkpoint.clone())
        .add(LEAVES, input.leaves);
    if input.kind == BundleKind::Sealed {
        for request in office.store.requests()? {
            let loaded = office.load(&request)?;
            if loaded.request.request_leaf.is_some() {
                add_request(&mut parts, &loaded);
            }
        }
    }
    let index = BundleIndex {
        genesis: documents.genesis_digest,
        kind: input.kind,
        made_at: office.now(),
        size: input.head.size,
        parts: parts
            .parts()
            .map(|(name, bytes)| (Digest::of(bytes), name.to_owned()))
            .collect(),
    };
    let mut bundle = Archive::new(BUNDLE);
    bundle.add(INDEX, Signed::sign(index, &[input.gate])?.render());
    for (name, bytes) in parts.parts() {
        bundle.add(name, bytes.to_vec());
    }
    Ok(bundle.to_bytes())
}

/// The first digits of a digest: documents amended under one id keep names of their own.
fn short(digest: &Digest) -> String {
    digest.to_string().chars().take(16).collect()
}

fn permit(office: &Office<'_>, input: &BundleInput<'_>) -> Result<(), CaseworkError> {
    let action = match input.kind {
        BundleKind::Public => Action::BundlePublic,
        BundleKind::Sealed => Action::BundleSealed,
    };
    let person = office.person(input.official, action.code())?;
    let matter = Matter {
        state: "decided",
        requesting_agency: person.agency.clone(),
        records_agency: person.agency.clone(),
        decided_by: Vec::new(),
    };
    office.permit(input.official, action, &matter).map(|_| ())
}

fn add_request(parts: &mut Archive, loaded: &Loaded) {
    let id = &loaded.request.id;
    parts.add(
        &RequestPart::Cover.name(id, ""),
        loaded.envelope.cover.render(),
    );
    for assurance in &loaded.envelope.assurances {
        let name = RequestPart::Assurance.name(id, assurance.document().officer.as_str());
        parts.add(&name, assurance.render());
    }
    parts.add(
        &RequestPart::Secret.name(id, ""),
        hex(loaded.envelope.secret.expose()),
    );
    let given = serde_json::to_vec(&loaded.request.given).unwrap_or_default();
    parts.add(&RequestPart::Examination.name(id, ""), given);
    for row in &loaded.rows {
        add_row(parts, loaded, row);
    }
    if let Some(receipt) = loaded
        .request
        .receipt
        .as_ref()
        .filter(|_| loaded.request.issued_leaf.is_some())
    {
        parts.add(&RequestPart::Receipt.name(id, ""), receipt.clone());
    }
}

fn add_row(parts: &mut Archive, loaded: &Loaded, row: &RowRecord) {
    let id = &loaded.request.id;
    let place = RequestPart::row(row.opening.sheet, row.opening.row);
    let mut add = |part: RequestPart, rest: &str, text: String| {
        parts.add(&part.name(id, rest), text);
    };
    add(RequestPart::Row, &place, row.opening.text());
    let findings = serde_json::to_string(&row.findings).unwrap_or_default();
    add(RequestPart::Findings, &place, findings);
    for (number, face) in (1..).zip(&row.faces) {
        add(
            RequestPart::Face,
            &format!("{place}/{number}"),
            face.render(),
        );
    }
    if let Some(identity) = &row.identity {
        let text = serde_json::to_string(&identity.transcript).unwrap_or_default();
        add(RequestPart::Transcript, &place, text);
    }
    if let Some(statement) = &row.statement {
        add(RequestPart::Statement, &place, statement.text());
    }
    let ordered = approvals_in_order(row).map(|pair| pair.to_vec());
    let approvals = ordered.unwrap_or_else(|| row.approvals.iter().collect());
    for (number, approval) in (1..).zip(approvals) {
        add(
            RequestPart::Approval,
            &format!("{place}/{number}"),
            approval.render(),
        );
    }
}
