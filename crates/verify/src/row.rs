//! What happened to one row: its findings, its face decisions and their leaf.
//!
//! Place in the flow: for each row of a request of a sealed bundle. The row's own parts say how it
//! ended; the leaves must commit to exactly these parts and name exactly these reviewers.
//!
//! Left to others: the request's own leaves (request), the case of an admitted row (matter).

use instrument::{
    document::Document,
    face::{Face, FaceDecision},
    leaf::official_tag,
    row_commitment::Field,
    signed::Signed,
    statement::Question,
};
use model::{
    column::Column,
    digest::Digest,
    id::{OfficialId, RowId},
    role::Role,
    time::Instant,
};

use crate::{
    Report,
    request::{Known, ReadRow},
    walk::{RequestLog, RowLeaf},
};

/// How a row ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// A deficient finding.
    Rejected,
    /// A reviewer declined it on its face.
    Declined,
    /// Admitted, and nothing may be said.
    Silent,
    /// Admitted, and two reviewers allow this answer.
    Allowed(Question),
    /// Not decided yet.
    Open,
}

/// The row leaves of a request that nothing has opened yet.
pub(crate) struct Remaining<'a> {
    declined: Vec<&'a RowLeaf>,
    admitted: Vec<&'a RowLeaf>,
    pub(crate) matters: Vec<&'a RowLeaf>,
}

impl<'a> Remaining<'a> {
    pub(crate) fn new(log: &'a RequestLog) -> Self {
        Self {
            declined: log.declined.iter().collect(),
            admitted: log.admitted.iter().collect(),
            matters: log.matters.iter().collect(),
        }
    }

    /// Every leaf that is left is one nothing in the bundle opens.
    pub(crate) fn finish(self, report: &mut Report) {
        for leaf in self
            .declined
            .iter()
            .chain(&self.admitted)
            .chain(&self.matters)
        {
            report.fail(
                format!("leaf {}", leaf.number),
                "nothing in the bundle opens what this leaf commits to",
            );
        }
    }
}

pub(crate) fn take<'a>(leaves: &mut Vec<&'a RowLeaf>, commitment: &Digest) -> Option<&'a RowLeaf> {
    let position = leaves
        .iter()
        .position(|leaf| leaf.act.commitment == *commitment)?;
    Some(leaves.remove(position))
}

/// One row under examination.
pub(crate) struct RowCase<'a> {
    pub(crate) known: &'a Known<'a>,
    pub(crate) row: &'a ReadRow<'a>,
    pub(crate) is_assured: bool,
}

/// The face decisions of a row, taken together.
enum FaceOutcome {
    Admitted,
    Declined,
    Undecided,
}

