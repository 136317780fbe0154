//! Requests of the synthetic world: signed and logged.
//!
//! Place in the flow: tests of keeper and verify.
//!
//! Left to others: the rest of the synthetic world ([`super`]).

#[allow(clippy::wildcard_imports, reason = "one world in several files")]
use super::*;

impl World {
    /// Signs a request without logging it.
    #[must_use]
    pub fn sign_request(&self, name: &str, specs: Vec<RowSpec>) -> Request {
        let request: RequestId = id(name);
        let secret = RequestSecret::from_bytes(*Digest::of(name.as_bytes()).as_bytes());
        let rows: Vec<RowContent> = (2..)
            .zip(&specs)
            .map(|(number, spec)| {
                RowContent::new(&spec.row(number), &spec.periods, &spec.address_keys)
            })
            .collect();
        let commitments: Vec<_> = rows.iter().map(|row| row.commit(&secret)).collect();
        let cover = Cover {
            genesis: self.root(),
            request: request.clone(),
            agency: id("ASKS"),
            agreement: (
                self.agreement.document().id.clone(),
                self.agreement.digest(),
            ),
            signatory: id("SIG-1"),
            signatory_title: "Director".to_owned(),
            signed_on: self.now.day(),
            purpose: "criminal investigations".to_owned(),
            files: vec![CoverFile {
                digest: Digest::of(b"workbook"),
                bytes: 8,
                name: "request.csv".to_owned(),
            }],
            rows: u32::try_from(rows.len()).unwrap(),
            rows_root: tree::rows_root(&commitments),
        };
        let mut officers: Vec<&str> = specs.iter().map(|spec| spec.officer).collect();
        officers.sort_unstable();
        officers.dedup();
        let assurances = officers.into_iter().map(|officer| {
            let own = specs.iter().zip(&commitments);
            let own = own.filter(|(spec, _)| spec.officer == officer);
            self.assure(&request, officer, own.map(|(_, row)| row))
        });
        Request {
            assurances: assurances.collect(),
            cover: Signed::sign(cover, &[&person_key("SIG-1")]).unwrap(),
            id: request,
            secret,
            rows,
            specs,
        }
    }

    /// An officer's assurance of rows.
    pub fn assure<'a>(
        &self,
        request: &RequestId,
        officer: &str,
        rows: impl Iterator<Item = &'a crate::row_commitment::RowCommitment>,
    ) -> Signed<Assurance> {
        let assurance = Assurance {
            genesis: self.root(),
            request: request.clone(),
            officer: id(officer),
            signed_on: self.now.day(),
            rows: rows
                .map(|row| AssuredRow {
                    sheet: row.sheet,
                    row: row.row,
                    leaf: row.leaf_hash(),
                })
                .collect(),
        };
        Signed::sign(assurance, &[&person_key(officer)]).unwrap()
    }

    /// Signs a request and logs that it came in.
    pub fn request(&mut self, name: &str, specs: Vec<RowSpec>) -> Request {
        let request = self.sign_request(name, specs);
        self.log_request(&request);
        request
    }

    /// Logs that a request came in and keeps its parts for the sealed bundle.
    pub fn log_request(&mut self, request: &Request) {
        self.log(Act::Request {
            request: request.tag(),
            agency: id("ASKS"),
            agreement: self.agreement.digest(),
            rows: request.cover.document().rows,
            commitment: request.commitments().request(&request.cover.note_digest()),
        });
        self.seal(request, RequestPart::Cover, "", request.cover.render());
        let secret = hex(request.secret.expose());
        self.seal(request, RequestPart::Secret, "", secret);
        for assurance in &request.assurances {
            let officer = assurance.document().officer.to_string();
            let note = assurance.render();
            self.seal(request, RequestPart::Assurance, &officer, note);
        }
        for (content, row) in request.rows.iter().zip(0_usize..) {
            let opening = content.open(&request.id, &request.secret, |_| true);
            let place = place(request, row);
            self.seal(request, RequestPart::Row, &place, opening.text());
        }
    }

    /// Adds a part of the sealed bundle.
    pub fn seal(
        &mut self,
        request: &Request,
        part: RequestPart,
        rest: &str,
        bytes: impl Into<Vec<u8>>,
    ) {
        self.sealed
            .push((part.name(&request.id, rest), bytes.into()));
    }

    /// The part of a leaf about a row that is the same for all kinds.
    #[must_use]
    pub fn row_act(
        &self,
        request: &Request,
        row: usize,
        reviewers: [&str; 2],
        commitment: Digest,
    ) -> RowAct {
        let tag = |official: &OfficialId| official_tag(&self.root(), official);
        RowAct {
            request: request.tag(),
            agency: id("ASKS"),
            agreement: self.agreement.digest(),
            policy: self.authority().document().policy,
            elements: Elements::ALL,
            officer: tag(&request.officer(row)),
            reviewers: reviewers.map(|name| tag(&id(name))),
            commitment,
        }
    }
}
