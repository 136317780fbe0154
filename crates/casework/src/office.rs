//! The office a use case works in: today's documents, policy, clock, database and log.
//!
//! Place in the flow: the gate makes one for each command; every use case takes it first. Here are
//! the questions all of them ask: who is this, may they, is the channel open.
//!
//! Left to others: what is done (use cases).

use instrument::{
    agreement::Agreement,
    authority::{Authority, RosterPerson},
    bundle::Commitments,
    cover::Cover,
    document::Document,
    genesis::Genesis,
    leaf::{Elements, RowAct, Tag, official_tag},
    manifest::Manifest,
    row_commitment::RequestSecret,
    signed::Signed,
    warrant::{Trust, verify_agreement, verify_authority},
};
use model::{
    digest::Digest,
    id::{AgencyId, OfficialId, RequestId, RowId},
    role::Role,
    time::{Date, Instant},
};
use note::SigningKey;
use policy::{Action, Actor, Matter, Policy};

use crate::{
    error::CaseworkError,
    ports::{Clock, Store, TransparencyLog},
    record::{RequestRecord, RowRecord},
};

/// The documents in force.
#[derive(Debug, Clone)]
pub struct Documents {
    /// The pinned genesis.
    pub genesis: Genesis,
    /// Its digest.
    pub genesis_digest: Digest,
    /// The newest authority note.
    pub authority: Signed<Authority>,
    /// The authority notes before it, each signed as the genesis asks: whose keys counted when.
    pub earlier: Vec<Signed<Authority>>,
    /// Agreements at hand.
    pub agreements: Vec<Signed<Agreement>>,
    /// Manifest of the register in use.
    pub manifest: Signed<Manifest>,
}

impl Documents {
    /// What a warrant is verified against.
    #[must_use]
    pub const fn trust(&self, now: Instant) -> Trust<'_> {
        Trust {
            genesis: &self.genesis,
            genesis_digest: self.genesis_digest,
            manifest: self.manifest.document(),
            now,
        }
    }
}

/// Where a use case works.
pub struct Office<'a> {
    /// The documents in force.
    pub documents: &'a Documents,
    /// The policy.
    pub policy: &'a Policy,
    /// The clock.
    pub clock: &'a dyn Clock,
    /// The database.
    pub store: &'a mut dyn Store,
    /// The log.
    pub log: &'a mut dyn TransparencyLog,
}

