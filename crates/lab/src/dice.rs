//! Seeded chance: every random choice of the laboratory comes from one printed seed through here.
//!
//! Place in the flow: under everything. Each component has a key of its own, each family or row a
//! stream of its own under it, so that a choice depends on the seed, the component and the number
//! of the thing, never on what was made before it or by which thread.
//!
//! Left to others: keys, salts and nonces (`model::entropy`); nothing here may serve for those.

use model::digest::Digest;
use rand_chacha::{
    ChaCha8Rng,
    rand_core::{Rng, SeedableRng},
};

use crate::rates::Rate;

/// The generators of one component under one seed.
#[derive(Clone)]
pub struct Component(ChaCha8Rng);

impl Component {
    /// The component `name` under `seed`.
    #[must_use]
    pub fn new(seed: u64, name: &str) -> Self {
        let key = Digest::of_parts(&[b"countersign/lab/v1", name.as_bytes(), &seed.to_be_bytes()]);
        Self(ChaCha8Rng::from_seed(*key.as_bytes()))
    }

    /// The dice of thing number `number`, from their beginning.
    #[must_use]
    pub fn dice(&self, number: u64) -> Dice {
        let mut generator = self.0.clone();
        generator.set_stream(number);
        Dice(generator)
    }
}

/// A source of choices. Integer arithmetic only, so that choices are the same on every machine.
pub struct Dice(ChaCha8Rng);

impl Dice {
    /// Sixty-four random bits.
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number from 0 to `count − 1`; 0 where `count` is 0. Biased by less than `count` / 2^64.
    pub fn below(&mut self, count: u64) -> u64 {
        let wide = u128::from(self.bits()) * u128::from(count);
        u64::try_from(wide >> 64).unwrap_or(0)
    }

    /// A number from `low` to `high`, both included; `low` where the range is empty.
    pub fn between(&mut self, low: i32, high: i32) -> i32 {
        let span = u64::try_from(i64::from(high) - i64::from(low) + 1).unwrap_or(1);
        let step = i64::try_from(self.below(span)).unwrap_or(0);
        i32::try_from(i64::from(low) + step).unwrap_or(low)
    }

    /// Whether something of this rate happens.
    pub fn happens(&mut self, rate: Rate) -> bool {
        self.below(1_000_000) < u64::from(rate.per_million())
    }

    /// True once in `count` times.
    pub fn one_in(&mut self, count: u64) -> bool {
        self.below(count) == 0
    }

    /// One of `items`, all equally likely; the type's default where there is none.
    pub fn pick<T: Copy + Default>(&mut self, items: &[T]) -> T {
        items
            .get(self.index(items.len()))
            .copied()
            .unwrap_or_default()
    }

    /// A position from 0 to `length − 1`.
    pub fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.below(u64::try_from(length).unwrap_or(0))).unwrap_or(0)
    }

    /// A position of the table, by weight.
    pub fn weighted(&mut self, weights: &Cumulative) -> usize {
        let ticket = self.below(u64::from(weights.total()));
        weights.at(u32::try_from(ticket).unwrap_or(0))
    }

    /// Shuffles in place (Fisher and Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for end in (1..items.len()).rev() {
            items.swap(end, self.index(end + 1));
        }
    }
}

/// Running sums of weights, for drawing by weight.
#[derive(Clone, Default)]
pub struct Cumulative(Vec<u32>);

impl Cumulative {
    /// From weights in order, scaled down together where their sum would not fit.
    #[must_use]
    pub fn new(weights: impl Iterator<Item = u64> + Clone) -> Self {
        let sum: u64 = weights.clone().sum();
        let divisor = sum / u64::from(u32::MAX / 2) + 1;
        let mut total = 0_u32;
        Self(
            weights
                .map(|weight| {
                    let scaled = if weight == 0 {
                        0
                    } else {
                        (weight / divisor).max(1)
                    };
                    total = total.saturating_add(u32::try_from(scaled).unwrap_or(u32::MAX));
                    total
                })
                .collect(),
        )
    }

