//! Lists that are whole or not at all, with room made once.
//!
//! Place in the flow: wherever many things of a row are fetched side by side. A row fetches hundreds,
//! and `collect` of what is borrowed into an `Option` does not know how many will come: it makes room
//! again and again.
//!
//! Left to others: what it means that one is away (whoever asks).

/// All items; `None` where one is away.
#[must_use]
pub fn all_of<T>(items: impl ExactSizeIterator<Item = Option<T>>) -> Option<Vec<T>> {
    let mut all = Vec::with_capacity(items.len());
    for item in items {
        all.push(item?);
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn lists_are_those_that_collect_makes(
            items in prop::collection::vec(prop::option::weighted(0.9, any::<u8>()), 0..20),
        ) {
            let expected: Option<Vec<u8>> = items.iter().copied().collect();
            prop_assert_eq!(all_of(items.into_iter()), expected);
        }
    }
}
