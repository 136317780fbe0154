//! Random bytes of the operating system, for keys, salts, nonces and challenges.
//!
//! Place in the flow: the one source of randomness outside laboratory, simulation and tests.
//!
//! Left to others: seeded generators (laboratory and tests only; `xtask tidy` holds them there).

use thiserror::Error;

/// The operating system gave no random bytes. Nobody's input is at fault; try again later.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the operating system's random generator did not answer")]
pub struct EntropyError;

/// `N` fresh random bytes from the operating system.
///
/// # Errors
/// [`EntropyError`] where the system's generator fails.
pub fn random_bytes<const N: usize>() -> Result<[u8; N], EntropyError> {
    let mut bytes = [0_u8; N];
    getrandom::fill(&mut bytes).map_err(|_| EntropyError)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_draws_differ() {
        assert_ne!(random_bytes::<32>().unwrap(), random_bytes::<32>().unwrap());
    }
}