impl Office<'_> {
    /// Now.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.clock.now()
    }

    /// Today, in UTC.
    #[must_use]
    pub fn today(&self) -> Date {
        self.now().day()
    }

    /// Checks that the authority note is in order, fresh and made for this policy.
    ///
    /// # Errors
    /// [`CaseworkError::Stopped`], [`CaseworkError::Warrant`].
    pub fn check_authority(&self) -> Result<(), CaseworkError> {
        let documents = self.documents;
        verify_authority(
            &documents.authority,
            &documents.genesis,
            &documents.genesis_digest,
        )?;
        let authority = documents.authority.document();
        if !authority.is_fresh(self.now()) {
            return Err(CaseworkError::Stopped("the authority note is not fresh"));
        }
        if authority.policy != self.policy.digest() {
            return Err(CaseworkError::Stopped(
                "the authority note names another policy",
            ));
        }
        Ok(())
    }

    /// The agreement a cover names, checked to be in force today.
    ///
    /// # Errors
    /// [`CaseworkError::Stopped`] where it is unknown, lapsed or suspended.
    pub fn agreement_of(&self, cover: &Cover) -> Result<&Signed<Agreement>, CaseworkError> {
        let (id, digest) = &cover.agreement;
        let found = self
            .documents
            .agreements
            .iter()
            .find(|agreement| agreement.document().id == *id && agreement.digest() == *digest);
        let agreement = found.ok_or(CaseworkError::Stopped(
            "the cover names an agreement the gate does not have",
        ))?;
        let trust = self.documents.trust(self.now());
        verify_agreement(agreement, self.documents.authority.document(), &trust)?;
        if !agreement.document().is_in_force(self.today()) {
            return Err(CaseworkError::Stopped("the agreement is not in force"));
        }
        Ok(agreement)
    }

    /// The person of the roster whose key counts today.
    ///
    /// # Errors
    /// [`CaseworkError::NotPermitted`].
    pub fn person(
        &self,
        id: &OfficialId,
        action: &'static str,
    ) -> Result<&RosterPerson, CaseworkError> {
        self.documents
            .authority
            .document()
            .person(id, self.today())
            .ok_or_else(|| CaseworkError::NotPermitted {
                official: id.clone(),
                action,
                why: "not on today's roster".to_owned(),
            })
    }

    /// Asks policy whether a person may do this to a matter, and gives the person.
    ///
    /// # Errors
    /// [`CaseworkError::NotPermitted`] with the policy's reason.
    pub fn permit(
        &self,
        id: &OfficialId,
        action: Action,
        matter: &Matter,
    ) -> Result<&RosterPerson, CaseworkError> {
        let person = self.person(id, action.code())?;
        let actor = Actor {
            id: id.clone(),
            role: person.role,
            agency: person.agency.clone(),
        };
        self.policy
            .permits(&actor, action, matter)
            .map_err(|denial| CaseworkError::NotPermitted {
                official: id.clone(),
                action: action.code(),
                why: denial.to_string(),
            })?;
        Ok(person)
    }

    /// Checks that a signing key is the one the roster has for this person.
    ///
    /// # Errors
    /// [`CaseworkError::NotPermitted`].
    pub fn check_key(
        &self,
        person: &RosterPerson,
        key: &SigningKey,
        action: &'static str,
    ) -> Result<(), CaseworkError> {
        if person.key == note::Verifier::from(key.verifier()) {
            return Ok(());
        }
        Err(CaseworkError::NotPermitted {
            official: person.id.clone(),
            action,
            why: "the key is not the one on the roster".to_owned(),
        })
    }

    /// A request with its rows, re-verified.
    ///
    /// # Errors
    /// [`CaseworkError::NoRequest`], [`CaseworkError::Damaged`].
    pub fn load(&self, id: &RequestId) -> Result<Loaded, CaseworkError> {
        let request = self
            .store
            .request(id)?
            .ok_or_else(|| CaseworkError::NoRequest(id.clone()))?;
        let rows = self.store.rows(id)?;
        let envelope = request.verify(&rows)?;
        Ok(Loaded {
            request,
            rows,
            envelope,
        })
    }

    /// As [`Office::load`], for a use case that acts on what people decided: the signatures of their
    /// decisions are checked too, with the keys any authority note has for the day they signed: who
    /// leaves has decided all the same. Nothing in the database alone makes a decision.
    ///
    /// # Errors
    /// As [`Office::load`]; [`CaseworkError::NotPermitted`] where the roster has no such key.
    pub fn load_to_act(&self, id: &RequestId) -> Result<Loaded, CaseworkError> {
        let loaded = self.load(id)?;
        let requester = &loaded.envelope.cover.document().agency;
        for row in &loaded.rows {
            let expires = row.statement.as_ref().map(|statement| statement.expires);
            if row.lapsed && expires.is_none_or(|expires| expires > self.now()) {
                return Err(CaseworkError::damaged(
                    "a case kept as lapsed has a statement that has not run out",
                ));
            }
            for face in &row.faces {
                let note = face.document();
                let signer = (&note.reviewer, note.role, note.signed_at);
                self.check_signer(face, signer, requester)?;
            }
            for approval in &row.approvals {
                let note = approval.document();
                let signer = (&note.reviewer, note.role, note.signed_at);
                self.check_signer(approval, signer, requester)?;
            }
        }
        Ok(loaded)
    }

    fn check_signer<D: Document>(
        &self,
        decision: &Signed<D>,
        (reviewer, role, at): (&OfficialId, Role, Instant),
        requester: &AgencyId,
    ) -> Result<(), CaseworkError> {
        let day = at.day();
        let counted = |person: &&RosterPerson| {
            let on_duty = person.from <= day && day <= person.until;
            person.id == *reviewer && person.role == role && on_duty && person.agency != *requester
        };
        let documents = self.documents;
        let notes = std::iter::once(&documents.authority).chain(&documents.earlier);
        let listed: Vec<_> = notes
            .flat_map(|note| note.document().roster.iter())
            .filter(counted)
            .collect();
        if listed.is_empty() {
            return Err(CaseworkError::NotPermitted {
                official: reviewer.clone(),
                action: "have decided",
                why: format!("no roster has a key of theirs for {day}"),
            });
        }
        if listed
            .iter()
            .any(|person| decision.verify(&person.key).is_ok())
        {
            return Ok(());
        }
        Err(CaseworkError::damaged(
            "a decision kept is not signed by its reviewer",
        ))
    }

    /// The leaf fields of a row of a request, with these two reviewers and this commitment.
    #[must_use]
    pub fn row_act(
        &self,
        loaded: &Loaded,
        row: &RowRecord,
        reviewers: [&OfficialId; 2],
        commitment: Digest,
    ) -> Option<RowAct> {
        let cover = loaded.envelope.cover.document();
        let tag = |official: &OfficialId| official_tag(&self.documents.genesis_digest, official);
        Some(RowAct {
            request: request_tag(&loaded.envelope.secret, &cover.request)?,
            agency: cover.agency.clone(),
            agreement: cover.agreement.1,
            policy: self.policy.digest(),
            elements: Elements::ALL,
            officer: tag(&row.officer()?),
            reviewers: reviewers.map(tag),
            commitment,
        })
    }
}

/// A request's tag as leaves carry it.
#[must_use]
pub fn request_tag(secret: &RequestSecret, request: &RequestId) -> Option<Tag> {
    Tag::new(&secret.tag(request))
}

/// A request read back and re-verified.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The request.
    pub request: RequestRecord,
    /// Its rows in workbook order.
    pub rows: Vec<RowRecord>,
    /// Its envelope.
    pub envelope: instrument::envelope::Envelope,
}

impl Loaded {
    /// One row.
    ///
    /// # Errors
    /// [`CaseworkError::NoRow`].
    pub fn row(&self, id: &RowId) -> Result<&RowRecord, CaseworkError> {
        let found = self
            .rows
            .iter()
            .find(|row| row.place() == (id.sheet, id.row));
        found.ok_or_else(|| CaseworkError::NoRow(id.clone()))
    }

    /// What the request's leaves commit to.
    #[must_use]
    pub const fn commitments(&self) -> Commitments<'_> {
        Commitments {
            secret: &self.envelope.secret,
        }
    }

    /// The request as policy sees one of its rows in review: who decided so far.
    #[must_use]
    pub fn matter(
        &self,
        agreement: &Agreement,
        state: &'static str,
        decided_by: Vec<(OfficialId, Role)>,
    ) -> Matter {
        Matter {
            state,
            requesting_agency: agreement.requesting_agency.clone(),
            records_agency: agreement.records_agency.clone(),
            decided_by,
        }
    }
}
