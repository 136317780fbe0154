//! The receipt: signed counts that add up, and digests of what was sent to whom.
//!
//! Place in the flow: issues with all answers of a request together; its digest is committed to in
//! the `issued` leaf.
//!
//! Left to others: the response workbooks (answer).

use model::{
    answer::{Answer, AnswerCounts},
    digest::Digest,
    id::{AgencyId, OfficialId, RequestId},
    time::Date,
};

use crate::document::{Document, DocumentError, Reader, Writer, date, parsed, parts};

/// The receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Digest of the genesis it stands under.
    pub genesis: Digest,
    /// The request.
    pub request: RequestId,
    /// The requesting agency.
    pub agency: AgencyId,
    /// Digest of the cover.
    pub cover: Digest,
    /// The fixed day on which all answers issue.
    pub issued_on: Date,
    /// Day by which recipients destroy what they received.
    pub destroy_by: Date,
    /// Rows by answer.
    pub counts: AnswerCounts,
    /// Encrypted response of each named officer, by digest.
    pub responses: Vec<(OfficialId, Digest)>,
}

const KEYS: [&str; 6] = [
    "confirmed",
    "disclosed",
    "no-disclosure",
    "rejected",
    "declined",
    "pending",
];

impl Document for Receipt {
    const CONTEXT: &'static str = "countersign/gate/receipt/v1";

    fn write(&self, writer: &mut Writer) {
        writer
            .line("genesis", self.genesis)
            .line("request", &self.request)
            .line("agency", &self.agency)
            .line("cover", self.cover)
            .line("issued-on", self.issued_on)
            .line("destroy-by", self.destroy_by)
            .line("rows", self.counts.rows);
        for (key, answer) in KEYS.into_iter().zip(Answer::ALL) {
            writer.line(key, self.counts.of(answer));
        }
        writer.lines(
            "response",
            self.responses
                .iter()
                .map(|(id, digest)| format!("{id} {digest}")),
        );
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DocumentError> {
        let receipt = Self {
            genesis: reader.value("genesis")?,
            request: reader.value("request")?,
            agency: reader.value("agency")?,
            cover: reader.value("cover")?,
            issued_on: reader.with("issued-on", date)?,
            destroy_by: reader.with("destroy-by", date)?,
            counts: AnswerCounts {
                rows: reader.value("rows")?,
                confirmed: reader.value("confirmed")?,
                disclosed: reader.value("disclosed")?,
                no_disclosure: reader.value("no-disclosure")?,
                rejected: reader.value("rejected")?,
                declined: reader.value("declined")?,
                pending: reader.value("pending")?,
            },
            responses: reader.repeated("response", |text| {
                let [id, digest] = parts(text)?;
                Some((parsed(id)?, parsed(digest)?))
            })?,
        };
        if receipt.counts.is_conserved() {
            Ok(receipt)
        } else {
            Err(DocumentError::Inconsistent(
                "the counts of a receipt add up to its rows",
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_that_do_not_add_up_are_refused() {
        let mut receipt = Receipt {
            genesis: Digest::of(b"g"),
            request: "R".parse().unwrap(),
            agency: "A".parse().unwrap(),
            cover: Digest::of(b"c"),
            issued_on: "2026-11-24".parse().unwrap(),
            destroy_by: "2027-11-24".parse().unwrap(),
            counts: AnswerCounts::count(2, [Answer::Confirmed, Answer::Rejected]),
            responses: vec![("OFF-1".parse().unwrap(), Digest::of(b"r"))],
        };
        assert_eq!(Receipt::parse(&receipt.text()).unwrap(), receipt);
        receipt.counts.rows = 3;
        assert!(Receipt::parse(&receipt.text()).is_err());
    }
}
