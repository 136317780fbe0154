//! The row as stage B sees it: a name, a birth date, and tokens.
//!
//! Place in the flow: casework makes [`RowParts`] from an admitted row, has the tokens of
//! [`RowParts::token_values`] evaluated by the keepers, and hands them to [`RowParts::query`].
//!
//! Left to others: reading cells (statute, standard), evaluating tokens (seal, keepers).

use model::{
    ceiling::TOKENS_PER_ROW,
    fault::{Explain, Fault},
    personal::Personal,
    time::Date,
    tin::Tin,
    token::{Token, TokenKind},
};
use standard::{address::StandardAddress, name::StandardName};
use thiserror::Error;

/// Longest token of a name that is compared, in bytes; longer ones are cut.
const NAME_TOKEN_BYTES: usize = 40;
/// Most tokens of a name that are compared.
const NAME_TOKENS: usize = 8;

/// What an admitted row states about the person it means.
#[derive(Debug, Clone)]
pub struct RowParts {
    /// Name in standard form.
    pub name: StandardName,
    /// Date of birth, where the row states one.
    pub date_of_birth: Option<Date>,
    /// TIN, where the row states one.
    pub tin: Option<Tin>,
    /// The row's address first, then those of `more_addresses` that have a standard form.
    pub addresses: Vec<StandardAddress>,
}

/// One value to be turned into a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenValue {
    /// Position in [`RowParts::addresses`]; `None` for the TIN.
    pub address: Option<usize>,
    /// What the value is.
    pub kind: TokenKind,
    /// The value in standard form.
    pub part: Personal<String>,
}

/// The tokens do not belong to the values that were asked for. A fault of ours.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{given}` tokens were given for `{expected}` values")]
pub struct TokenCountError {
    /// Tokens asked for.
    pub expected: usize,
    /// Tokens given.
    pub given: usize,
}

impl Explain for TokenCountError {
    fn fault(&self) -> Fault {
        Fault::Integrity
    }
}

impl RowParts {
    /// The values whose tokens the query needs, at most [`TOKENS_PER_ROW`]: the TIN, then whole
    /// addresses as long as there is room.
    #[must_use]
    pub fn token_values(&self) -> Vec<TokenValue> {
        let limit = usize::try_from(TOKENS_PER_ROW).unwrap_or(0);
        let mut values: Vec<TokenValue> = Vec::with_capacity(limit);
        values.extend(self.tin.iter().map(|tin| TokenValue {
            address: None,
            kind: TokenKind::Tin,
            part: Personal::new(tin.digits()),
        }));
        for (position, address) in self.addresses.iter().enumerate() {
            let parts = address.token_parts();
            if values.len() + parts.len() > limit {
                break;
            }
            values.extend(parts.into_iter().map(|(kind, part)| TokenValue {
                address: Some(position),
                kind,
                part: Personal::new(part),
            }));
        }
        values
    }

    /// The query, given the tokens of [`Self::token_values`] in that order.
    ///
    /// # Errors
    /// [`TokenCountError`] where the numbers differ.
    pub fn query(&self, tokens: Vec<Token>) -> Result<Query, TokenCountError> {
        let values = self.token_values();
        if values.len() != tokens.len() {
            return Err(TokenCountError {
                expected: values.len(),
                given: tokens.len(),
            });
        }
        let mut tin = None;
        let mut addresses: Vec<AddressTokens> = Vec::new();
        for (value, token) in values.iter().zip(tokens) {
            match value.address {
                None => tin = Some(token),
                Some(position) => {
                    if addresses.len() <= position {
                        addresses.resize_with(position + 1, AddressTokens::default);
                    }
                    if let Some(address) = addresses.get_mut(position) {
                        address.parts.push((value.kind, token));
                    }
                }
            }
        }
        Ok(Query::new(
            self.name.clone(),
            self.date_of_birth,
            tin,
            addresses,
        ))
    }
}

/// The tokens of one address, at most one of a kind.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AddressTokens {
    /// Kind and token, in any order.
    pub parts: Vec<(TokenKind, Token)>,
}

impl AddressTokens {
    /// The token of a kind.
    #[must_use]
    pub fn get(&self, kind: TokenKind) -> Option<&Token> {
        self.parts
            .iter()
            .find_map(|(other, token)| (*other == kind).then_some(token))
    }
}

/// A row ready to be matched. `Debug` prints no personal data.
#[derive(Debug, Clone)]
pub struct Query {
    name: StandardName,
    date_of_birth: Option<Date>,
    tin: Option<Token>,
    addresses: Vec<AddressTokens>,
}

impl Query {
    /// A query. Names are cut to 8 tokens of 40 bytes, so that comparing takes bounded time.
    #[must_use]
    pub fn new(
        name: StandardName,
        date_of_birth: Option<Date>,
        tin: Option<Token>,
        addresses: Vec<AddressTokens>,
    ) -> Self {
        Self {
            name: bounded_name(name),
            date_of_birth,
            tin,
            addresses,
        }
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &StandardName {
        &self.name
    }

    /// The date of birth.
    #[must_use]
    pub fn date_of_birth(&self) -> Option<Date> {
        self.date_of_birth
    }

    /// The token of the TIN.
    #[must_use]
    pub fn tin(&self) -> Option<&Token> {
        self.tin.as_ref()
    }

    /// The addresses.
    #[must_use]
    pub fn addresses(&self) -> &[AddressTokens] {
        &self.addresses
    }
}

/// A name cut to the size that is compared: 8 given names and 8 surnames of 40 ASCII bytes.
#[must_use]
pub fn bounded_name(mut name: StandardName) -> StandardName {
    for tokens in [&mut name.given, &mut name.surnames] {
        tokens.retain(|token| !token.is_empty());
        tokens.truncate(NAME_TOKENS);
        for token in tokens {
            if token.len() > NAME_TOKEN_BYTES {
                let end = token.floor_char_boundary(NAME_TOKEN_BYTES);
                token.truncate(end);
            }
        }
    }
    name
}
