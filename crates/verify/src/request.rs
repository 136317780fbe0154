//! One request of a sealed bundle: reading its parts and taking its checks in order.
//!
//! Place in the flow: after the walk. Everything a request's leaves commit to is recomputed from the
//! opened parts with the request's secret; a leaf nothing opens is a failure.
//!
//! Left to others: cover, refusals and receipt (whole), what happened to one row (row), both stages
//! (replay).

use std::{collections::BTreeSet, num::NonZero, thread};

use instrument::{
    assurance::Assurance,
    bundle::Commitments,
    cover::Cover,
    document::Document as _,
    genesis::GenesisKind,
    leaf::Tag,
    row_commitment::{RequestSecret, RowCommitment, RowOpening},
    signed::Signed,
    tree::rows_root,
};
use model::{
    ceiling::SECONDS_BETWEEN_APPROVALS,
    digest::{Digest, unhex},
    finding::{FindingClass, FindingView},
    id::{OfficialId, RequestId},
    role::Role,
    time::Instant,
};

use crate::{
    Report,
    bundle::Opened,
    documents::Documents,
    parts::{RequestParts, RowParts, group},
    replay::Given,
    row::{Remaining, RowCase},
    walk::{Log, RequestLog},
    whole::{check_cover, check_receipt, check_refusals, replay_stage_a},
};

/// When a reviewer signed an approval that was acted on.
type Signing = (OfficialId, Instant);

pub(crate) fn check_all(
    opened: &Opened<'_>,
    documents: &Documents,
    log: &Log,
    report: &mut Report,
) {
    let requests = group(opened.archive, report);
    let mut found: BTreeSet<Tag> = BTreeSet::new();
    let mut signings: Vec<Signing> = Vec::new();
    let workers = thread::available_parallelism().map_or(1, NonZero::get);
    let queue: Vec<(&str, RequestParts<'_>)> = requests.into_iter().collect();
    let chunk = queue.len().div_ceil(workers).max(1);
    let check = |chunk: &[(&str, RequestParts<'_>)]| {
        let mut part = Report::default();
        let mut done = Vec::new();
        for (id, parts) in chunk {
            let checker = Checker {
                opened,
                documents,
                log,
                id,
                parts,
            };
            done.push(checker.check(&mut part));
        }
        (part, done)
    };
    let results: Vec<_> = thread::scope(|scope| {
        let running: Vec<_> = queue
            .chunks(chunk)
            .map(|chunk| scope.spawn(move || check(chunk)))
            .collect();
        running
            .into_iter()
            .map(thread::ScopedJoinHandle::join)
            .collect()
    });
    for result in results {
        let Ok((part, done)) = result else {
            report.fail(
                "bundle",
                "a thread of the verifier stopped; nothing can be said",
            );
            continue;
        };
        report.merge(part);
        for outcome in done.into_iter().flatten() {
            let fresh = found.insert(outcome.tag);
            report.require(
                fresh,
                "requests opened once",
                format!("request {}", outcome.id),
                "two requests of the bundle open the same leaf",
            );
            signings.extend(outcome.signings);
        }
    }
    for (tag, request) in &log.requests {
        if !found.contains(tag) {
            let leaf = request.number;
            report.not_checked(format!(
                "leaf {leaf}: nothing of its request is in the bundle"
            ));
        }
    }
    check_gaps(opened, signings, report);
}

/// One reviewer's approvals are as far apart as the genesis says (SEALING.md section 4).
fn check_gaps(opened: &Opened<'_>, mut signings: Vec<Signing>, report: &mut Report) {
    let genesis = opened.genesis.document();
    let gap = match genesis.kind {
        GenesisKind::Synthetic => genesis.approval_gap_seconds,
        GenesisKind::Production => genesis.approval_gap_seconds.max(SECONDS_BETWEEN_APPROVALS),
    };
    signings.sort();
    for pair in signings.windows(2) {
        let [(first, at), (second, next)] = pair else {
            continue;
        };
        if first == second {
            report.require(
                next.0.saturating_sub(at.0) >= gap,
                "approvals of one reviewer far enough apart",
                format!("reviewer {first} at {next}"),
                "two approvals of one reviewer are too near to each other",
            );
        }
    }
}

struct Checked {
    id: String,
    tag: Tag,
    signings: Vec<Signing>,
}

struct Checker<'a> {
    opened: &'a Opened<'a>,
    documents: &'a Documents,
    log: &'a Log,
    id: &'a str,
    parts: &'a RequestParts<'a>,
}

/// What is known of a request once its cover and rows are read.
pub(crate) struct Known<'a> {
    pub(crate) opened: &'a Opened<'a>,
    pub(crate) documents: &'a Documents,
    pub(crate) log: &'a RequestLog,
    pub(crate) id: RequestId,
    pub(crate) secret: RequestSecret,
    pub(crate) cover: Signed<Cover>,
    pub(crate) given: Option<Given>,
}

