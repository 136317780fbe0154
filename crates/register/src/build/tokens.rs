//! Tokens of an extract, each evaluated once as far as memory goes.
//!
//! Place in the flow: under prepare: ZIP codes, numbers and streets repeat across people.
//!
//! Left to others: the keyed functions (seal).

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use model::token::{Token, TokenKind};
use seal::token::TokenEvaluator;

/// Shards of each kind, so that threads seldom wait for each other.
const SHARDS: usize = 16;
/// Most tokens one shard remembers.
const SHARD_TOKENS_MAX: usize = 1 << 14;

/// Tokens of one kind, in part.
type Shard = Mutex<HashMap<Box<str>, Token>>;

/// Tokens by part. It lives as long as a build, in a program that holds the whole extract anyway.
pub struct TokenMemory<'a> {
    evaluator: &'a TokenEvaluator,
    shards: Vec<Shard>,
}

impl<'a> TokenMemory<'a> {
    /// An empty one.
    pub fn new(evaluator: &'a TokenEvaluator) -> Self {
        let shards = SHARDS.saturating_mul(TokenKind::OF_ADDRESS.len().saturating_add(1));
        Self {
            evaluator,
            shards: (0..shards).map(|_| Mutex::default()).collect(),
        }
    }

    /// The token of a part. TINs, which nobody shares, are not remembered.
    pub fn token(&self, kind: TokenKind, part: &str) -> Token {
        let remembered = kind != TokenKind::Tin;
        let Some(shard) = self.shards.get(place(kind, part)).filter(|_| remembered) else {
            return self.evaluator.evaluate_once(kind, part);
        };
        let known = lock(shard).get(part).cloned();
        known.unwrap_or_else(|| {
            let token = self.evaluator.evaluate_once(kind, part);
            let mut shard = lock(shard);
            if shard.len() < SHARD_TOKENS_MAX {
                shard.insert(part.into(), token.clone());
            }
            token
        })
    }
}

/// The shard of a part: by kind, and by its last two bytes, which vary most.
fn place(kind: TokenKind, part: &str) -> usize {
    let last = part.bytes().rev().take(2);
    let spread = last.fold(0_usize, |sum, byte| sum * 3 + usize::from(byte)) % SHARDS;
    usize::from(kind as u8) * SHARDS + spread
}

/// The map, also after a thread that held it panicked: an entry is inserted whole or not at all.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
