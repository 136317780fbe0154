//! Tokens of the parts of addresses, each kept once while a register is built.
//!
//! Place in the flow: prepare collects the parts of a piece's addresses ([`Wanted`]) and asks for all their
//! tokens at once; drafts keep their numbers, a quarter of what binds them; person reads by number.
//! Numbers depend on which thread was first, and nothing that is written depends on them. A distinct part
//! takes some 100 bytes, of which a nation has a few million; at most 2^26 a shard.
//!
//! Left to others: how a token is evaluated (seal), what is made of it (identity).

use std::{
    num::NonZeroU32,
    sync::{Mutex, MutexGuard, PoisonError},
};

use identity::fingerprint::FingerprintKey;
use model::token::{Binder, Token, TokenKind};
use seal::token::{ByPartName, PartName, TokenEvaluator};

use super::{BuildError, draft::Texts};

/// Shards of the table, so that threads seldom wait for each other.
const SHARDS: usize = 64;

/// Parts that are looked up together.
const FULL: usize = 2048;

/// The number of a token in the table, counted from 1.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TokenNumber(NonZeroU32);

/// Kinds of parts of an address.
pub const KINDS: usize = TokenKind::OF_ADDRESS.len();

/// The tokens of an address, in the order of [`TokenKind::OF_ADDRESS`].
pub type AddressParts<'w> = [Option<(TokenNumber, &'w Token)>; KINDS];

/// The token of a kind of part.
pub fn token_of<'w>(parts: &AddressParts<'w>, kind: TokenKind) -> Option<&'w Token> {
    let (_, token) = (*parts.get(kind.address_place()?)?)?;
    Some(token)
}

/// Parts of the addresses of a piece whose tokens are wanted.
#[derive(Default)]
pub struct Wanted {
    parts: Vec<WantedPart>,
    /// The parts, one after the other.
    texts: Texts,
    /// Places of parts, by shard.
    order: Vec<u32>,
    found: Vec<Option<(TokenNumber, Token)>>,
}

struct WantedPart {
    /// The address it is of.
    address: u32,
    kind: TokenKind,
    name: PartName,
    /// Where its text ends.
    end: usize,
}

/// All tokens so far.
pub struct PartTokens<'k> {
    evaluator: &'k TokenEvaluator,
    shards: Vec<Mutex<Shard>>,
}

#[derive(Default)]
struct Shard {
    places: ByPartName<u32>,
    tokens: Vec<(TokenKind, Token)>,
}

/// What is made of a token for any record.
pub struct KeptToken {
    /// Binds it to records.
    pub binder: Binder,
    /// The key of fingerprints of a ZIP; of other kinds it means nothing.
    pub zip_key: FingerprintKey,
}

/// All tokens there are, by number.
pub struct KeptTokens(Vec<Vec<KeptToken>>);

impl Wanted {
    /// Adds the part of a kind of an address. Those of one address follow each other.
    pub fn push(&mut self, address: u32, kind: TokenKind, part: &str, table: &PartTokens<'_>) {
        self.texts.reserve(part.len());
        self.texts.0.extend_from_slice(part.as_bytes());
        self.parts.push(WantedPart {
            address,
            kind,
            name: table.evaluator.name(kind, part),
            end: self.texts.0.len(),
        });
    }

    /// Whether so many are collected that they should be found before more are.
    pub fn is_full(&self) -> bool {
        self.parts.len() >= FULL
    }

    /// Forgets everything but its memory.
    pub fn clear(&mut self) {
        self.parts.clear();
        self.texts.0.clear();
        self.found.clear();
    }

    /// The addresses that parts were added of, each with the tokens that were found.
    pub fn addresses(&self) -> impl Iterator<Item = (u32, AddressParts<'_>)> {
        let mut rest = self.parts.iter().zip(&self.found).peekable();
        std::iter::from_fn(move || {
            let address = rest.peek()?.0.address;
            let mut all: AddressParts = Default::default();
            while let Some((part, found)) = rest.next_if(|(part, _)| part.address == address) {
                let place = part.kind.address_place();
                if let Some(place) = place.and_then(|place| all.get_mut(place)) {
                    *place = found.as_ref().map(|(number, token)| (*number, token));
                }
            }
            Some((address, all))
        })
    }

    /// The text of the part at a place.
    fn text(&self, place: usize) -> &str {
        let end = |place: usize| self.parts.get(place).map(|part| part.end);
        let start = place.checked_sub(1).and_then(end).unwrap_or(0);
        let bytes = self.texts.0.get(start..end(place).unwrap_or(start));
        std::str::from_utf8(bytes.unwrap_or(&[])).unwrap_or("")
    }