    /// Sum of all weights.
    #[must_use]
    pub fn total(&self) -> u32 {
        self.0.last().copied().unwrap_or(0)
    }

    /// The position whose span holds `ticket`, from 0 to [`Cumulative::total`] − 1.
    #[must_use]
    pub fn at(&self, ticket: u32) -> usize {
        self.0
            .partition_point(|sum| *sum <= ticket)
            .min(self.0.len().saturating_sub(1))
    }
}

/// A number spread over all sixty-four bits: a fixed bijection (`SplitMix64`, Steele, Lea and Flood 2014).
#[must_use]
pub const fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// A seeded permutation of the numbers below `size`: a six-round Feistel network, walked until it
/// falls inside (Black and Rogaway 2002).
#[derive(Clone)]
pub struct Permutation {
    size: u64,
    half_bits: u32,
    keys: [u64; 6],
}

impl Permutation {
    /// The permutation of `size` numbers that the dice choose; `size` is at most 2^62.
    #[must_use]
    pub fn new(size: u64, dice: &mut Dice) -> Self {
        let bits = 64 - size.saturating_sub(1).leading_zeros();
        Self {
            size,
            half_bits: bits.div_ceil(2).max(1),
            keys: std::array::from_fn(|_| dice.bits()),
        }
    }

    /// Where `number` goes; a number not below the size stays.
    #[must_use]
    pub fn apply(&self, number: u64) -> u64 {
        if number >= self.size {
            return number;
        }
        let mut value = self.rounds(number);
        while value >= self.size {
            value = self.rounds(value);
        }
        value
    }

    fn rounds(&self, value: u64) -> u64 {
        let mask = (1_u64 << self.half_bits) - 1;
        let (mut left, mut right) = (value >> self.half_bits, value & mask);
        for key in self.keys {
            (left, right) = (right, left ^ (mix(right ^ key) & mask));
        }
        (left << self.half_bits) | right
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_depend_on_seed_component_and_number_only() {
        let draw = |seed, name, number| Component::new(seed, name).dice(number).bits();
        assert_eq!(draw(1, "a", 2), draw(1, "a", 2));
        for other in [draw(2, "a", 2), draw(1, "b", 2), draw(1, "a", 3)] {
            assert_ne!(draw(1, "a", 2), other);
        }
        assert_eq!(
            draw(1, "a", 2),
            0x9fdc_7325_63b0_5c88,
            "the stream itself has changed"
        );
    }

    #[test]
    fn permutations_are_one_to_one() {
        for size in [1_u64, 2, 3, 100, 1_000, 4_097] {
            let permutation = Permutation::new(size, &mut Component::new(9, "p").dice(0));
            let mut seen: Vec<u64> = (0..size).map(|number| permutation.apply(number)).collect();
            seen.sort_unstable();
            assert!(seen.iter().copied().eq(0..size), "{size}");
        }
    }

    #[test]
    fn drawing_by_weight_follows_the_weights() {
        let weights = Cumulative::new([0_u64, 1, 0, 3, 0].into_iter());
        let mut dice = Component::new(3, "w").dice(0);
        let mut counts = [0_u32; 5];
        for _ in 0..4_000 {
            counts[dice.weighted(&weights)] += 1;
        }
        assert_eq!((counts[0], counts[2], counts[4]), (0, 0, 0));
        assert!((900..1_100).contains(&counts[1]), "{counts:?}");
    }

    #[test]
    fn ranges_hold() {
        let mut dice = Component::new(4, "r").dice(0);
        for _ in 0..1_000 {
            assert!((-3..=4).contains(&dice.between(-3, 4)));
            assert_eq!(dice.between(7, 7), 7);
        }
        assert_eq!(dice.below(0), 0);
        assert_eq!(dice.pick::<u8>(&[]), 0);
    }
}
