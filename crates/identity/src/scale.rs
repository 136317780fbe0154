//! Exact logarithms: weights are milli-bits (thousandths of a bit, base 2), sums are taken in a
//! fixed point of 62 fraction bits, and every rounding goes the way that withholds.
//!
//! Place in the flow: under the scorer, so that a decision is the same on every machine and can be
//! repeated by the verifier.
//!
//! Left to others: what is added to what (score).

use std::sync::OnceLock;

/// Thousandths of a bit. Positive favours the candidate.
pub type Millibits = i64;

/// Milli-bits in one bit.
pub const BIT: Millibits = 1000;

/// ⌈2^(1/1000) · 2^62⌉.
const ROOT: u128 = 4_614_883_703_693_923_851;
/// Fraction bits of one table step.
const STEP_BITS: u32 = 62;
/// Fraction bits of [`Fixed`]: terms below 2^−90 count as 2^−90.
const FIXED_BITS: i64 = 90;
/// Largest exponent of a term; larger ones count as this, which always withholds.
const LARGEST_EXPONENT: i64 = 30;

/// `table[k]` is 2^(k/1000) · 2^62, never less than exact, k from 0 to 1000.
fn table() -> &'static [u128] {
    static TABLE: OnceLock<Vec<u128>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut value = 1_u128 << STEP_BITS;
        let mut steps = Vec::with_capacity(1001);
        for _ in 0..=1000 {
            steps.push(value);
            value = value.saturating_mul(ROOT).div_ceil(1 << STEP_BITS);
        }
        steps
    })
}

/// First bits of a fraction that say about where in the table it stands.
const FIRST_BITS: u32 = 10;

/// For all first bits of a fraction, how many steps are below the least with them.
fn starts() -> &'static [usize] {
    static STARTS: OnceLock<Vec<usize>> = OnceLock::new();
    STARTS.get_or_init(|| {
        let least = |bits: u128| (1 << STEP_BITS) + (bits << (STEP_BITS - FIRST_BITS));
        let bits = 0..=1_u128 << FIRST_BITS;
        bits.map(|bits| table().partition_point(|step| *step < least(bits)))
            .collect()
    })
}

/// How many steps of the table are below a fraction from 2^62 to 2^63. Rows take many logarithms: from
/// its first bits on at most two steps are left to count, where halving would look at ten.
fn steps_below(mantissa: u128) -> usize {
    let first = mantissa.saturating_sub(1 << STEP_BITS) >> (STEP_BITS - FIRST_BITS);
    let start = usize::try_from(first)
        .ok()
        .and_then(|first| starts().get(first));
    let start = start.copied().unwrap_or(0);
    let rest = table().iter().skip(start);
    start.saturating_add(rest.take_while(|step| **step < mantissa).count())
}

/// `value` over 2^`right`, rounded up; `right` below 127.
const fn shifted_up(value: u128, right: u32) -> u128 {
    let whole = value >> right;
    if whole << right == value {
        whole
    } else {
        whole + 1
    }
}

/// A sum of powers of two, never less than exact. Adding does not depend on the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Fixed(u128);

impl Fixed {
    /// At least 2^(exponent/1000), and at least 2^−90.
    #[must_use]
    pub fn power(exponent: Millibits) -> Self {
        let whole = exponent.div_euclid(BIT).min(LARGEST_EXPONENT);
        let part = usize::try_from(exponent.rem_euclid(BIT)).unwrap_or(0);
        let fraction = table().get(part).copied().unwrap_or(1 << (STEP_BITS + 1));
        let shift = whole + FIXED_BITS - i64::from(STEP_BITS);
        let value = match u32::try_from(shift) {
            Ok(left) => fraction << left,
            Err(_) => match u32::try_from(-shift) {
                Ok(right) if right < 127 => shifted_up(fraction, right),
                _ => 1,
            },
        };
        Self(value.max(1))
    }

    /// Adds `count` times another sum.
    #[must_use]
    pub fn plus_times(self, other: Self, count: u64) -> Self {
        Self(
            self.0
                .saturating_add(other.0.saturating_mul(u128::from(count))),
        )
    }

