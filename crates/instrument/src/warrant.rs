//! The warrant: everything a keeper needs to check a disclosure from scratch.
//!
//! Place in the flow: gate assembles it once the statement's leaf is cosigned; each keeper runs
//! [`Warrant::verify`] on its own copy of genesis, manifest and log before it gives a value
//! (promises P1, P2, P3).
//!
//! Left to others: the record header (keeper, through seal), counts at the leaf (keeper's ledger),
//! time between approvals (keeper's memory).

use model::{
    column::Column,
    digest::{Digest, hex, unhex},
    fault::{Explain, Fault},
    id::{AgencyId, LeafIndex, OfficialId},
    role::Role,
    time::{Date, Instant},
};
use note::Note;
use thiserror::Error;
use translog::{Checkpoint, CheckpointError, InclusionProof};

use crate::{
    agreement::Agreement,
    approval::{Approval, widest_allowed},
    archive::{Archive, ArchiveError},
    assurance::Assurance,
    authority::{Authority, RosterPerson},
    budget::{BudgetError, Counts},
    cover::Cover,
    document::{Document, DocumentError, Reader, Writer, date},
    genesis::Genesis,
    leaf::{Act, Leaf, RowAct, Tag, commit, official_tag},
    manifest::Manifest,
    row_commitment::{Field, RowOpening},
    signed::{Signed, SignedError},
    statement::{Question, Statement},
    tree::witness_policy,
};

/// Kind of the archive.
pub const WARRANT: &str = "warrant";

/// Oldest cosignature a keeper acts under, in seconds.
pub const CHECKPOINT_SECONDS: u64 = 15 * 60;

