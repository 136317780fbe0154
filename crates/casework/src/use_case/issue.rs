//! Issuing a release: the receipt over the responses written, its leaf, the end of the request.
//!
//! Place in the flow: after [`crate::use_case::release`] and the writing of the responses. Answers issue
//! once: a receipt whose leaf is in the log stands, and a release repeated after a crash finds it.
//!
//! Left to others: workbooks and encryption (answer, gate).

use instrument::{
    leaf::{Act, Leaf},
    receipt::Receipt,
    signed::Signed,
};
use model::{
    digest::Digest,
    id::{OfficialId, RequestId},
};
use note::SigningKey;
use policy::Action;

use crate::{
    error::CaseworkError,
    office::{Loaded, Office, request_tag},
    ports::PortError,
    record::{LoggedLeaf, RequestState},
    use_case::release::Release,
};

/// The receipt of a request whose answers have issued; `None` while they have not. An issue that was
/// cut short after its leaf was logged is finished here: the responses that the receipt names were
/// written before it.
///
/// # Errors
/// [`CaseworkError`].
pub fn issued_receipt(
    office: &mut Office<'_>,
    request: &RequestId,
    operator: &OfficialId,
) -> Result<Option<Signed<Receipt>>, CaseworkError> {
    office.check_authority()?;
    let mut loaded = office.load_to_act(request)?;
    let agreement = office
        .agreement_of(loaded.envelope.cover.document())?
        .document();
    let matter = loaded.matter(agreement, "decided", Vec::new());
    office.permit(operator, Action::Release, &matter)?;
    let Some(receipt) = kept_receipt(&loaded)? else {
        return Ok(None);
    };
    if loaded.request.state == RequestState::Received {
        let leaf = issued_leaf(&loaded, &receipt)?;
        let Some(place) = office.log.find(&leaf)? else {
            return Ok(None);
        };
        close(office, &mut loaded, Some(place))?;
    }
    office.log.cosigned_head()?;
    Ok(Some(receipt))
}

fn kept_receipt(loaded: &Loaded) -> Result<Option<Signed<Receipt>>, CaseworkError> {
    let parse = |text: &String| {
        Signed::parse(text).map_err(|_| CaseworkError::damaged("a receipt cannot be read back"))
    };
    loaded.request.receipt.as_ref().map(parse).transpose()
}

/// Signs the receipt over the responses that were written, logs it, and closes the request. The
/// responses are durable when this is called.
///
/// The receipt and the answers are kept before the `issued` leaf is appended. A crash between leaves
/// a request that is still received and has a receipt; releasing it again makes new responses and
/// a new receipt, and nothing in the log speaks of the old ones. After a crash behind the leaf
/// [`issued_receipt`] finds it and closes the request; nothing is released again.
///
/// # Errors
/// [`CaseworkError::Issued`] where it has issued meanwhile, and others.
pub fn issue(
    office: &mut Office<'_>,
    release: &Release,
    responses: Vec<(OfficialId, Digest)>,
    gate: &SigningKey,
) -> Result<Signed<Receipt>, CaseworkError> {
    let mut loaded = office.load_to_act(&release.request)?;
    check_not_issued(office, &loaded)?;
    let receipt = Receipt {
        genesis: office.documents.genesis_digest,
        request: release.request.clone(),
        agency: release.cover.agency.clone(),
        cover: loaded.envelope.cover.digest(),
        issued_on: release.issued_on,
        destroy_by: release.destroy_by,
        counts: release.counts,
        responses,
    };
    let receipt = Signed::sign(receipt, &[gate])?;
    for (row, released) in loaded.rows.iter_mut().zip(&release.rows) {
        row.answer = Some(released.answer);
    }
    loaded.request.receipt = Some(receipt.render());
    office
        .store
        .replace_request(&loaded.request, &loaded.rows)?;
    let leaf = issued_leaf(&loaded, &receipt)?;
    let place = office.log.append_once(&[leaf])?.into_iter().next();
    close(office, &mut loaded, place)?;
    office.log.cosigned_head()?;
    Ok(receipt)
}

/// Refuses to answer a second time: what has issued stays as it issued. An `issued` leaf of which the
/// database knows nothing means that the database is older than the log.
pub(crate) fn check_not_issued(office: &Office<'_>, loaded: &Loaded) -> Result<(), CaseworkError> {
    let logged = match kept_receipt(loaded)? {
        Some(receipt) => office.log.find(&issued_leaf(loaded, &receipt)?)?,
        None => None,
    };
    if logged.is_some() || loaded.request.state == RequestState::Issued {
        return Err(CaseworkError::Issued(loaded.request.id.clone()));
    }
    let tag = request_tag(&loaded.envelope.secret, &loaded.request.id)
        .ok_or_else(|| CaseworkError::damaged("a request has no tag"))?;
    if office.log.has_issued(&tag)? {
        let detail = "it is older than the log: the request has issued; put the newer one back";
        return Err(PortError::damaged("the database", detail).into());
    }
    Ok(())
}

fn close(
    office: &mut Office<'_>,
    loaded: &mut Loaded,
    place: Option<LoggedLeaf>,
) -> Result<(), CaseworkError> {
    loaded.request.issued_leaf = place;
    loaded.request.state = RequestState::Issued;
    office
        .store
        .replace_request(&loaded.request, &loaded.rows)?;
    Ok(())
}

fn issued_leaf(loaded: &Loaded, receipt: &Signed<Receipt>) -> Result<Leaf, CaseworkError> {
    let act = issued_act(loaded, receipt)
        .ok_or_else(|| CaseworkError::damaged("the counts are beyond measure"))?;
    Ok(Leaf {
        day: receipt.document().issued_on,
        act,
    })
}

fn issued_act(loaded: &Loaded, receipt: &Signed<Receipt>) -> Option<Act> {
    let count = |count: u64| u32::try_from(count).ok();
    let counts = &receipt.document().counts;
    let answered = counts
        .confirmed
        .checked_add(counts.disclosed)?
        .checked_add(counts.no_disclosure)?;
    Some(Act::Issued {
        request: request_tag(&loaded.envelope.secret, &loaded.request.id)?,
        rows: count(counts.rows)?,
        rejected: count(counts.rejected)?,
        declined: count(counts.declined)?,
        answered: count(answered)?,
        commitment: loaded.commitments().issued(&receipt.note_digest()),
    })
}