    /// Adds another sum.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        self.plus_times(other, 1)
    }

    /// The logarithm in milli-bits, rounded up; −90 bits for an empty sum.
    #[must_use]
    pub fn log2_up(self) -> Millibits {
        let Some(top) = self.0.checked_ilog2() else {
            return -FIXED_BITS * BIT;
        };
        let whole = i64::from(top) - FIXED_BITS;
        let mantissa = match top.checked_sub(STEP_BITS) {
            Some(right) => shifted_up(self.0, right),
            None => self.0 << (STEP_BITS - top),
        };
        let part = steps_below(mantissa);
        // The table's own error is upward: one step more keeps the result an upper bound.
        whole * BIT + i64::try_from(part).unwrap_or(BIT) + 1
    }
}

/// log2(numerator / denominator) in milli-bits, rounded up by at most 2; zero counts as one.
#[must_use]
pub fn log2_ratio(numerator: u64, denominator: u64) -> Millibits {
    log2_integer(numerator) - log2_integer(denominator)
}

/// log2 of a whole number in milli-bits, rounded up by at most 1; 0 for zero.
#[must_use]
pub fn log2_integer(value: u64) -> Millibits {
    let value = u128::from(value.max(1));
    let top = value.ilog2();
    let mantissa = value << (STEP_BITS.saturating_sub(top));
    let mantissa = if top > STEP_BITS {
        shifted_up(value, top - STEP_BITS)
    } else {
        mantissa
    };
    let part = steps_below(mantissa);
    i64::from(top) * BIT + i64::try_from(part).unwrap_or(BIT)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn powers_and_logarithms_meet() {
        for (exponent, expected) in [(0, 1), (1000, 1001), (-1000, -999), (17_321, 17_322)] {
            assert_eq!(Fixed::power(exponent).log2_up(), expected, "{exponent}");
        }
        assert_eq!(log2_integer(1), 0);
        assert_eq!(log2_integer(8), 3000);
        assert_eq!(log2_integer(3), 1585);
        assert_eq!(log2_integer(u64::MAX), 64_000);
        assert_eq!(log2_ratio(1, 1_000_000), -19_932);
    }

    /// Against halving, where it matters most: at every step and at all first bits.
    #[test]
    fn steps_are_those_that_halving_finds() {
        let halves = |mantissa| table().partition_point(|step| *step < mantissa);
        let of_bits = (0..=1_u128 << FIRST_BITS)
            .map(|bits| (1 << STEP_BITS) + (bits << (STEP_BITS - FIRST_BITS)));
        for near in table().iter().copied().chain(of_bits) {
            for mantissa in [near - 1, near, near + 1] {
                assert_eq!(steps_below(mantissa), halves(mantissa), "{mantissa}");
            }
        }
        let apart = starts().windows(2).map(|pair| pair[1] - pair[0]);
        assert_eq!(apart.max(), Some(2));
    }

    #[test]
    fn extremes_do_not_overflow() {
        let huge = Fixed::power(i64::MAX).plus_times(Fixed::power(40_000), u64::MAX);
        assert!(huge.log2_up() >= 30_000);
        assert!(Fixed::power(i64::MIN / 2) > Fixed::default());
    }

    proptest! {
        #[test]
        fn sums_are_never_below_the_real_ones(a in -60_000_i64..20_000, b in -60_000_i64..20_000) {
            let sum = Fixed::power(a).plus(Fixed::power(b));
            let real = ((a as f64 / 1000.0).exp2() + (b as f64 / 1000.0).exp2()).log2() * 1000.0;
            let ours = sum.log2_up() as f64;
            prop_assert!(ours >= real - 1e-6, "{ours} {real}");
            prop_assert!(ours <= real + 3.0, "{ours} {real}");
        }

        #[test]
        fn integers_are_rounded_up(value in 1_u64..) {
            let real = (value as f64).log2() * 1000.0;
            let ours = log2_integer(value) as f64;
            prop_assert!(ours >= real - 1e-6 && ours <= real + 1.001);
        }

        #[test]
        fn steps_between_are_those_that_halving_finds(mantissa in 1_u128 << STEP_BITS..=1 << (STEP_BITS + 1)) {
            prop_assert_eq!(steps_below(mantissa), table().partition_point(|step| *step < mantissa));
        }
    }
}
