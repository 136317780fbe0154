//! The case of an admitted row: statement, approvals, transcript, and the matter's leaf.
//!
//! Place in the flow: for each admitted row, after its face decisions. What was allowed, ended or
//! never asked decides what the leaf must commit to and whom it must name.
//!
//! Left to others: face decisions (row), scoring (replay).

use identity::decide::Outcome;
use instrument::{
    approval::{Approval, ApprovalDecision, widest_allowed},
    certificate::CertificateError,
    document::Document as _,
    face::Face,
    leaf::DocumentKind,
    row_commitment::{Field, write_periods},
    signed::Signed,
    statement::{Question, Statement},
    warrant::matter_commitment,
};
use model::{column::Column, digest::Digest, id::OfficialId, role::Role, time::Instant};

use crate::{
    Report,
    replay::{RescoreError, rescore},
    row::{Ending, Remaining, RowCase, take},
    walk::RowLeaf,
};

impl RowCase<'_> {
    pub(crate) fn check_matter(
        &self,
        faces: &[Signed<Face>],
        admitted: &RowLeaf,
        remaining: &mut Remaining<'_>,
        report: &mut Report,
    ) -> (Ending, Vec<(OfficialId, Instant)>) {
        report.require(
            self.is_assured,
            "admitted rows their officer has assured",
            self.place("row"),
            "the named officer has not assured this row",
        );
        let statement = self.statement(report);
        let approvals = self.notes::<Approval>(&self.row.parts.approvals, "approval", report);
        let allowed = match approvals.as_slice() {
            [first, second] => {
                widest_allowed(first.document().decision, second.document().decision)
            }
            _ => None,
        };
        let commitment = self.matter_commitment(statement.as_ref(), &approvals, allowed);
        let leaf = take(&mut remaining.matters, &commitment);
        if let Some(statement) = &statement {
            let act = leaf.unwrap_or(admitted);
            self.check_statement(statement, act, report);
            self.check_approvals(statement, &approvals, act, report);
        }
        self.check_transcript(statement.as_ref(), admitted, report);
        let Some(leaf) = leaf else {
            return (self.unfinished(report), Vec::new());
        };
        report.passed("commitments of leaves recomputed", 1);
        let of_faces: Vec<&OfficialId> =
            faces.iter().map(|face| &face.document().reviewer).collect();
        if let (None, Some(statement)) = (allowed, &statement) {
            let ended = approvals
                .iter()
                .any(|approval| approval.document().decision == ApprovalDecision::End);
            report.require(
                ended || statement.expires.day() <= leaf.day,
                "silent cases ended by a reviewer or lapsed",
                self.place("statement"),
                "nobody ended this case, and its statement had not run out",
            );
        }
        let Some((allowed, statement)) = allowed.zip(statement) else {
            self.check_tags(leaf, &of_faces, report);
            return (Ending::Silent, Vec::new());
        };
        let of_approvals: Vec<&OfficialId> = approvals
            .iter()
            .map(|approval| &approval.document().reviewer)
            .collect();
        self.check_tags(leaf, &of_approvals, report);
        let signings = approvals.iter().map(|approval| {
            let approval = approval.document();
            (approval.reviewer.clone(), approval.signed_at)
        });
        let question = allowed.min(statement.question);
        (Ending::Allowed(question), signings.collect())
    }

    fn matter_commitment(
        &self,
        statement: Option<&Statement>,
        approvals: &[Signed<Approval>],
        allowed: Option<Question>,
    ) -> Digest {
        let commitments = self.known.commitments();
        let place = self.row.place();
        let notes: Vec<Digest> = approvals.iter().map(Signed::note_digest).collect();
        match (statement, notes.as_slice(), allowed) {
            (Some(statement), [first, second], Some(_)) => {
                let salt = commitments.salt(place.0, place.1, "matter");
                matter_commitment(&salt, &statement.digest(), [first, second])
            }
            (statement, notes, _) => {
                let statement = statement.map(Statement::digest);
                let ended: Vec<Digest> =
                    statement.into_iter().chain(notes.iter().copied()).collect();
                commitments.silent_matter(place, &self.row.leaf, &ended)
            }
        }
    }

    fn statement(&self, report: &mut Report) -> Option<Statement> {
        let part = self.row.parts.statement?;
        let place = self.place("statement");
        let Ok(text) = std::str::from_utf8(part) else {
            report.fail(place, "the part is not text");
            return None;
        };
        report.accept(Statement::parse(text), "statements read", place)
    }

    fn check_statement(&self, statement: &Statement, leaf: &RowLeaf, report: &mut Report) {
        let place = self.place("statement");
        let cover = &self.known.cover;
        let officer = self.column(Column::OfficerId).map(str::trim);
        let same = statement.genesis == self.known.opened.root()
            && statement.row == self.row_id()
            && statement.row_leaf == self.row.leaf
            && statement.cover == cover.digest()
            && statement.agency == cover.document().agency
            && Some(statement.officer.as_str()) == officer
            && statement.agreement == self.known.log.agreement
            && statement.policy == leaf.act.policy
            && statement.log_origin == self.known.opened.genesis.document().log_origin;
        report.require(
            same,
            "statements about their row",
            &place,
            "the statement is about another row, request, officer, agreement, policy or log",
        );
        let periods = write_periods(&statement.periods);
        let asks = self.column(Column::AsksFor).unwrap_or_default();
        let asks = Question::from_code(&asks.trim().to_lowercase());
        report.require(
            self.row.opening.value(Field::Periods) == Some(&periods)
                && asks == Some(statement.question),
            "statements that ask what their row asks",
            &place,
            "the statement asks about other periods or another question than the row",
        );
        let documents = self.known.documents;
        let manifest = documents.manifest_of(statement);
        let logged = |kind, digest| documents.is_logged_before(kind, digest, leaf.number);
        report.require(
            manifest.is_some_and(|(digest, _)| logged(DocumentKind::Manifest, digest))
                && logged(DocumentKind::Certificate, &statement.certificate),
            "statements on a register and a certificate that were in force",
            &place,
            "the statement's register or certificate is not in the log before it",
        );
    }

    fn check_approvals(
        &self,
        statement: &Statement,
        approvals: &[Signed<Approval>],
        leaf: &RowLeaf,
        report: &mut Report,
    ) {
        let place = self.place("approval");
        for approval in approvals {
            let document = approval.document();
            report.require(
                document.genesis == self.known.opened.root()
                    && document.statement == statement.digest(),
                "approvals of their statement",
                &place,
                "the approval is of another statement",
            );
            let stood = statement.created <= document.signed_at
                && document.signed_at < statement.expires
                && document.signed_at.day() <= leaf.day;
            report.require(
                stood,
                "approvals signed while the statement stood, before their leaf",
                &place,
                "the approval was not signed while the statement stood, or after its leaf's day",
            );
            let (reviewer, role) = (&document.reviewer, document.role);
            self.check_signature(approval, reviewer, role, leaf, "approval", report);
        }
        let final_early = approvals
            .iter()
            .rev()
            .skip(1)
            .any(|approval| approval.document().decision == ApprovalDecision::End);
        report.require(
            !final_early && approvals.len() <= 2,
            "cases that ended with the first reviewer who ended them",
            &place,
            "a reviewer was asked after another had ended the case",
        );
        let reviewers: Vec<&OfficialId> = approvals
            .iter()
            .map(|approval| &approval.document().reviewer)
            .collect();
        let roles: Vec<Role> = approvals.iter().map(|a| a.document().role).collect();
        self.check_pair(&reviewers, &roles, report);
    }

    fn check_transcript(
        &self,
        statement: Option<&Statement>,
        admitted: &RowLeaf,
        report: &mut Report,
    ) {
        let Some(transcript) = self.row.parts.transcript else {
            if statement.is_some() {
                report.not_checked("stage B of a row without its transcript");
            }
            return;
        };
        let place = self.place("transcript");
        let certificates = &self.known.documents.certificates;
        let certificate = match statement {
            Some(statement) => certificates
                .get(&statement.certificate)
                .map(Signed::document),
            None => self.known.documents.certificate_before(admitted.number),
        };
        let Some(certificate) = certificate else {
            report.fail(
                place,
                "there is no certificate to score the transcript under",
            );
            return;
        };
        let what = "transcripts scored again with the same outcome";
        let registers = self.known.documents.people_on_file(statement);
        match (rescore(transcript, certificate, &registers), statement) {
            (Ok(Outcome::Identified(record)), Some(statement)) => {
                let same = record == statement.record;
                report.require(same, what, place, "the transcript names another record");
            }
            (Ok(Outcome::Withheld(_)), None) => report.passed(what, 1),
            (Ok(Outcome::Withheld(_)), Some(_)) => {
                report.fail(place, "the transcript names nobody, but there is a statement");
            }
            (Ok(Outcome::Identified(_)), None) => report.not_checked(
                "why a person who was identified got no statement (nothing on file for the periods asked)",
            ),
            (Err(RescoreError::Unreadable(error)), _) => {
                report.fail(place, format!("the transcript cannot be read: {error}"));
            }
            (Err(RescoreError::Register(people)), _) => {
                report.fail(
                    place,
                    format!("the transcript is of a register of {people} people, and no manifest is"),
                );
            }
            // Another version of the matcher is no fault of the bundle's; anything else is.
            (Err(RescoreError::Certificate(CertificateError::Matcher)), _) => {
                report.not_checked("stage B of a row: its certificate is for another model");
            }
            (Err(RescoreError::Certificate(error)), _) => {
                report.fail(place, format!("the certificate does not hold: {error}"));
            }
            (Err(RescoreError::Identify(error)), _) => {
                report.not_checked(format!("stage B of a row: {error}"));
            }
        }
    }
}