impl Known<'_> {
    pub(crate) const fn commitments(&self) -> Commitments<'_> {
        Commitments {
            secret: &self.secret,
        }
    }

    /// The place of a part, for failures.
    pub(crate) fn place(&self, what: &str) -> String {
        format!("request {} {what}", self.id)
    }
}

/// A row that was read.
pub(crate) struct ReadRow<'a> {
    pub(crate) opening: RowOpening,
    pub(crate) commitment: RowCommitment,
    pub(crate) leaf: Digest,
    pub(crate) findings: Vec<FindingView>,
    pub(crate) findings_bytes: &'a [u8],
    pub(crate) parts: &'a RowParts<'a>,
}

impl ReadRow<'_> {
    pub(crate) fn is_rejected(&self) -> bool {
        self.findings
            .iter()
            .any(|finding| finding.class == FindingClass::Deficient)
    }

    pub(crate) fn place(&self) -> (u16, u32) {
        (self.opening.sheet, self.opening.row)
    }
}

impl<'a> Checker<'a> {
    fn place(&self, what: &str) -> String {
        format!("request {} {what}", self.id)
    }

    fn text(&self, part: Option<&'a [u8]>, what: &str, report: &mut Report) -> Option<&'a str> {
        let text = part.and_then(|bytes| std::str::from_utf8(bytes).ok());
        if text.is_none() {
            report.fail(self.place(what), "the part is missing or not text");
        }
        text
    }

    fn check(&self, report: &mut Report) -> Option<Checked> {
        let known = self.known(report)?;
        let tag = Tag::new(&known.secret.tag(&known.id))?;
        check_cover(&known, report);
        let checked = Checked {
            id: self.id.to_owned(),
            tag,
            signings: Vec::new(),
        };
        let Some(rows) = self.rows(&known, report) else {
            return Some(checked);
        };
        let assurances = self.assurances(&known, &rows, report);
        replay_stage_a(&known, &rows, &assurances, report);
        let mut remaining = Remaining::new(known.log);
        let mut endings = Vec::new();
        let mut signings = Vec::new();
        for row in &rows {
            let case = RowCase {
                known: &known,
                row,
                is_assured: is_assured(row, &assurances),
            };
            let (ending, signed) = case.check(&mut remaining, report);
            endings.push(ending);
            signings.extend(signed);
        }
        remaining.finish(report);
        check_refusals(&known, &rows, report);
        check_receipt(&known, self.parts.receipt, &endings, report);
        Some(Checked {
            signings,
            ..checked
        })
    }

    fn known(&self, report: &mut Report) -> Option<Known<'a>> {
        let place = self.place("secret");
        let Ok(id) = self.id.parse::<RequestId>() else {
            report.fail(place, "the request's name is no request id");
            return None;
        };
        let secret = self
            .text(self.parts.secret, "secret", report)
            .and_then(unhex)
            .and_then(|bytes| bytes.try_into().ok())
            .map(RequestSecret::from_bytes);
        let Some(secret) = secret else {
            report.fail(place, "the secret is not 64 hexadecimal digits");
            return None;
        };
        let log = Tag::new(&secret.tag(&id)).and_then(|tag| self.log.requests.get(&tag));
        let Some(log) = log else {
            report.fail(place, "no leaf says that this request was taken in");
            return None;
        };
        let cover = self.text(self.parts.cover, "cover", report)?;
        let cover = report.accept(Signed::parse(cover), "covers", self.place("cover"))?;
        let given = self.given(report);
        Some(Known {
            opened: self.opened,
            documents: self.documents,
            log,
            id,
            secret,
            cover,
            given,
        })
    }

