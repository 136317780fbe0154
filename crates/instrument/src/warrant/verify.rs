//! Verifying a warrant from scratch.
//!
//! Place in the flow: each keeper runs it on its own copy of genesis, manifest and log; the gate runs
//! it to understand a refusal before it asks.
//!
//! Left to others: what a warrant is ([`super`]), record header, earlier leaves and time between
//! approvals (keeper).

use model::{
    column::Column,
    digest::Digest,
    id::{AgencyId, OfficialId},
    role::Role,
    time::{Date, Instant},
};
use note::Note;
use translog::Checkpoint;

use super::{CHECKPOINT_SECONDS, Grant, Trust, Warrant, WarrantError};
use crate::{
    agreement::Agreement,
    approval::{Approval, widest_allowed},
    authority::{Authority, RosterPerson},
    budget::Counts,
    document::Document,
    genesis::Genesis,
    leaf::{Act, Leaf, RowAct, commit, official_tag},
    row_commitment::Field,
    signed::Signed,
    statement::Question,
    tree::witness_policy,
};

impl Warrant {
    /// Verifies everything but record header, counts of earlier leaves and time between approvals.
    ///
    /// # Errors
    /// [`WarrantError`] for the first thing that is not in order.
    pub fn verify(&self, trust: &Trust<'_>, counts: &Counts) -> Result<Grant, WarrantError> {
        self.verify_authority(trust)?;
        self.verify_agreement(trust)?;
        self.verify_request(trust)?;
        self.verify_statement(trust)?;
        let (question, reviewers) = self.verify_approvals(trust)?;
        let checkpoint = self.verify_checkpoint(trust)?;
        self.verify_leaf(trust, &reviewers, &checkpoint)?;
        counts.check(&self.agreement.document().budgets)?;
        Ok(Grant {
            statement: self.statement.digest(),
            question,
            address_keys: self.row.address_keys().map(str::to_owned).collect(),
            reviewers,
        })
    }

    fn verify_authority(&self, trust: &Trust<'_>) -> Result<(), WarrantError> {
        verify_authority(&self.authority, trust.genesis, &trust.genesis_digest)?;
        let fresh = self.authority.document().is_fresh(trust.now);
        require_force(fresh, "the authority note is not fresh")
    }

    fn verify_agreement(&self, trust: &Trust<'_>) -> Result<(), WarrantError> {
        let agreement = self.agreement.document();
        verify_agreement(&self.agreement, self.authority.document(), trust)?;
        let day = trust.now.day();
        require_force(agreement.is_in_force(day), "the agreement is not in force")?;
        require_force(
            agreement.safeguards_until >= day,
            "the recipient's safeguards are not certified",
        )?;
        require_force(
            agreement.safeguard_findings_open == 0,
            "a safeguard finding is open",
        )
    }

    fn verify_request(&self, trust: &Trust<'_>) -> Result<(), WarrantError> {
        let cover = self.cover.document();
        let agreement = self.agreement.document();
        let roster = self.authority.document();
        let day = trust.now.day();
        require(
            cover.genesis == trust.genesis_digest,
            "the cover stands under another genesis",
        )?;
        require(
            cover.agreement == (agreement.id.clone(), self.agreement.digest()),
            "the cover names another agreement",
        )?;
        require(
            cover.agency == agreement.requesting_agency,
            "the cover is another agency's",
        )?;
        require(
            agreement.signatory(&cover.signatory).is_some(),
            "the cover's signatory is not one of the agreement",
        )?;
        let signatory = roster_person(
            roster,
            &cover.signatory,
            Role::Signatory,
            day,
            "the signatory",
        )?;
        self.cover.verify(&signatory.key)?;

        self.verify_row(trust)
    }

    /// That the row is in the signed cover and its named officer assured it.
    fn verify_row(&self, trust: &Trust<'_>) -> Result<(), WarrantError> {
        let cover = self.cover.document();
        let agreement = self.agreement.document();
        let roster = self.authority.document();
        let day = trust.now.day();
        let leaf = self.row.commitment().leaf_hash();
        require(
            self.row.request == cover.request,
            "the row is of another request",
        )?;
        require(
            self.row_proof.size == u64::from(cover.rows),
            "the row's proof is for another tree",
        )?;
        require(
            self.row_proof.verify(&leaf, &cover.rows_root).is_ok(),
            "the row is not in the signed cover",
        )?;

        let assurance = self.assurance.document();
        require(
            assurance.request == cover.request,
            "the assurance is for another request",
        )?;
        require(
            assurance.genesis == trust.genesis_digest,
            "the assurance stands under another genesis",
        )?;
        require(
            assurance.covers(&leaf),
            "the officer has not assured this row",
        )?;
        let named = self
            .row
            .value(Field::Column(Column::OfficerId))
            .map(str::trim);
        require(
            named == Some(assurance.officer.as_str()),
            "the assurance is not the named officer's",
        )?;
        require(
            agreement.officers.contains(&assurance.officer),
            "the officer is not designated",
        )?;
        let officer = roster_person(
            roster,
            &assurance.officer,
            Role::NamedOfficer,
            day,
            "the named officer",
        )?;
        require(
            officer.agency == agreement.requesting_agency,
            "the officer is another agency's",
        )?;
        Ok(self.assurance.verify(&officer.key)?)
    }