impl RowCase<'_> {
    pub(crate) fn place(&self, what: &str) -> String {
        let (sheet, number) = self.row.place();
        self.known.place(&format!("{what} {sheet}-{number}"))
    }

    pub(crate) fn row_id(&self) -> RowId {
        let (sheet, row) = self.row.place();
        RowId {
            request: self.known.id.clone(),
            sheet,
            row,
        }
    }

    /// Checks the row; gives how it ended, and the approvals that were acted on.
    pub(crate) fn check(
        &self,
        remaining: &mut Remaining<'_>,
        report: &mut Report,
    ) -> (Ending, Vec<(OfficialId, Instant)>) {
        let faces = self.notes::<Face>(&self.row.parts.faces, "face", report);
        if self.row.is_rejected() {
            let parts = self.row.parts;
            let none = faces.is_empty() && parts.statement.is_none() && parts.approvals.is_empty();
            report.require(
                none,
                "rejected rows that nobody decided on",
                self.place("row"),
                "a rejected row was decided on",
            );
            return (Ending::Rejected, Vec::new());
        }
        let outcome = self.face_outcome(&faces, report);
        let Some(leaf) = self.face_leaf(&outcome, &faces, remaining, report) else {
            return (self.unfinished(report), Vec::new());
        };
        self.check_faces(&faces, leaf, report);
        match outcome {
            FaceOutcome::Declined => (Ending::Declined, Vec::new()),
            _ => self.check_matter(&faces, leaf, remaining, report),
        }
    }

    /// A row without an end is in order only while its request has not issued.
    pub(crate) fn unfinished(&self, report: &mut Report) -> Ending {
        report.require(
            self.known.log.issued.is_none(),
            "rows still open only where their request has not issued",
            self.place("row"),
            "the request has issued, but this row has no leaf that says how it ended",
        );
        Ending::Open
    }

    pub(crate) fn notes<D: Document>(
        &self,
        parts: &[&[u8]],
        what: &str,
        report: &mut Report,
    ) -> Vec<Signed<D>> {
        let mut notes = Vec::new();
        for part in parts {
            let place = self.place(what);
            let Ok(text) = std::str::from_utf8(part) else {
                report.fail(place, "the part is not text");
                continue;
            };
            notes.extend(report.accept(Signed::parse(text), "decisions read", place));
        }
        notes
    }

    fn face_outcome(&self, faces: &[Signed<Face>], report: &mut Report) -> FaceOutcome {
        let decisions: Vec<FaceDecision> =
            faces.iter().map(|face| face.document().decision).collect();
        match decisions.as_slice() {
            [FaceDecision::Decline(_)] | [FaceDecision::Admit, FaceDecision::Decline(_)] => {
                FaceOutcome::Declined
            }
            [FaceDecision::Admit, FaceDecision::Admit] => FaceOutcome::Admitted,
            [] | [FaceDecision::Admit] => FaceOutcome::Undecided,
            _ => {
                report.fail(self.place("face"), "a decision follows one that was final");
                FaceOutcome::Undecided
            }
        }
    }

    fn face_leaf<'l>(
        &self,
        outcome: &FaceOutcome,
        faces: &[Signed<Face>],
        remaining: &mut Remaining<'l>,
        report: &mut Report,
    ) -> Option<&'l RowLeaf> {
        let notes: Vec<Digest> = faces.iter().map(Signed::note_digest).collect();
        let commitments = self.known.commitments();
        let (place, leaf) = (self.row.place(), &self.row.leaf);
        let found = match outcome {
            FaceOutcome::Undecided => return None,
            FaceOutcome::Declined => {
                let commitment = commitments.declined(place, leaf, &notes);
                take(&mut remaining.declined, &commitment)
            }
            FaceOutcome::Admitted => {
                let commitment = commitments.admitted(place, leaf, &notes);
                take(&mut remaining.admitted, &commitment)
            }
        };
        if found.is_some() {
            report.passed("commitments of leaves recomputed", 1);
        }
        found
    }

    fn check_faces(&self, faces: &[Signed<Face>], leaf: &RowLeaf, report: &mut Report) {
        let place = self.place("face");
        for face in faces {
            let document = face.document();
            let same = document.genesis == self.known.opened.root()
                && document.row == self.row_id()
                && document.leaf == self.row.leaf
                && document.findings == Digest::of(self.row.findings_bytes);
            report.require(
                same,
                "face decisions on these words and findings",
                &place,
                "the decision is on another row, other words or other findings",
            );
            let as_of = self.known.given.as_ref().map(|given| given.as_of);
            report.require(
                as_of.is_none_or(|day| day == document.examined_as_of),
                "face decisions on this examination",
                &place,
                "the decision is on an examination of another day",
            );
            let day = document.signed_at.day();
            report.require(
                self.known.log.day <= day && day <= leaf.day,
                "face decisions between the request and their leaf",
                &place,
                "the decision was not signed between the request's leaf and its own",
            );
            self.check_signature(
                face,
                &document.reviewer,
                document.role,
                leaf,
                "face",
                report,
            );
        }
        let reviewers: Vec<&OfficialId> =
            faces.iter().map(|face| &face.document().reviewer).collect();
        let roles: Vec<Role> = faces.iter().map(|face| face.document().role).collect();
        self.check_pair(&reviewers, &roles, report);
        self.check_tags(leaf, &reviewers, report);
    }

    /// Two decisions are two people's, in two roles.
    pub(crate) fn check_pair(
        &self,
        reviewers: &[&OfficialId],
        roles: &[Role],
        report: &mut Report,
    ) {
        if let ([first, second], [role, other]) = (reviewers, roles) {
            report.require(
                first != second && role != other,
                "decisions by two people in two roles",
                self.place("row"),
                "one person, or one role, decided twice",
            );
        }
    }

    /// The leaf names the first and the last of these reviewers, and the row's officer.
    pub(crate) fn check_tags(
        &self,
        leaf: &RowLeaf,
        reviewers: &[&OfficialId],
        report: &mut Report,
    ) {
        let root = self.known.opened.root();
        let expected = reviewers
            .first()
            .zip(reviewers.last())
            .map(|(first, last)| [official_tag(&root, first), official_tag(&root, last)]);
        let officer = self
            .column(Column::OfficerId)
            .and_then(|officer| officer.trim().parse::<OfficialId>().ok())
            .map(|officer| official_tag(&root, &officer));
        report.require(
            expected.as_ref() == Some(&leaf.act.reviewers)
                && officer.as_ref() == Some(&leaf.act.officer),
            "leaves that name the row's officer and reviewers",
            format!("leaf {}", leaf.number),
            "the leaf names other people than decided on the row, or another officer",
        );
    }

    pub(crate) fn column(&self, column: Column) -> Option<&str> {
        self.row.opening.value(Field::Column(column))
    }

    pub(crate) fn check_signature<D: Document>(
        &self,
        note: &Signed<D>,
        reviewer: &OfficialId,
        role: Role,
        leaf: &RowLeaf,
        what: &str,
        report: &mut Report,
    ) {
        let mut keys = self
            .known
            .documents
            .keys_before(leaf.number, reviewer, role);
        report.require(
            keys.any(|key| note.verify(key).is_ok()),
            "decisions whose signature stands",
            self.place(what),
            "no key the reviewer had on the roster in this role has signed",
        );
    }
}
