//! Matters, receipts, checkpoints, warrants and bundles of the synthetic world.
//!
//! Place in the flow: tests of keeper and verify.
//!
//! Left to others: the rest of the synthetic world ([`super`]).

#[allow(clippy::wildcard_imports, reason = "one world in several files")]
use super::*;

impl World {
    /// Logs the matter of an approved statement and gives what opens its leaf.
    pub fn matter(
        &mut self,
        request: &Request,
        row: usize,
        statement: &Statement,
        approvals: &[Signed<Approval>; 2],
    ) -> LeafOpening {
        let (sheet, number) = request.place(row);
        let salt = request.commitments().salt(sheet, number, "matter");
        let [first, second] = approvals;
        let notes = [&first.note_digest(), &second.note_digest()];
        let commitment = matter_commitment(&salt, &statement.digest(), notes);
        let names = [first, second].map(|a| a.document().reviewer.to_string());
        let act = self.row_act(request, row, [&names[0], &names[1]], commitment);
        let index = self.log(Act::Matter(act));
        let place = place(request, row);
        self.seal(request, RequestPart::Statement, &place, statement.text());
        for (k, approval) in (1..).zip(approvals) {
            let rest = format!("{place}/{k}");
            self.seal(request, RequestPart::Approval, &rest, approval.render());
        }
        LeafOpening {
            index,
            day: self.now.day(),
            salt,
            request: request.tag(),
        }
    }

    /// Logs the matter of a case that a reviewer ended.
    pub fn ended_matter(
        &mut self,
        request: &Request,
        row: usize,
        statement: &Statement,
        approvals: &[Signed<Approval>],
    ) -> LeafIndex {
        let notes = approvals.iter().map(Signed::note_digest);
        let ended: Vec<Digest> = std::iter::once(statement.digest()).chain(notes).collect();
        let commitment =
            request
                .commitments()
                .silent_matter(request.place(row), &request.leaf(row), &ended);
        let place = place(request, row);
        self.seal(request, RequestPart::Statement, &place, statement.text());
        for (k, approval) in (1..).zip(approvals) {
            let rest = format!("{place}/{k}");
            self.seal(request, RequestPart::Approval, &rest, approval.render());
        }
        let act = self.row_act(request, row, ["DO-1", "CO-1"], commitment);
        self.log(Act::Matter(act))
    }

    /// Logs the matter of a row about which nothing is said.
    pub fn silent_matter(&mut self, request: &Request, row: usize) -> LeafIndex {
        let commitment =
            request
                .commitments()
                .silent_matter(request.place(row), &request.leaf(row), &[]);
        let act = self.row_act(request, row, ["DO-1", "CO-1"], commitment);
        self.log(Act::Matter(act))
    }

    /// Signs the receipt and logs that the answers issued.
    pub fn issue(&mut self, request: &Request, answers: &[Answer]) -> LeafIndex {
        let rows = u64::try_from(request.rows.len()).unwrap();
        let counts = AnswerCounts::count(rows, answers.iter().copied());
        let receipt = Receipt {
            genesis: self.root(),
            request: request.id.clone(),
            agency: id("ASKS"),
            cover: request.cover.digest(),
            issued_on: self.now.day(),
            destroy_by: id("2027-11-21"),
            counts,
            responses: vec![(id("OFF-1"), Digest::of(b"response"))],
        };
        let receipt = Signed::sign(receipt, &[&key("gate.example", "gate")]).unwrap();
        self.seal(request, RequestPart::Receipt, "", receipt.render());
        let small = |count: u64| u32::try_from(count).unwrap();
        self.log(Act::Issued {
            request: request.tag(),
            rows: small(rows),
            rejected: small(counts.rejected),
            declined: small(counts.declined),
            answered: small(rows - counts.rejected - counts.declined),
            commitment: request.commitments().issued(&receipt.note_digest()),
        })
    }

    /// Leaf hashes of the log.
    #[must_use]
    pub fn leaves(&self) -> Vec<Digest> {
        self.entries.iter().map(|entry| leaf_hash(entry)).collect()
    }

    /// The checkpoint, signed by the log only.
    #[must_use]
    pub fn checkpoint(&self) -> Note {
        let origin = self.genesis.document().log_origin.clone();
        let checkpoint = Checkpoint {
            size: u64::try_from(self.entries.len()).unwrap(),
            root: tree_root(&self.leaves()),
            origin,
        };
        let context = checkpoint.origin.context().unwrap();
        let log = key("gate.example", "log");
        log.sign_note(&context, checkpoint.text()).unwrap()
    }

