//! What concerns a request as a whole: cover, refusals, stage A done again, receipt.
//!
//! Place in the flow: after the request's parts are read (request), with its rows' endings (row).
//!
//! Left to others: single rows (row), the examination itself (replay).

use instrument::{assurance::Assurance, receipt::Receipt, signed::Signed, statement::Question};
use model::{digest::Digest, role::Role};
use statute::{CoverView, statute_book};

use crate::{
    Report,
    replay::{self, AssuredRow, Given},
    request::{Known, ReadRow, is_assured},
    row::Ending,
};

/// The receipt is the gate's, and its counts follow from how the rows ended.
pub(crate) fn check_receipt(
    known: &Known<'_>,
    part: Option<&[u8]>,
    endings: &[Ending],
    report: &mut Report,
) {
    let place = known.place("receipt");
    let (Some(part), Some((_, day, commitment))) = (part, known.log.issued) else {
        report.require(
            part.is_none() && known.log.issued.is_none(),
            "requests that issued, or not, in log and bundle alike",
            place,
            "a receipt stands in the bundle or in the log, but not in both",
        );
        return;
    };
    let Ok(text) = std::str::from_utf8(part) else {
        report.fail(place, "the part is not text");
        return;
    };
    let parsed: Result<Signed<Receipt>, _> = Signed::parse(text);
    let Some(signed) = report.accept(parsed, "receipts", &place) else {
        return;
    };
    let verified = signed.verify(&known.opened.genesis.document().gate);
    report.accept(verified, "receipts signed by the gate", &place);
    report.require(
        known.commitments().issued(&signed.note_digest()) == commitment,
        "commitments of leaves recomputed",
        &place,
        "the leaf commits to another receipt",
    );
    let receipt = signed.document();
    let cover = &known.cover;
    report.require(
        receipt.genesis == known.opened.root()
            && receipt.request == known.id
            && receipt.agency == cover.document().agency
            && receipt.cover == cover.digest()
            && receipt.issued_on == day,
        "receipts of their request",
        &place,
        "the receipt is for another request or day",
    );
    report.require(
        fits(receipt, endings),
        "receipts whose counts follow from the decisions",
        &place,
        "the counts of the receipt do not follow from what was decided",
    );
}

/// Whether the answers of a receipt are ones these endings allow.
fn fits(receipt: &Receipt, endings: &[Ending]) -> bool {
    let count = |test: &dyn Fn(&Ending) -> bool| {
        let found = endings.iter().filter(|ending| test(ending)).count();
        u64::try_from(found).unwrap_or(u64::MAX)
    };
    let counts = &receipt.counts;
    let rejected = count(&|ending| *ending == Ending::Rejected);
    let declined = count(&|ending| *ending == Ending::Declined);
    let silent = count(&|ending| *ending == Ending::Silent);
    let allowed = count(&|ending| matches!(ending, Ending::Allowed(_)));
    let wide = count(&|ending| *ending == Ending::Allowed(Question::Address));
    let told = counts.confirmed.checked_add(counts.disclosed);
    counts.rejected == rejected
        && counts.declined == declined
        && counts.pending == 0
        && counts.disclosed <= wide
        && told.is_some_and(|told| told <= allowed)
        && told.and_then(|told| told.checked_add(counts.no_disclosure))
            == allowed.checked_add(silent)
        && usize::try_from(counts.rows).ok() == Some(endings.len())
}