    fn verify_statement(&self, trust: &Trust<'_>) -> Result<(), WarrantError> {
        let statement = &self.statement;
        let cover = self.cover.document();
        let leaf = self.row.commitment();
        require(
            statement.genesis == trust.genesis_digest,
            "the statement stands under another genesis",
        )?;
        require(
            statement.cover == self.cover.digest(),
            "the statement names another cover",
        )?;
        require(
            statement.row_leaf == leaf.leaf_hash(),
            "the statement is about another row",
        )?;
        require(
            (
                &statement.row.request,
                statement.row.sheet,
                statement.row.row,
            ) == (&cover.request, leaf.sheet, leaf.row),
            "the statement names another row",
        )?;
        require(
            statement.agency == cover.agency,
            "the statement is for another agency",
        )?;
        require(
            statement.officer == self.assurance.document().officer,
            "the statement is for another officer",
        )?;
        self.verify_terms(trust)?;
        self.verify_question()
    }

    /// That the statement stands under these terms, in this log and for this register, today.
    fn verify_terms(&self, trust: &Trust<'_>) -> Result<(), WarrantError> {
        let statement = &self.statement;
        require(
            statement.agreement == self.agreement.digest(),
            "the statement names another agreement",
        )?;
        require(
            statement.policy == self.authority.document().policy,
            "the policy has changed",
        )?;
        require(
            statement.log_origin == trust.genesis.log_origin,
            "the statement names another log",
        )?;
        require(
            (&statement.register, statement.epoch)
                == (&trust.manifest.register, trust.manifest.epoch),
            "the statement names another register",
        )?;
        require_force(
            statement.created <= trust.now,
            "the statement is of the future",
        )?;
        require_force(trust.now < statement.expires, "the statement has lapsed")
    }

    /// That the statement asks what the row asks.
    fn verify_question(&self) -> Result<(), WarrantError> {
        let statement = &self.statement;
        let periods = crate::row_commitment::write_periods(&statement.periods);
        require(
            self.row.value(Field::Periods) == Some(&periods),
            "the row asks about other periods",
        )?;
        let asks = self
            .row
            .value(Field::Column(Column::AsksFor))
            .unwrap_or_default();
        let asks = Question::from_code(&asks.trim().to_lowercase());
        require(
            asks == Some(statement.question),
            "the row asks another question",
        )
    }

    fn verify_approvals(
        &self,
        trust: &Trust<'_>,
    ) -> Result<(Question, [(OfficialId, Instant); 2]), WarrantError> {
        let [first, second] = &self.approvals;
        let officer = self.verify_approval(first, Role::DisclosureOfficer, trust)?;
        let counsel = self.verify_approval(second, Role::Counsel, trust)?;
        require(officer.id != counsel.id, "one person cannot approve twice")?;
        let (first, second) = (first.document(), second.document());
        let allowed = widest_allowed(first.decision, second.decision)
            .ok_or(WarrantError::Contradiction("a reviewer ended the case"))?;
        let question = allowed.min(self.statement.question);
        let reviewers = [
            (first.reviewer.clone(), first.signed_at),
            (second.reviewer.clone(), second.signed_at),
        ];
        Ok((question, reviewers))
    }

