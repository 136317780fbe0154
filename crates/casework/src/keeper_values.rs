//! Keepers' signed values in the form seal combines them.
//!
//! Place in the flow: stage B combines token values, a release slot values.
//!
//! Left to others: checking who signed them (the gate's keepers), combining (seal).

use instrument::wire::SetValueLine;
use model::{id::KeeperId, personal::Personal};
use seal::{keys::SetValue, open::KeeperValue, shares::SetIndex};

/// The values for one item (an input, or an address key of the row) out of all keepers' lines.
pub fn values_of_item<'a>(
    answers: impl Iterator<Item = (&'a KeeperId, &'a [SetValueLine])>,
    item: usize,
) -> Vec<KeeperValue> {
    answers
        .flat_map(|(keeper, lines)| lines.iter().map(move |line| (keeper, line)))
        .filter(|(_, line)| usize::from(line.item) == item)
        .map(|(keeper, line)| KeeperValue {
            keeper: keeper.clone(),
            set: SetIndex(line.set),
            value: SetValue::new(*Personal::expose(&line.value)),
        })
        .collect()
}