pub(crate) fn check_cover(known: &Known<'_>, report: &mut Report) {
    let place = known.place("cover");
    let cover = known.cover.document();
    let log = known.log;
    report.require(
        known.commitments().request(&known.cover.note_digest()) == log.commitment,
        "commitments of leaves recomputed",
        &place,
        "the leaf commits to another cover",
    );
    report.require(
        cover.genesis == known.opened.root()
            && cover.request == known.id
            && cover.agency == log.agency
            && cover.agreement.1 == log.agreement
            && cover.rows == log.rows,
        "covers of their request",
        &place,
        "the cover is for another request, agency or agreement than its leaf",
    );
    let agreement = known.documents.agreements.get(&cover.agreement.1);
    let signatory = agreement.and_then(|a| a.document().signatory(&cover.signatory));
    report.require(
        signatory.is_some_and(|signatory| signatory.title == cover.signatory_title),
        "covers signed by a signatory of the agreement",
        &place,
        "the signatory, in this office, is not one of the agreement",
    );
    let mut keys = known
        .documents
        .keys_before(log.number, &cover.signatory, Role::Signatory);
    report.require(
        keys.any(|key| known.cover.verify(key).is_ok()),
        "covers whose signature stands",
        &place,
        "no key the signatory had on the roster has signed the cover",
    );
}

pub(crate) fn check_refusals(known: &Known<'_>, rows: &[ReadRow<'_>], report: &mut Report) {
    let rejected: Vec<(Digest, Digest)> = rows
        .iter()
        .filter(|row| row.is_rejected())
        .map(|row| (row.leaf, Digest::of(row.findings_bytes)))
        .collect();
    let place = known.place("refusals");
    let Some((_, count, commitment)) = known.log.refusals else {
        report.require(
            rejected.is_empty(),
            "rejected rows in one leaf",
            place,
            "rows were rejected, but no leaf says so",
        );
        return;
    };
    report.require(
        usize::try_from(count).ok() == Some(rejected.len()),
        "rejected rows in one leaf",
        &place,
        "the leaf counts another number of rejected rows",
    );
    report.require(
        known.commitments().refusals(&rejected) == commitment,
        "commitments of leaves recomputed",
        place,
        "the leaf commits to other rejected rows or findings",
    );
}

pub(crate) fn replay_stage_a(
    known: &Known<'_>,
    rows: &[ReadRow<'_>],
    assurances: &[Signed<Assurance>],
    report: &mut Report,
) {
    let Some(given) = &known.given else {
        return;
    };
    let place = known.place("examination");
    check_given(known, given, report);
    let Some(agreement) = known.documents.agreements.get(&known.log.agreement) else {
        return;
    };
    let book = known
        .documents
        .authority_at(known.log.number)
        .map(|authority| authority.statute_book);
    if book != Some(statute_book().digest()) {
        report.not_checked("stage A of a request examined under another statute book than ours");
        return;
    }
    let assured: Option<Vec<AssuredRow>> = rows
        .iter()
        .map(|row| {
            Some(AssuredRow {
                row: row.opening.row()?,
                is_assured: is_assured(row, assurances),
            })
        })
        .collect();
    let Some(assured) = assured else {
        report.not_checked("stage A of a request whose rows are not wholly opened");
        return;
    };
    let kind = known.opened.genesis.document().kind;
    let findings = replay::examine(given, &assured, agreement.document(), kind);
    for ((row, again), assured) in rows.iter().zip(findings).zip(&assured) {
        let (sheet, number) = row.place();
        let place = format!("{place} row {sheet}-{number}");
        let bytes = serde_json::to_vec(&again).unwrap_or_default();
        report.require(
            bytes == row.findings_bytes,
            "rows whose stage A was done again with the same findings",
            &place,
            "stage A done again has other findings",
        );
        let content = replay::content(&assured.row).commit(&known.secret);
        report.require(
            content == row.commitment,
            "rows whose periods and address keys follow from their words",
            &place,
            "the row's periods or address keys do not follow from its words",
        );
    }
}

/// What stage A was given is what was signed, and it was given on a day before the leaf's.
fn check_given(known: &Known<'_>, given: &Given, report: &mut Report) {
    let same = CoverView::of(&given.cover)
        .differs_from(known.cover.document())
        .is_none();
    report.require(
        same,
        "examinations of the cover that was signed",
        known.place("examination"),
        "stage A was given another cover than the signed one",
    );
    report.require(
        given.as_of <= known.log.day,
        "examinations as of a day not after their leaf's",
        known.place("examination"),
        "stage A examined as of a later day than the request's leaf",
    );
}