    /// Puts the places of parts into order by shard; gives where each shard's end.
    fn sort(&mut self) -> Result<[usize; SHARDS], BuildError> {
        let count = u32::try_from(self.parts.len()).map_err(|_| BuildError::TooLarge)?;
        let mut ends = [0_usize; SHARDS];
        for part in &self.parts {
            if let Some(size) = ends.get_mut(part.name.shard(SHARDS)) {
                *size = size.saturating_add(1);
            }
        }
        let mut starts = [0_usize; SHARDS];
        let mut sum = 0_usize;
        for (start, end) in starts.iter_mut().zip(&mut ends) {
            *start = sum;
            sum = sum.saturating_add(*end);
            *end = sum;
        }
        self.order.resize(self.parts.len(), 0);
        for (place, part) in (0..count).zip(&self.parts) {
            if let Some(next) = starts.get_mut(part.name.shard(SHARDS)) {
                if let Some(slot) = self.order.get_mut(*next) {
                    *slot = place;
                }
                *next = next.saturating_add(1);
            }
        }
        Ok(ends)
    }
}

impl<'k> PartTokens<'k> {
    /// No tokens yet.
    pub fn new(evaluator: &'k TokenEvaluator) -> Self {
        Self {
            evaluator,
            shards: (0..SHARDS).map(|_| Mutex::default()).collect(),
        }
    }

    /// Finds all tokens that are wanted. Shard by shard: the memory then fetches many at a time.
    ///
    /// # Errors
    /// [`BuildError::TooLarge`] beyond 2^32 parts, or 2^26 tokens in a shard.
    pub fn find(&self, wanted: &mut Wanted) -> Result<(), BuildError> {
        let ends = wanted.sort()?;
        let mut found = std::mem::take(&mut wanted.found);
        found.resize(wanted.parts.len(), None);
        let mut start = 0;
        for ((number, shard), end) in (0_u32..).zip(&self.shards).zip(ends) {
            let places = wanted.order.get(start..end).unwrap_or(&[]);
            start = end;
            let mut shard = lock(shard);
            for place in places {
                let place = usize::try_from(*place).unwrap_or(usize::MAX);
                let (Some(part), Some(found)) = (wanted.parts.get(place), found.get_mut(place))
                else {
                    continue;
                };
                let known = shard.places.get(&part.name).copied();
                let known = match known {
                    Some(known) => known,
                    None => self.add(&mut shard, part, wanted.text(place))?,
                };
                let token = usize::try_from(known).ok();
                let token = token.and_then(|known| shard.tokens.get(known));
                *found = token.map(|(_, token)| (TokenNumber::of(number, known), token.clone()));
            }
        }
        wanted.found = found;
        Ok(())
    }

    fn add(&self, shard: &mut Shard, part: &WantedPart, text: &str) -> Result<u32, BuildError> {
        let place = u32::try_from(shard.tokens.len()).map_err(|_| BuildError::TooLarge)?;
        if place >= u32::MAX >> SHARDS.ilog2() {
            return Err(BuildError::TooLarge);
        }
        let token = self.evaluator.evaluate_once(part.kind, text);
        shard.tokens.push((part.kind, token));
        shard.places.insert(part.name, place);
        Ok(place)
    }

    /// What is made of all tokens.
    pub fn finish(self) -> KeptTokens {
        let kept = |shard: Mutex<Shard>| {
            let shard = shard.into_inner().unwrap_or_else(PoisonError::into_inner);
            shard.tokens.iter().map(KeptToken::of).collect()
        };
        KeptTokens(self.shards.into_iter().map(kept).collect())
    }
}

impl KeptToken {
    fn of((kind, token): &(TokenKind, Token)) -> Self {
        Self {
            binder: token.binder(),
            zip_key: match kind {
                TokenKind::Zip5 | TokenKind::Zip3 => FingerprintKey::of_one(token),
                _ => FingerprintKey::OPEN,
            },
        }
    }
}

impl TokenNumber {
    fn of(shard: u32, place: u32) -> Self {
        let before = place << SHARDS.ilog2() | shard;
        Self(NonZeroU32::MIN.saturating_add(before))
    }
}

impl KeptTokens {
    /// A token by number.
    pub fn get(&self, number: TokenNumber) -> Option<&KeptToken> {
        let number = usize::try_from(number.0.get()).ok()?.checked_sub(1)?;
        self.0.get(number % SHARDS)?.get(number / SHARDS)
    }

    /// Has the memory fetch the tokens of an address; how many there are.
    pub fn touch(&self, parts: [Option<TokenNumber>; KINDS]) -> usize {
        let none = Token::new([0; 32]).binder();
        let kept = parts.into_iter().flatten();
        let kept = kept.filter_map(|number| self.get(number));
        kept.filter(|kept| kept.binder != none).count()
    }
}