/// Why a warrant is refused. The fault is that of whoever assembled or signed it, unless the variant
/// says otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum WarrantError {
    /// The bytes are not a warrant.
    #[error("the warrant cannot be read")]
    Archive(#[from] ArchiveError),
    /// A part is not the document it should be.
    #[error("a part of the warrant is not in order")]
    Document(#[from] DocumentError),
    /// A signature is missing or wrong.
    #[error("a signature of the warrant is not in order")]
    Signed(#[from] SignedError),
    /// Two parts contradict each other, or the genesis, the manifest or the log.
    #[error("{0}")]
    Contradiction(&'static str),
    /// A signer is not on the roster with that role on that day.
    #[error("{what} is not on the roster with that role today")]
    NotOnRoster {
        /// Whose signature.
        what: &'static str,
    },
    /// The authority note is not fresh, or something is suspended. Policy.
    #[error("{0}")]
    NotInForce(&'static str),
    /// A budget or ceiling is passed. Policy.
    #[error("a budget is passed")]
    Budget(#[from] BudgetError),
    /// The checkpoint is forged, or not cosigned by enough fresh keepers.
    #[error("the checkpoint is not in order")]
    Checkpoint(#[from] CheckpointError),
}

impl Explain for WarrantError {
    fn fault(&self) -> Fault {
        match self {
            Self::Archive(_) | Self::Document(_) => Fault::Input,
            Self::Checkpoint(error) => error.fault(),
            _ => Fault::Refused,
        }
    }
}

/// Where the leaf is, and the salt that opens its commitment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeafOpening {
    /// Position in the log.
    pub index: LeafIndex,
    /// Civil day (UTC) the leaf carries.
    pub day: Date,
    /// Salt of the leaf's commitment.
    pub salt: [u8; 16],
    /// The request's tag, which the leaf carries.
    pub request: Tag,
}

impl Document for LeafOpening {
    const CONTEXT: &'static str = "countersign/leaf-opening/v1";

    fn write(&self, writer: &mut Writer) {
        writer
            .line("index", self.index)
            .line("day", self.day)
            .line("salt", hex(&self.salt))
            .line("request", &self.request);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DocumentError> {
        Ok(Self {
            index: reader.value("index")?,
            day: reader.with("day", date)?,
            salt: reader.with("salt", |text| unhex(text)?.try_into().ok())?,
            request: reader.with("request", Tag::new)?,
        })
    }
}

/// The parts of a warrant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warrant {
    /// Today's authority note.
    pub authority: Signed<Authority>,
    /// The agreement.
    pub agreement: Signed<Agreement>,
    /// The cover.
    pub cover: Signed<Cover>,
    /// The row, opened as far as keepers need ([`opens_to_keepers`]).
    pub row: RowOpening,
    /// Its inclusion in the cover's tree.
    pub row_proof: InclusionProof,
    /// The named officer's assurance.
    pub assurance: Signed<Assurance>,
    /// The statement.
    pub statement: Statement,
    /// The two approvals, the disclosure officer's first.
    pub approvals: [Signed<Approval>; 2],
    /// Position and salt of the leaf.
    pub leaf: LeafOpening,
    /// Its inclusion under the checkpoint.
    pub leaf_proof: InclusionProof,
    /// The cosigned checkpoint note.
    pub checkpoint: String,
    /// Canonical bytes of the record's header, for seal to read.
    pub header: Vec<u8>,
    /// Its inclusion under the manifest's root.
    pub header_proof: InclusionProof,
}

/// Which fields of a row keepers see: nothing that names the person.
#[must_use]
pub const fn opens_to_keepers(field: Field) -> bool {
    match field {
        Field::AddressKey(_) | Field::Periods => true,
        Field::Layout => false,
        Field::Column(column) => matches!(
            column,
            Column::AsksFor | Column::Statute | Column::CaseNumber | Column::OfficerId
        ),
    }
}

/// What a verified warrant allows a keeper to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Digest of the statement.
    pub statement: Digest,
    /// The widest answer allowed.
    pub question: Question,
    /// On-file address keys the row itself holds.
    pub address_keys: Vec<String>,
    /// The two reviewers and when they signed.
    pub reviewers: [(OfficialId, Instant); 2],
}

/// What the verifier of a warrant brings of its own.
#[derive(Debug, Clone, Copy)]
pub struct Trust<'a> {
    /// The pinned genesis.
    pub genesis: &'a Genesis,
    /// Its digest.
    pub genesis_digest: Digest,
    /// The pinned manifest of the epoch.
    pub manifest: &'a Manifest,
    /// The time.
    pub now: Instant,
}

impl Warrant {
    /// The bytes sent to keepers.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let [first, second] = &self.approvals;
        let mut archive = Archive::new(WARRANT);
        archive
            .add("authority", self.authority.render())
            .add("agreement", self.agreement.render())
            .add("cover", self.cover.render())
            .add("row", self.row.text())
            .add("row-proof", self.row_proof.to_string())
            .add("assurance", self.assurance.render())
            .add("statement", self.statement.text())
            .add("approval-1", first.render())
            .add("approval-2", second.render())
            .add("leaf", self.leaf.text())
            .add("leaf-proof", self.leaf_proof.to_string())
            .add("checkpoint", self.checkpoint.clone())
            .add("header", self.header.clone())
            .add("header-proof", self.header_proof.to_string());
        archive.to_bytes()
    }

    /// Reads the bytes. Nothing is verified yet.
    ///
    /// # Errors
    /// [`WarrantError`] where a part is missing or not in order.
    pub fn parse(bytes: &[u8]) -> Result<Self, WarrantError> {
        let archive = Archive::parse(bytes, WARRANT)?;
        let text = |name| archive.text(name);
        let warrant = Self {
            authority: Signed::parse(text("authority")?)?,
            agreement: Signed::parse(text("agreement")?)?,
            cover: Signed::parse(text("cover")?)?,
            row: RowOpening::parse(text("row")?)?,
            row_proof: proof(text("row-proof")?)?,
            assurance: Signed::parse(text("assurance")?)?,
            statement: Statement::parse(text("statement")?)?,
            approvals: [
                Signed::parse(text("approval-1")?)?,
                Signed::parse(text("approval-2")?)?,
            ],
            leaf: LeafOpening::parse(text("leaf")?)?,
            leaf_proof: proof(text("leaf-proof")?)?,
            checkpoint: text("checkpoint")?.to_owned(),
            header: archive.bytes("header")?.to_vec(),
            header_proof: proof(text("header-proof")?)?,
        };
        if warrant.to_bytes() == bytes {
            Ok(warrant)
        } else {
            Err(DocumentError::NotCanonical.into())
        }
    }

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

fn proof(text: &str) -> Result<InclusionProof, WarrantError> {
    text.parse()
        .map_err(|_| WarrantError::Contradiction("a proof cannot be read"))
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
