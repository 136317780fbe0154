//! Findings without their cell, each kept once.
//!
//! Place in the flow: most of a large request's rows share the texts of their findings, so threads
//! that examine rows put them here and carry numbers; what prints them looks them up again.
//!
//! Left to others: which row has which finding ([`super::spool`]).

use std::{
    collections::HashMap,
    hash::{BuildHasher, Hash, Hasher, RandomState},
    sync::{Arc, RwLock, RwLockReadGuard},
};

use model::{
    column::column_letters,
    finding::{Finding, FindingClass, FindingView},
};

/// Texts kept; a finding with another one is written out where it stands.
const MOST_TEXTS: usize = 1 << 17;
/// Bytes of kept texts.
const MOST_BYTES: usize = 32 << 20;

/// All of a finding but its cell.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Text {
    /// Stable rule name.
    pub rule: String,
    /// What it does to the row.
    pub class: FindingClass,
    /// The law.
    pub citation: String,
    /// What is wrong.
    pub message: String,
    /// What mends it.
    pub remedy: String,
}

impl Text {
    fn bytes(&self) -> usize {
        [&self.rule, &self.citation, &self.message, &self.remedy]
            .iter()
            .fold(160, |bytes, text| bytes.saturating_add(text.len()))
    }

    /// The finding at a cell.
    pub fn at(&self, cell: Option<String>) -> FindingView {
        FindingView {
            rule: self.rule.clone(),
            class: self.class,
            cell,
            citation: self.citation.clone(),
            message: self.message.clone(),
            remedy: self.remedy.clone(),
        }
    }
}

impl From<&Finding> for Text {
    fn from(finding: &Finding) -> Self {
        Self {
            rule: finding.rule.0.to_owned(),
            class: finding.class,
            citation: finding.citation.to_owned(),
            message: finding.message.clone(),
            remedy: finding.remedy.clone(),
        }
    }
}

impl From<&FindingView> for Text {
    fn from(finding: &FindingView) -> Self {
        Self {
            rule: finding.rule.clone(),
            class: finding.class,
            citation: finding.citation.clone(),
            message: finding.message.clone(),
            remedy: finding.remedy.clone(),
        }
    }
}

/// Number of a kept text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TextId(pub u32);

impl TextId {
    /// Position in a table with a place for every text.
    pub fn index(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

/// A text of a finding: kept, or the finding's own because the table is full.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FoundText {
    /// In the table.
    Kept(TextId),
    /// Not in the table.
    Own(Arc<Text>),
}

/// Where a finding of a row points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// At the row as a whole.
    Row,
    /// At the cell of this column, counted from 0, in the row.
    Column(u16),
    /// At something else, by its name.
    Named(Arc<str>),
}

impl Place {
    /// Reads a cell's name, given its row.
    pub fn of_cell(cell: Option<&str>, row: u32) -> Self {
        let Some(cell) = cell else {
            return Self::Row;
        };
        match column_of(cell, row) {
            Some(column) => Self::Column(column),
            None => Self::Named(cell.into()),
        }
    }

    /// The cell's name, given its row.
    pub fn cell(&self, row: u32) -> Option<String> {
        match self {
            Self::Row => None,
            Self::Column(column) => Some(format!("{}{row}", column_letters(*column))),
            Self::Named(name) => Some(name.to_string()),
        }
    }
}

/// The column, counted from 0, of a cell's name that ends in this row.
fn column_of(cell: &str, row: u32) -> Option<u16> {
    let split = cell.find(|c: char| !c.is_ascii_uppercase())?;
    let (letters, digits) = cell.split_at_checked(split)?;
    if letters.is_empty() || digits.starts_with('0') || digits.parse() != Ok(row) {
        return None;
    }
    let number = letters.bytes().try_fold(0_u16, |number, letter| {
        let digit = u16::from(letter.checked_sub(b'A')?).checked_add(1)?;
        number.checked_mul(26)?.checked_add(digit)
    })?;
    number.checked_sub(1)
}

/// One finding of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// What it says.
    pub text: FoundText,
    /// Where.
    pub place: Place,
}

/// The kept texts; threads share it.
#[derive(Debug, Default)]
pub struct Texts {
    inner: RwLock<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    ids: HashMap<Arc<Text>, TextId>,
    list: Vec<Arc<Text>>,
    bytes: usize,
}

impl Texts {
    fn read(&self) -> RwLockReadGuard<'_, Inner> {
        // A thread that panicked while it held the lock left the table as good as it was.
        self.inner
            .read()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Keeps a text, if there is room for one more.
    pub fn keep(&self, text: Text) -> FoundText {
        if let Some(id) = self.read().ids.get(&text) {
            return FoundText::Kept(*id);
        }
        let mut inner = (self.inner.write()).unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(id) = inner.ids.get(&text) {
            return FoundText::Kept(*id);
        }
        let bytes = inner.bytes.saturating_add(text.bytes());
        let number = u32::try_from(inner.list.len()).unwrap_or(u32::MAX);
        let text = Arc::new(text);
        if inner.list.len() >= MOST_TEXTS || bytes > MOST_BYTES {
            return FoundText::Own(text);
        }
        inner.bytes = bytes;
        inner.list.push(Arc::clone(&text));
        inner.ids.insert(text, TextId(number));
        FoundText::Kept(TextId(number))
    }

