//! What a keeper gave, for ever: one line for each warrant it served and each set of tokens.
//!
//! Place in the flow: a line is on the disk before the answer leaves, so that a retry after a crash
//! gets the same answer and is charged once. Each line ends in a check over itself and the check
//! before it; a last line without its newline was torn by a power cut and is dropped, any other damage
//! stops the keeper.
//!
//! Left to others: what may be given ([`crate::keeper`]).

use std::collections::HashMap;

use instrument::{
    document::{parsed, parts},
    leaf::Tag,
    statement::Question,
};
use model::{
    canonical::Encoder,
    digest::Digest,
    id::{AgencyId, Epoch, LeafIndex, OfficialId, RegisterId, RequestId},
    time::Instant,
};

/// A warrant that was served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// Digest of its statement.
    pub statement: Digest,
    /// The leaf at which the statement is charged.
    pub leaf: LeafIndex,
    /// The widest answer it allowed.
    pub question: Question,
    /// Version of the authority note it stood under.
    pub authority: u64,
    /// The agency that asked.
    pub agency: AgencyId,
    /// Its request.
    pub request: RequestId,
    /// The tag under which the log counts that request.
    pub tag: Tag,
    /// The two reviewers and when they signed.
    pub reviewers: [(OfficialId, Instant); 2],
}

/// Tokens that were evaluated for one admitted row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evaluated {
    /// The row's leaf.
    pub leaf: LeafIndex,
    /// The register.
    pub register: RegisterId,
    /// Its epoch.
    pub epoch: Epoch,
    /// How many inputs.
    pub count: u32,
    /// Digest of the inputs.
    pub inputs: Digest,
}

/// A line of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record {
    /// A warrant was served.
    Opened(Opened),
    /// Tokens were evaluated.
    Evaluated(Evaluated),
}

impl Record {
    fn text(&self) -> String {
        match self {
            Self::Opened(opened) => {
                let [(first, first_at), (second, second_at)] = &opened.reviewers;
                format!(
                    "opened {} {} {} {} {} {} {} {first} {first_at} {second} {second_at}",
                    opened.statement,
                    opened.leaf,
                    opened.question.code(),
                    opened.authority,
                    opened.agency,
                    opened.request,
                    opened.tag,
                )
            }
            Self::Evaluated(tokens) => format!(
                "tokens {} {} {} {} {}",
                tokens.leaf, tokens.register, tokens.epoch, tokens.count, tokens.inputs
            ),
        }
    }

    fn read(text: &str) -> Option<Self> {
        let record = match parts(text)? {
            ["opened", rest] => Self::Opened(read_opened(rest)?),
            ["tokens", rest] => {
                let [leaf, register, epoch, count, inputs] = parts(rest)?;
                Self::Evaluated(Evaluated {
                    leaf: parsed(leaf)?,
                    register: parsed(register)?,
                    epoch: parsed(epoch)?,
                    count: parsed(count)?,
                    inputs: parsed(inputs)?,
                })
            }
            _ => return None,
        };
        (record.text() == text).then_some(record)
    }
}

fn read_opened(text: &str) -> Option<Opened> {
    let [
        statement,
        leaf,
        question,
        authority,
        agency,
        request,
        tag,
        first,
        first_at,
        second,
        second_at,
    ] = parts(text)?;
    Some(Opened {
        statement: parsed(statement)?,
        leaf: parsed(leaf)?,
        question: Question::from_code(question)?,
        authority: parsed(authority)?,
        agency: parsed(agency)?,
        request: parsed(request)?,
        tag: Tag::new(tag)?,
        reviewers: [
            (parsed(first)?, parsed(first_at)?),
            (parsed(second)?, parsed(second_at)?),
        ],
    })
}