    /// The checkpoint cosigned by the keepers at these positions at a time.
    #[must_use]
    pub fn cosigned(&self, positions: &[usize], at: Instant) -> String {
        let mut note = self.checkpoint();
        let origin = self.genesis.document().log_origin.context().unwrap();
        for position in positions {
            let keeper = cosigner(keeper_id(*position).as_str());
            let line = keeper.cosign(&origin, note.text(), at).unwrap();
            note.add(line).unwrap();
        }
        note.render()
    }

    /// The warrant of an approved statement.
    #[must_use]
    pub fn warrant(
        &self,
        request: &Request,
        row: usize,
        statement: &Statement,
        approvals: &[Signed<Approval>; 2],
        leaf: &LeafOpening,
        header: (Vec<u8>, InclusionProof),
    ) -> Warrant {
        let row_leaves: Vec<Digest> = (0..request.rows.len()).map(|at| request.leaf(at)).collect();
        let officer = request.officer(row);
        let assurance = request
            .assurances
            .iter()
            .find(|assurance| assurance.document().officer == officer);
        Warrant {
            authority: self.authority().clone(),
            agreement: self.agreement.clone(),
            cover: request.cover.clone(),
            row: request.rows[row].open(&request.id, &request.secret, opens_to_keepers),
            row_proof: tree::prove(&row_leaves, row).unwrap(),
            assurance: assurance.unwrap().clone(),
            statement: statement.clone(),
            approvals: approvals.clone(),
            leaf: leaf.clone(),
            leaf_proof: tree::prove(&self.leaves(), usize::try_from(leaf.index.0).unwrap())
                .unwrap(),
            checkpoint: self.cosigned(&[0, 1, 2], self.now),
            header: header.0,
            header_proof: header.1,
        }
    }

    /// The auditor's bundle.
    #[must_use]
    pub fn bundle(&self, kind: BundleKind) -> Archive {
        let mut parts: Vec<(String, Vec<u8>)> = vec![
            (bundle::GENESIS.to_owned(), self.genesis.render().into()),
            (
                bundle::CHECKPOINT.to_owned(),
                self.cosigned(&[0, 1, 2], self.now).into(),
            ),
            (bundle::LEAVES.to_owned(), self.entries.concat()),
        ];
        let mut add = |prefix: &str, name: String, text: String| {
            parts.push((format!("{prefix}{name}"), text.into()));
        };
        for authority in &self.authorities {
            let version = authority.document().version.to_string();
            add(bundle::AUTHORITIES, version, authority.render());
        }
        let agreement = self.agreement.document().id.to_string();
        for (number, former) in (1..).zip(&self.former_agreements) {
            let name = format!("{agreement}.{number}");
            add(bundle::AGREEMENTS, name, former.render());
        }
        add(bundle::AGREEMENTS, agreement, self.agreement.render());
        let manifest = format!("{}-1", register());
        add(bundle::MANIFESTS, manifest, self.manifest.render());
        let certificate = self.certificate.document().id.to_string();
        add(bundle::CERTIFICATES, certificate, self.certificate.render());
        if kind == BundleKind::Sealed {
            parts.extend(self.sealed.iter().cloned());
        }
        self.index(kind, parts)
    }

    /// Signs an index over parts and puts them together.
    #[must_use]
    pub fn index(&self, kind: BundleKind, parts: Vec<(String, Vec<u8>)>) -> Archive {
        let index = BundleIndex {
            genesis: self.root(),
            kind,
            made_at: self.now,
            size: u64::try_from(self.entries.len()).unwrap(),
            parts: parts
                .iter()
                .map(|(name, bytes)| (Digest::of(bytes), name.clone()))
                .collect(),
        };
        let index = Signed::sign(index, &[&key("gate.example", "gate")]).unwrap();
        let mut archive = Archive::new(bundle::BUNDLE);
        archive.add(bundle::INDEX, index.render());
        for (name, bytes) in parts {
            archive.add(&name, bytes);
        }
        archive
    }
}

pub(super) fn place(request: &Request, row: usize) -> String {
    let (sheet, number) = request.place(row);
    RequestPart::row(sheet, number)
}