    fn verify_approval<'a>(
        &'a self,
        approval: &Signed<Approval>,
        role: Role,
        trust: &Trust<'_>,
    ) -> Result<&'a RosterPerson, WarrantError> {
        let document = approval.document();
        let statement = &self.statement;
        require(
            document.genesis == trust.genesis_digest,
            "an approval stands under another genesis",
        )?;
        require(
            document.statement == statement.digest(),
            "an approval is of another statement",
        )?;
        require(
            document.role == role,
            "one disclosure officer and one counsel approve",
        )?;
        require(
            statement.created <= document.signed_at && document.signed_at < statement.expires,
            "an approval was not signed while the statement stood",
        )?;
        require(
            document.signed_at <= trust.now,
            "an approval is of the future",
        )?;
        let roster = self.authority.document();
        let person = roster_person(
            roster,
            &document.reviewer,
            role,
            trust.now.day(),
            "a reviewer",
        )?;
        let agreement = self.agreement.document();
        require(
            person.agency == agreement.records_agency,
            "a reviewer is not of the records agency",
        )?;
        approval.verify(&person.key)?;
        Ok(person)
    }

    /// The leaf these parts commit to, on a day.
    #[must_use]
    pub fn expected_commitment(&self) -> Digest {
        let [first, second] = &self.approvals;
        matter_commitment(
            &self.leaf.salt,
            &self.statement.digest(),
            [&first.note_digest(), &second.note_digest()],
        )
    }

    fn verify_leaf(
        &self,
        trust: &Trust<'_>,
        reviewers: &[(OfficialId, Instant); 2],
        checkpoint: &Checkpoint,
    ) -> Result<(), WarrantError> {
        require(
            self.leaf.day <= trust.now.day(),
            "the leaf is of the future",
        )?;
        let [first, second] = reviewers;
        let tag = |official| official_tag(&trust.genesis_digest, official);
        let leaf = Leaf {
            day: self.leaf.day,
            act: Act::Matter(RowAct {
                request: self.leaf.request.clone(),
                agency: self.statement.agency.clone(),
                agreement: self.statement.agreement,
                policy: self.statement.policy,
                elements: crate::leaf::Elements::ALL,
                officer: tag(&self.statement.officer),
                reviewers: [tag(&first.0), tag(&second.0)],
                commitment: self.expected_commitment(),
            }),
        };
        require(
            self.leaf_proof.index == self.leaf.index,
            "the leaf's proof is for another leaf",
        )?;
        require(
            self.leaf_proof.size == checkpoint.size,
            "the leaf's proof is for another checkpoint",
        )?;
        let hash = translog::leaf_hash(&leaf.entry());
        require(
            self.leaf_proof.verify(&hash, &checkpoint.root).is_ok(),
            "the leaf is not in the log",
        )
    }

    fn verify_checkpoint(&self, trust: &Trust<'_>) -> Result<Checkpoint, WarrantError> {
        let contradiction = WarrantError::Contradiction("the checkpoint cannot be read");
        let note = Note::parse(&self.checkpoint).map_err(|_| contradiction)?;
        let policy = witness_policy(trust.genesis, CHECKPOINT_SECONDS);
        Ok(policy.verify_cosigned(&note, trust.now)?.checkpoint)
    }
}

/// What a matter leaf commits to when a person was identified and both reviewers signed.
#[must_use]
pub fn matter_commitment(salt: &[u8; 16], statement: &Digest, approvals: [&Digest; 2]) -> Digest {
    let [first, second] = approvals;
    commit("matter", salt, &[*statement, *first, *second])
}

/// Checks an authority note against the genesis: k of n signatures, same genesis.
///
/// # Errors
/// [`WarrantError::Signed`] or [`WarrantError::Contradiction`].
pub fn verify_authority(
    authority: &Signed<Authority>,
    genesis: &Genesis,
    genesis_digest: &Digest,
) -> Result<(), WarrantError> {
    let needed = usize::try_from(genesis.authority_threshold).unwrap_or(usize::MAX);
    authority.verify_threshold(&genesis.authorities, needed)?;
    require(
        authority.document().genesis == *genesis_digest,
        "the authority note stands under another genesis",
    )
}

/// Checks an agreement: in the authority note, signed by a signatory and by the data owner.
///
/// # Errors
/// [`WarrantError`].
pub fn verify_agreement(
    agreement: &Signed<Agreement>,
    authority: &Authority,
    trust: &Trust<'_>,
) -> Result<(), WarrantError> {
    let document = agreement.document();
    require(
        document.genesis == trust.genesis_digest,
        "the agreement stands under another genesis",
    )?;
    require_force(
        authority.allows_agreement(&document.id, &agreement.digest()),
        "the agreement is not in the authority note, or suspended",
    )?;
    let keys = |role, agency: &AgencyId| -> Vec<_> {
        let with_role = authority
            .roster
            .iter()
            .filter(|person| person.role == role && person.agency == *agency);
        with_role.map(|person| person.key.clone()).collect()
    };
    agreement.verify_threshold(&keys(Role::Signatory, &document.requesting_agency), 1)?;
    agreement.verify_threshold(&keys(Role::DataOwner, &document.records_agency), 1)?;
    Ok(())
}

fn roster_person<'a>(
    authority: &'a Authority,
    id: &OfficialId,
    role: Role,
    day: Date,
    what: &'static str,
) -> Result<&'a RosterPerson, WarrantError> {
    authority
        .person(id, day)
        .filter(|person| person.role == role)
        .ok_or(WarrantError::NotOnRoster { what })
}

const fn require(test: bool, words: &'static str) -> Result<(), WarrantError> {
    if test {
        Ok(())
    } else {
        Err(WarrantError::Contradiction(words))
    }
}

const fn require_force(test: bool, words: &'static str) -> Result<(), WarrantError> {
    if test {
        Ok(())
    } else {
        Err(WarrantError::NotInForce(words))
    }
}