    fn given(&self, report: &mut Report) -> Option<Given> {
        let Some(bytes) = self.parts.examination else {
            report.not_checked("stage A of a request without its part `examination`");
            return None;
        };
        report.accept(
            serde_json::from_slice(bytes),
            "examinations read",
            self.place("examination"),
        )
    }

    /// All rows, checked to be those the cover signed for.
    fn rows(&self, known: &Known<'_>, report: &mut Report) -> Option<Vec<ReadRow<'a>>> {
        let mut rows = Vec::new();
        for ((sheet, number), parts) in &self.parts.rows {
            let what = format!("row {sheet}-{number}");
            let text = self.text(parts.opening, &what, report)?;
            let opening = RowOpening::parse(text);
            let opening = report.accept(opening, "rows in canonical form", self.place(&what))?;
            let same =
                opening.request == known.id && (opening.sheet, opening.row) == (*sheet, *number);
            report.require(
                same,
                "rows in their place",
                self.place(&what),
                "the row is another than its part's name says",
            );
            let Some(findings_bytes) = parts.findings else {
                report.fail(self.place(&what), "the row's findings are missing");
                return None;
            };
            let findings: Result<Vec<FindingView>, _> = serde_json::from_slice(findings_bytes);
            let findings = report.accept(findings, "findings read", self.place(&what))?;
            let commitment = opening.commitment();
            rows.push(ReadRow {
                leaf: commitment.leaf_hash(),
                commitment,
                opening,
                findings,
                findings_bytes,
                parts,
            });
        }
        let commitments: Vec<RowCommitment> =
            rows.iter().map(|row| row.commitment.clone()).collect();
        let cover = known.cover.document();
        let same = usize::try_from(cover.rows).ok() == Some(rows.len())
            && rows_root(&commitments) == cover.rows_root;
        report
            .require(
                same,
                "covers over exactly the rows of the bundle",
                self.place("cover"),
                "the rows of the bundle are not those the cover signed for",
            )
            .then_some(rows)
    }

    fn assurances(
        &self,
        known: &Known<'_>,
        rows: &[ReadRow<'_>],
        report: &mut Report,
    ) -> Vec<Signed<Assurance>> {
        let mut assurances = Vec::new();
        for part in &self.parts.assurances {
            let place = self.place("assurance");
            let Some(text) = self.text(Some(part), "assurance", report) else {
                continue;
            };
            let parsed: Result<Signed<Assurance>, _> = Signed::parse(text);
            let Some(signed) = report.accept(parsed, "assurances", &place) else {
                continue;
            };
            let assurance = signed.document();
            let fits = assurance.genesis == self.opened.root()
                && assurance.request == known.id
                && assurance.rows.iter().all(|assured| {
                    rows.iter().any(|row| {
                        row.leaf == assured.leaf && row.place() == (assured.sheet, assured.row)
                    })
                });
            report.require(
                fits,
                "assurances of rows of their request",
                &place,
                "the assurance is for another request or for rows it does not have",
            );
            let is_by_officer = self
                .documents
                .keys_before(known.log.number, &assurance.officer, Role::NamedOfficer)
                .any(|key| signed.verify(key).is_ok());
            let is_signed = report.require(
                is_by_officer,
                "assurances signed by the named officer",
                &place,
                "no key the officer had on the roster has signed the assurance",
            );
            if fits && is_signed {
                assurances.push(signed);
            }
        }
        assurances
    }
}

pub(crate) fn is_assured(row: &ReadRow<'_>, assurances: &[Signed<Assurance>]) -> bool {
    let officer = row.opening.value(instrument::row_commitment::Field::Column(
        model::column::Column::OfficerId,
    ));
    assurances.iter().any(|assurance| {
        let assurance = assurance.document();
        assurance.covers(&row.leaf) && officer.map(str::trim) == Some(assurance.officer.as_str())
    })
}
