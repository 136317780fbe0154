//! What rows of one person state, the latest of it, and whether they contradict each other.
//!
//! Place in the flow: read by prepare from a run of rows, joined by order where a person has several
//! runs. Which rows come first makes no difference: periods decide.
//!
//! Left to others: names and addresses (draft).

use identity::candidates::Marker;
use model::{
    time::{Date, TaxPeriod},
    token::Token,
};

/// A value that rows may state, of the latest period that states one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Latest<T> {
    /// The value, and the latest period of a row that states it.
    pub stated: Option<(TaxPeriod, T)>,
    /// Whether rows state several.
    pub several: bool,
}

impl<T> Default for Latest<T> {
    fn default() -> Self {
        Self {
            stated: None,
            several: false,
        }
    }
}

impl<T: PartialEq> Latest<T> {
    /// Takes what a row of this period states, whatever came before.
    pub fn take(&mut self, period: TaxPeriod, value: T) {
        let later = match &self.stated {
            Some((last, known)) => {
                self.several |= *known != value;
                *last < period
            }
            None => true,
        };
        if later {
            self.stated = Some((period, value));
        }
    }

    /// A later row states the same again.
    pub fn again(&mut self, period: TaxPeriod) {
        if let Some((last, _)) = &mut self.stated {
            *last = period;
        }
    }

    /// Takes what other rows of the person state.
    pub fn join(&mut self, other: Self) {
        self.several |= other.several;
        if let Some((period, value)) = other.stated {
            self.take(period, value);
        }
    }

    /// The same of another kind of value, which keeps different values different.
    pub fn map<U>(self, value_of: impl FnOnce(T) -> U) -> Latest<U> {
        Latest {
            stated: self.stated.map(|(period, value)| (period, value_of(value))),
            several: self.several,
        }
    }
}

/// What a person's rows state beside names and addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Date of birth.
    pub date_of_birth: Latest<Date>,
    /// Token of the taxpayer number.
    pub tin: Latest<Token>,
    /// Whether any row has a hold or identity-theft marker.
    pub marker: Marker,
}

impl Facts {
    /// Whether rows state several birth dates or numbers.
    pub fn contradictory(&self) -> bool {
        self.date_of_birth.several || self.tin.several
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period(year: u16) -> TaxPeriod {
        TaxPeriod::new(year).unwrap()
    }

    /// What rows state, one after the other as they stand in a file.
    fn stated(rows: &[(u16, &'static str)]) -> Latest<&'static str> {
        let mut latest = Latest::default();
        rows.iter()
            .for_each(|(year, value)| latest.take(period(*year), *value));
        latest
    }

    #[test]
    fn the_latest_period_decides_whichever_rows_come_first() {
        let rows = [(2019, "a"), (2020, "b"), (2021, "a")];
        let whole = stated(&rows);
        assert_eq!(whole.stated, Some((period(2021), "a")));
        assert!(whole.several);
        for cut in 0..=rows.len() {
            let (left, right) = rows.split_at(cut);
            for (first, second) in [(left, right), (right, left)] {
                let mut joined = stated(first);
                joined.join(stated(second));
                assert_eq!(joined, whole, "{cut}");
            }
        }
        assert!(!stated(&[(2019, "a"), (2021, "a")]).several);
        let mut again = stated(&[(2019, "a")]);
        again.again(period(2021));
        again.join(stated(&[(2020, "b")]));
        assert_eq!(again, whole);
    }
}