    /// The text of a finding. `None` only for a number that this table never gave.
    pub fn get(&self, text: &FoundText) -> Option<Arc<Text>> {
        match text {
            FoundText::Kept(id) => self.read().list.get(id.index()).map(Arc::clone),
            FoundText::Own(text) => Some(Arc::clone(text)),
        }
    }
}

/// Turns findings into kept texts; remembers the last ones it met, so that the shared table is
/// seldom asked. One for each thread and batch.
pub struct Coder<'t> {
    texts: &'t Texts,
    met: HashMap<Met, FoundText, Quick>,
}

/// A finding without its cell, hashed by what nearly always tells it from others.
#[derive(PartialEq, Eq)]
struct Met(Finding);

impl Hash for Met {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write(self.0.rule.0.as_bytes());
        state.write(self.0.message.as_bytes());
    }
}

/// A quick hash of short texts by folded multiplication (Wang Yi 2019, wyhash). A request cannot be
/// written to make it slow, as each map has a seed that nobody knows.
#[derive(Clone, Copy)]
struct Quick {
    state: u64,
}

impl Quick {
    fn new() -> Self {
        Self {
            state: RandomState::new().hash_one(0_u8),
        }
    }

    fn step(&mut self, word: u64) {
        let product =
            u128::from(self.state ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
        let [low, high] = [product, product >> 64].map(|half| {
            let [a, b, c, d, e, f, g, h, ..] = half.to_le_bytes();
            u64::from_le_bytes([a, b, c, d, e, f, g, h])
        });
        self.state = (low ^ high).wrapping_add(word.rotate_left(32));
    }
}

impl BuildHasher for Quick {
    type Hasher = Self;

    fn build_hasher(&self) -> Self {
        *self
    }
}

impl Hasher for Quick {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.step(u64::from_le_bytes(*word));
        }
        let mut last = [0; 8];
        for (to, from) in last.iter_mut().zip(rest) {
            *to = *from;
        }
        self.step(u64::from_le_bytes(last));
        self.step(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
    }

    fn finish(&self) -> u64 {
        self.state
    }
}

impl<'t> Coder<'t> {
    /// Findings remembered.
    const MOST_MET: usize = 4096;

    /// A coder over a table.
    pub fn new(texts: &'t Texts) -> Self {
        Self {
            texts,
            met: HashMap::with_hasher(Quick::new()),
        }
    }

    /// Codes a finding of a row.
    pub fn code(&mut self, mut finding: Finding, row: u32) -> Found {
        let place = Place::of_cell(finding.cell.take().as_deref(), row);
        let met = Met(finding);
        if let Some(text) = self.met.get(&met) {
            let text = text.clone();
            return Found { text, place };
        }
        let text = self.texts.keep(Text::from(&met.0));
        if self.met.len() < Self::MOST_MET {
            self.met.insert(met, text.clone());
        }
        Found { text, place }
    }
}

#[cfg(test)]
mod tests {
    use model::finding::RuleId;

    use super::*;

    fn finding(message: &str, cell: Option<&str>) -> Finding {
        Finding {
            rule: RuleId("area.what"),
            class: FindingClass::Question,
            column: None,
            cell: cell.map(str::to_owned),
            citation: "law",
            message: message.to_owned(),
            remedy: "mend it".to_owned(),
        }
    }

    #[test]
    fn places_read_back_whatever_the_cell_says() {
        for (cell, row, place) in [
            (None, 2, Place::Row),
            (Some("A2"), 2, Place::Column(0)),
            (Some("AB17"), 17, Place::Column(27)),
            (Some("XFD1048576"), 1_048_576, Place::Column(16_383)),
            (Some("A3"), 2, Place::Named("A3".into())),
            (Some("A02"), 2, Place::Named("A02".into())),
            (Some("2"), 2, Place::Named("2".into())),
            (Some("line 2"), 2, Place::Named("line 2".into())),
            (Some("ZZZZZ2"), 2, Place::Named("ZZZZZ2".into())),
            (Some("C"), 2, Place::Named("C".into())),
            (Some(""), 2, Place::Named("".into())),
        ] {
            assert_eq!(Place::of_cell(cell, row), place, "{cell:?}");
            assert_eq!(place.cell(row).as_deref(), cell);
        }
    }

    #[test]
    fn equal_texts_are_kept_once_and_read_back() {
        let texts = Texts::default();
        let mut coder = Coder::new(&texts);
        let first = coder.code(finding("a", Some("C2")), 2);
        let second = coder.code(finding("a", Some("C3")), 3);
        let other = coder.code(finding("b", None), 3);
        assert_eq!(first.text, second.text);
        assert_eq!(first.place, second.place);
        assert_ne!(first.text, other.text);
        let elsewhere = Coder::new(&texts).code(finding("b", None), 9);
        assert_eq!(other.text, elsewhere.text);
        assert_eq!(texts.get(&other.text).unwrap().message, "b");
        assert_eq!(texts.get(&FoundText::Kept(TextId(2))), None);
    }

    #[test]
    fn a_full_table_keeps_no_more_and_loses_nothing() {
        let texts = Texts::default();
        let long = "x".repeat(MOST_BYTES / 4);
        let coded: Vec<FoundText> = (0..6)
            .map(|n| texts.keep(Text::from(&finding(&format!("{n}{long}"), None))))
            .collect();
        let own = coded
            .iter()
            .filter(|text| matches!(text, FoundText::Own(_)));
        assert_eq!(own.count(), 3);
        for (n, text) in coded.iter().enumerate() {
            assert!(texts.get(text).unwrap().message.starts_with(&n.to_string()));
        }
    }
}
