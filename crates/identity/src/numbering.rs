//! Numbers, each once, in the order in which they first came.
//!
//! Place in the flow: candidates have names by number, and agree in few ways. The comparator
//! compares each distinct name once, gather counts each distinct way once; both find the place of
//! a number here.
//!
//! Left to others: what the numbers are of (compare, gather).

/// Distinct numbers with their places: open addressing in a table at most half full, which grows.
#[derive(Debug, Default)]
pub struct Numbering {
    /// A number and its place plus one; 0 where there is none.
    table: Vec<(u32, u32)>,
    mask: usize,
    numbers: Vec<u32>,
}

impl Numbering {
    /// An empty one, for at most so many numbers.
    #[must_use]
    pub fn for_at_most(count: usize) -> Self {
        let size = count.saturating_mul(2).max(8).next_power_of_two();
        Self {
            table: vec![(0, 0); size],
            mask: size.saturating_sub(1),
            numbers: Vec::new(),
        }
    }

    /// Makes room for so many more numbers.
    pub fn reserve(&mut self, more: usize) {
        let count = self.numbers.len().saturating_add(more);
        if count <= self.table.len() / 2 {
            return;
        }
        let before = std::mem::replace(self, Self::for_at_most(count));
        self.numbers.reserve(count);
        for number in before.numbers {
            self.place(number);
        }
    }

    /// The place of a number among those that came, itself now one of them.
    pub fn place(&mut self, number: u32) -> usize {
        self.reserve(1);
        let mut at = usize::try_from(number.wrapping_mul(0x9e37_79b9) >> 7).unwrap_or(0);
        for _ in 0..self.table.len() {
            at &= self.mask;
            match self.table.get_mut(at) {
                Some((other, place)) if *place > 0 && *other == number => {
                    return usize::try_from(*place).unwrap_or(1).saturating_sub(1);
                }
                Some((other, place)) if *place == 0 => {
                    let last = self.numbers.len();
                    self.numbers.push(number);
                    *other = number;
                    *place = u32::try_from(last).unwrap_or(u32::MAX).saturating_add(1);
                    return last;
                }
                _ => at = at.wrapping_add(1),
            }
        }
        self.numbers.len().saturating_sub(1)
    }

    /// The numbers in the order of their places.
    #[must_use]
    pub fn numbers(&self) -> &[u32] {
        &self.numbers
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Against searching a list.
        #[test]
        fn places_are_those_of_a_list(numbers in prop::collection::vec(0_u32..60, 0..120), stride in 1_u32..5_000) {
            let mut numbering = Numbering::for_at_most(0);
            let mut list: Vec<u32> = Vec::new();
            for number in numbers.into_iter().map(|number| number * stride) {
                let expected = list.iter().position(|other| *other == number);
                let place = numbering.place(number);
                prop_assert_eq!(place, expected.unwrap_or(list.len()));
                if expected.is_none() {
                    list.push(number);
                }
            }
            prop_assert_eq!(numbering.numbers(), list);
        }
    }

    #[test]
    fn more_numbers_than_it_was_made_for_end() {
        let mut numbering = Numbering::for_at_most(4);
        let places: Vec<usize> = (0..100).map(|number| numbering.place(number)).collect();
        assert_eq!(places[..4], [0, 1, 2, 3]);
        assert!(
            places
                .iter()
                .all(|place| *place < numbering.numbers().len())
        );
    }
}
