//! Decisions of the synthetic world: faces, statements, approvals.
//!
//! Place in the flow: tests of keeper and verify.
//!
//! Left to others: the rest of the synthetic world ([`super`]).

#[allow(clippy::wildcard_imports, reason = "one world in several files")]
use super::*;

impl World {
    /// A signed face decision.
    #[must_use]
    pub fn face(
        &self,
        request: &Request,
        row: usize,
        reviewer: &str,
        decision: FaceDecision,
        findings: &[u8],
    ) -> Signed<Face> {
        let (_, _, role, _) = PEOPLE.iter().find(|(id, ..)| *id == reviewer).unwrap();
        let face = Face {
            genesis: self.root(),
            row: request.row_id(row),
            leaf: request.leaf(row),
            findings: Digest::of(findings),
            examined_as_of: self.now.day(),
            reviewer: id(reviewer),
            role: *role,
            decision,
            signed_at: self.now,
        };
        Signed::sign(face, &[&person_key(reviewer)]).unwrap()
    }

    /// DO-1 and CO-1 admit a row; the findings' bytes stand in the bundle.
    pub fn admit(&mut self, request: &Request, row: usize, findings: &[u8]) -> LeafIndex {
        let faces = ["DO-1", "CO-1"]
            .map(|name| self.face(request, row, name, FaceDecision::Admit, findings));
        self.seal_faces(request, row, &faces, findings);
        let notes = faces.map(|face| face.note_digest());
        let commitment =
            request
                .commitments()
                .admitted(request.place(row), &request.leaf(row), &notes);
        let act = self.row_act(request, row, ["DO-1", "CO-1"], commitment);
        self.log(Act::Admitted(act))
    }

    /// DO-1 declines a row.
    pub fn decline(&mut self, request: &Request, row: usize, findings: &[u8]) -> LeafIndex {
        let decision = FaceDecision::Decline(DeclineGround::RelevanceNotShown);
        let face = self.face(request, row, "DO-1", decision, findings);
        self.seal_faces(request, row, std::slice::from_ref(&face), findings);
        let commitment = request.commitments().declined(
            request.place(row),
            &request.leaf(row),
            &[face.note_digest()],
        );
        let act = self.row_act(request, row, ["DO-1", "DO-1"], commitment);
        self.log(Act::Declined(act))
    }

    fn seal_faces(
        &mut self,
        request: &Request,
        row: usize,
        faces: &[Signed<Face>],
        findings: &[u8],
    ) {
        let place = place(request, row);
        for (number, face) in (1..).zip(faces) {
            let rest = format!("{place}/{number}");
            self.seal(request, RequestPart::Face, &rest, face.render());
        }
        self.seal(request, RequestPart::Findings, &place, findings);
    }

    /// Logs that rows were rejected on their findings.
    pub fn reject(&mut self, request: &Request, rows: &[(usize, &[u8])]) -> LeafIndex {
        let mut digests = Vec::new();
        for (row, findings) in rows {
            self.seal(
                request,
                RequestPart::Findings,
                &place(request, *row),
                *findings,
            );
            digests.push((request.leaf(*row), Digest::of(findings)));
        }
        let commitment = request.commitments().refusals(&digests);
        self.log(Act::Refusals {
            request: request.tag(),
            rows: u32::try_from(rows.len()).unwrap(),
            commitment,
        })
    }

    /// The statement of a row whose person is this record.
    #[must_use]
    pub fn statement(&self, request: &Request, row: usize, record: u32, entry: u16) -> Statement {
        let place = request.row_id(row);
        let case: CaseId = id(&format!("C-{}-{}", request.id, place.row));
        let salt = Digest::of(place.to_string().as_bytes());
        let agency: AgencyId = id("ASKS");
        Statement {
            genesis: self.root(),
            case,
            row: place,
            row_leaf: request.leaf(row),
            cover: request.cover.digest(),
            agency,
            officer: request.officer(row),
            agreement: self.agreement.digest(),
            policy: self.authority().document().policy,
            certificate: self.certificate.digest(),
            log_origin: self.genesis.document().log_origin.clone(),
            register: register(),
            epoch: Epoch(1),
            record: RecordNumber(record),
            entry: EntryNumber(entry),
            periods: request.specs[row].periods.clone(),
            question: request.specs[row].question,
            created: Instant(self.now.0 - 600),
            expires: Instant(self.now.0 + 3600 * 24 * 3),
            salt: salt.as_bytes()[..16].try_into().unwrap(),
        }
    }

    /// A signed approval.
    #[must_use]
    pub fn approval(
        &self,
        statement: &Statement,
        reviewer: &str,
        decision: ApprovalDecision,
        signed_at: Instant,
    ) -> Signed<Approval> {
        let (_, _, role, _) = PEOPLE.iter().find(|(id, ..)| *id == reviewer).unwrap();
        let nonce = Digest::of(format!("{reviewer} {}", statement.digest()).as_bytes());
        let approval = Approval {
            genesis: self.root(),
            statement: statement.digest(),
            reviewer: id(reviewer),
            role: *role,
            decision,
            nonce: nonce.as_bytes()[..16].try_into().unwrap(),
            signed_at,
        };
        Signed::sign(approval, &[&person_key(reviewer)]).unwrap()
    }

    /// DO-1's and CO-1's approvals allowing what the statement asks.
    #[must_use]
    pub fn approvals(&self, statement: &Statement) -> [Signed<Approval>; 2] {
        let decision = ApprovalDecision::Allow(statement.question);
        [("DO-1", 300), ("CO-1", 200)].map(|(name, ago)| {
            let at = Instant(self.now.0 - ago);
            self.approval(statement, name, decision, at)
        })
    }
}