/// The shard, also after a thread that held it panicked: the build fails then.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use model::id::{Epoch, RecordNumber};
    use rayon::prelude::*;
    use seal::{keys::EpochKeys, shares::ShareSets};

    use super::*;

    fn evaluator() -> TokenEvaluator {
        let names = ["a", "b", "c", "d"].map(|name| name.parse().unwrap());
        let sets = ShareSets::new(3, names.to_vec()).unwrap();
        TokenEvaluator::new(&EpochKeys::from_seed(
            "R-1".parse().unwrap(),
            Epoch(1),
            sets,
            &[7; 32],
        ))
    }

    /// Parts of some addresses, many of them the same, kinds in no order and not all of them there.
    fn parts_of(address: u32) -> Vec<(TokenKind, String)> {
        let kinds = TokenKind::OF_ADDRESS.into_iter().enumerate();
        let mut parts: Vec<(TokenKind, String)> = kinds
            .filter(|(place, _)| address == 0 || !(address as usize + place).is_multiple_of(5))
            .map(|(place, kind)| (kind, (address as usize % (place + 3)).to_string()))
            .collect();
        parts.reverse();
        parts
    }

    #[test]
    fn every_part_has_the_token_of_the_evaluator_on_any_thread() {
        let evaluator = evaluator();
        let table = PartTokens::new(&evaluator);
        let pieces: Vec<u32> = (0..8).collect();
        let numbers: Vec<Vec<(TokenKind, String, TokenNumber)>> = pieces
            .par_iter()
            .map(|piece| {
                let mut wanted = Wanted::default();
                let mut all = Vec::new();
                for round in 0..2 {
                    let addresses = (0..200).map(|address| (address + round) * (piece + 1));
                    let addresses: Vec<u32> = addresses.collect();
                    for (place, address) in (0_u32..).zip(&addresses) {
                        for (kind, part) in parts_of(*address) {
                            wanted.push(place, kind, &part, &table);
                        }
                    }
                    table.find(&mut wanted).unwrap();
                    let found: Vec<(u32, AddressParts<'_>)> = wanted.addresses().collect();
                    assert_eq!(found.len(), addresses.len());
                    for ((place, parts), (expected, address)) in
                        found.iter().zip((0_u32..).zip(&addresses))
                    {
                        assert_eq!(*place, expected);
                        let texts = parts_of(*address);
                        assert_eq!(parts.iter().flatten().count(), texts.len());
                        for (kind, part) in texts {
                            let (number, token) = parts[kind.address_place().unwrap()].unwrap();
                            assert_eq!(*token, evaluator.evaluate_once(kind, &part));
                            assert_eq!(token_of(parts, kind), Some(token));
                            all.push((kind, part, number));
                        }
                    }
                    wanted.clear();
                    assert_eq!(wanted.addresses().count(), 0);
                }
                all
            })
            .collect();
        let kept = table.finish();
        let mut by_number = std::collections::HashMap::new();
        for (kind, part, number) in numbers.into_iter().flatten() {
            let known = by_number.entry(number.0).or_insert((kind, part.clone()));
            assert_eq!(*known, (kind, part.clone()));
            let token = evaluator.evaluate_once(kind, &part);
            let kept = kept.get(number).unwrap();
            assert_eq!(kept.binder, token.binder());
            if matches!(kind, TokenKind::Zip5 | TokenKind::Zip3) {
                let key = FingerprintKey::of_one(&token).begin().finish();
                assert_eq!(kept.zip_key.begin().finish(), key);
            }
        }
        let record = RecordNumber(1);
        let mut distinct: Vec<u64> = by_number
            .values()
            .map(|(kind, part)| evaluator.evaluate_once(*kind, part).bound(record))
            .collect();
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!(distinct.len(), by_number.len());
        let tokens: usize = kept.0.iter().map(Vec::len).sum();
        assert_eq!(by_number.len(), tokens);
    }

    #[test]
    fn a_number_names_a_shard_and_a_place() {
        let kept = || KeptToken::of(&(TokenKind::Unit, Token::new([1; 32])));
        let mut tokens = KeptTokens((0..SHARDS).map(|_| vec![kept()]).collect());
        tokens.0[3].push(KeptToken::of(&(TokenKind::Unit, Token::new([2; 32]))));
        let found = tokens.get(TokenNumber::of(3, 1)).unwrap();
        assert_eq!(found.binder, Token::new([2; 32]).binder());
        assert!(tokens.get(TokenNumber::of(3, 2)).is_none());
        assert!(tokens.get(TokenNumber::of(63, 0)).is_some());
    }

    #[test]
    fn parts_are_found_before_they_are_too_many() {
        let evaluator = evaluator();
        let table = PartTokens::new(&evaluator);
        let mut wanted = Wanted::default();
        let mut count = 0;
        while !wanted.is_full() {
            wanted.push(count, TokenKind::Unit, "", &table);
            count += 1;
        }
        assert_eq!(count as usize, FULL);
        table.find(&mut wanted).unwrap();
        let first = wanted.addresses().next().unwrap().1;
        assert_eq!(
            token_of(&first, TokenKind::Unit),
            Some(&evaluator.evaluate_once(TokenKind::Unit, ""))
        );
        assert_eq!(token_of(&first, TokenKind::Tin), None);
    }
}