/// The journal as a keeper holds it in memory.
#[derive(Debug, Clone, Default)]
pub struct Journal {
    /// Bytes of good lines in the file.
    length: u64,
    last: Digest,
    opened: HashMap<Digest, Opened>,
    tags: HashMap<(AgencyId, RequestId), Tag>,
    requests: HashMap<Tag, (AgencyId, RequestId)>,
    approvals: HashMap<OfficialId, Vec<(Instant, Digest)>>,
    evaluated: HashMap<LeafIndex, Vec<Evaluated>>,
    authority: u64,
}

impl Journal {
    /// Reads the file. What follows the last newline was torn by a power cut and is left out.
    /// `None` where a whole line is not what was written.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let mut journal = Self::default();
        let mut rest = bytes;
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            let (line, after) = rest.split_at(end + 1);
            let (record, check) = journal.read_line(line)?;
            journal.accept(&record, check, line.len());
            rest = after;
        }
        Some(journal)
    }

    fn read_line(&self, line: &[u8]) -> Option<(Record, Digest)> {
        let line = std::str::from_utf8(line).ok()?.strip_suffix('\n')?;
        let (text, check) = line.rsplit_once(' ')?;
        let expected = self.check(text);
        (check == expected.to_string()).then_some(())?;
        Some((Record::read(text)?, expected))
    }

    fn check(&self, text: &str) -> Digest {
        Encoder::new("countersign/keeper-journal/v1")
            .digest(&self.last)
            .text(text)
            .finish()
    }

    /// Where in the file the next line goes, and the line's bytes.
    #[must_use]
    pub fn line(&self, record: &Record) -> (u64, Vec<u8>) {
        let text = record.text();
        let check = self.check(&text);
        (self.length, format!("{text} {check}\n").into_bytes())
    }

    /// Takes a record whose line is on the disk.
    pub fn add(&mut self, record: &Record) {
        let (_, line) = self.line(record);
        let check = self.check(&record.text());
        self.accept(record, check, line.len());
    }

    fn accept(&mut self, record: &Record, check: Digest, bytes: usize) {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        self.length = self.length.saturating_add(bytes);
        self.last = check;
        match record {
            Record::Opened(opened) => self.accept_opened(opened),
            Record::Evaluated(tokens) => self
                .evaluated
                .entry(tokens.leaf)
                .or_default()
                .push(tokens.clone()),
        }
    }

    fn accept_opened(&mut self, opened: &Opened) {
        let request = (opened.agency.clone(), opened.request.clone());
        self.tags.insert(request.clone(), opened.tag.clone());
        self.requests.insert(opened.tag.clone(), request);
        for (reviewer, at) in &opened.reviewers {
            self.approvals
                .entry(reviewer.clone())
                .or_default()
                .push((*at, opened.statement));
        }
        self.authority = self.authority.max(opened.authority);
        self.opened.insert(opened.statement, opened.clone());
    }

    /// The warrant served for a statement, if one was.
    #[must_use]
    pub fn opened(&self, statement: &Digest) -> Option<&Opened> {
        self.opened.get(statement)
    }

    /// How many warrants were served, each statement once.
    #[must_use]
    pub fn opened_count(&self) -> usize {
        self.opened.len()
    }

    /// The highest version of an authority note acted under.
    #[must_use]
    pub const fn authority(&self) -> u64 {
        self.authority
    }

    /// Whether request and tag belong together as far as is known: neither was seen with another.
    #[must_use]
    pub fn fits(&self, agency: &AgencyId, request: &RequestId, tag: &Tag) -> bool {
        let request = (agency.clone(), request.clone());
        self.tags.get(&request).is_none_or(|known| known == tag)
            && self.requests.get(tag).is_none_or(|known| *known == request)
    }

    /// Seconds between this approval and the nearest other one served of the same reviewer;
    /// `None` where there is no other.
    #[must_use]
    pub fn nearest_approval(
        &self,
        reviewer: &OfficialId,
        at: Instant,
        statement: &Digest,
    ) -> Option<u64> {
        self.approvals
            .get(reviewer)?
            .iter()
            .filter(|(_, of)| of != statement)
            .map(|(other, _)| other.0.abs_diff(at.0))
            .min()
    }

    /// What was evaluated for a leaf.
    #[must_use]
    pub fn evaluated(&self, leaf: LeafIndex) -> &[Evaluated] {
        self.evaluated.get(&leaf).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(number: u8) -> Record {
        let at = |seconds: u64| Instant(1_800_000_000_u64 + seconds);
        Record::Opened(Opened {
            statement: Digest::of(&[number]),
            leaf: LeafIndex(number.into()),
            question: Question::Address,
            authority: number.into(),
            agency: "ASKS".parse().unwrap(),
            request: "REQ-1".parse().unwrap(),
            tag: Tag::new("00000000000000aa").unwrap(),
            reviewers: [
                ("DO-1".parse().unwrap(), at(u64::from(number) * 100)),
                ("CO-1".parse().unwrap(), at(u64::from(number) * 100 + 7)),
            ],
        })
    }

    fn tokens(leaf: u64) -> Record {
        Record::Evaluated(Evaluated {
            leaf: LeafIndex(leaf),
            register: "R-1".parse().unwrap(),
            epoch: Epoch(1),
            count: 12,
            inputs: Digest::of(b"i"),
        })
    }

    fn file(records: &[Record]) -> Vec<u8> {
        let mut journal = Journal::default();
        let mut bytes = Vec::new();
        for record in records {
            let (at, line) = journal.line(record);
            assert_eq!(at, u64::try_from(bytes.len()).unwrap());
            bytes.extend(line);
            journal.add(record);
        }
        bytes
    }

    #[test]
    fn what_was_written_is_remembered() {
        let journal = Journal::read(&file(&[opened(1), tokens(4), opened(2)])).unwrap();
        assert_eq!(journal.opened_count(), 2);
        assert_eq!(journal.authority(), 2);
        assert_eq!(journal.evaluated(LeafIndex(4)).len(), 1);
        let reviewer = "DO-1".parse().unwrap();
        let near = |seconds, of: u8| {
            let at = Instant(1_800_000_000_u64 + seconds);
            journal.nearest_approval(&reviewer, at, &Digest::of(&[of]))
        };
        assert_eq!(near(130, 9), Some(30));
        assert_eq!(near(100, 1), Some(100));
        let (agency, request) = ("ASKS".parse().unwrap(), "REQ-1".parse().unwrap());
        let tag = |text: &str| Tag::new(text).unwrap();
        assert!(journal.fits(&agency, &request, &tag("00000000000000aa")));
        assert!(!journal.fits(&agency, &request, &tag("00000000000000ab")));
        let other = "REQ-2".parse().unwrap();
        assert!(!journal.fits(&agency, &other, &tag("00000000000000aa")));
        assert!(journal.fits(&agency, &other, &tag("00000000000000ab")));
    }

    #[test]
    fn a_torn_last_line_is_dropped_and_written_again_in_its_place() {
        let two = file(&[opened(1), tokens(2)]);
        let one = file(&[opened(1)]).len();
        for end in one..two.len() {
            let journal = Journal::read(&two[..end]).unwrap();
            assert_eq!(journal.opened_count(), 1);
            let (at, line) = journal.line(&tokens(2));
            assert_eq!(at, u64::try_from(one).unwrap());
            assert_eq!([&two[..one], &line].concat(), two);
        }
    }

    #[test]
    fn damage_before_the_last_line_stops_everything() {
        let good = file(&[opened(1), tokens(2), opened(3)]);
        for position in 0..good.len() - 1 {
            let mut bad = good.clone();
            bad[position] ^= 1;
            let read = Journal::read(&bad);
            assert!(read.is_none(), "byte {position}");
        }
        let first = file(&[opened(1)]).len();
        assert!(Journal::read(&good[first..]).is_none());
    }
}
