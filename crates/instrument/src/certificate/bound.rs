//! The upper bound on a share of which a sample was counted (Clopper and Pearson, Biometrika 26, 1934).
//!
//! Place in the flow: turns counted wrong identifications into the figure a certificate states; gate and
//! auditor compute it again from the counts.
//!
//! Left to others: counting (lab), what the counts are of (`measurement`).

/// What is left to chance over all comparisons together: one-sided bounds of 95%.
const ALPHA: f64 = 0.05;
/// Halvings of the interval: more than the digits of a double.
const HALVINGS: u32 = 200;
/// Parts of the unit a certificate counts in.
const BILLION: f64 = 1e9;
/// The bound that says nothing.
pub const NOTHING_KNOWN: u64 = 1_000_000_000;
/// More wrong answers than this are not worth a bound; it keeps the time fixed.
const MOST_WRONG: u64 = 10_000;

/// One-sided upper bound on the share wrong, in parts per billion, rounded up. With `comparisons` of
/// such bounds all of them hold together with 95% (Bonferroni); 0 counts as 1. Without any trial, and
/// with more than 10,000 wrong, nothing is known: one billion.
#[must_use]
pub fn wrong_bound_per_billion(wrong: u64, trials: u64, comparisons: u32) -> u64 {
    if trials == 0 || wrong >= trials || wrong > MOST_WRONG {
        return NOTHING_KNOWN;
    }
    let alpha = ALPHA / f64::from(comparisons.max(1));
    let share = if wrong == 0 {
        // 1 − α^(1/n), without losing digits for large n.
        -(alpha.ln() / as_float(trials)).exp_m1()
    } else {
        bisect(wrong, trials, alpha)
    };
    (share * BILLION).ceil().clamp(0.0, BILLION) as u64
}

/// Error-free trials that bound the share wrong by `per_billion`, as [`wrong_bound_per_billion`] would
/// state it; none for a bound of 0.
#[must_use]
pub fn trials_needed(per_billion: u64, comparisons: u32) -> Option<u64> {
    if per_billion == 0 {
        return None;
    }
    let holds = |trials: u64| wrong_bound_per_billion(0, trials, comparisons) <= per_billion;
    let (mut low, mut high) = (0_u64, 1_u64 << 40);
    while low + 1 < high {
        let middle = u64::midpoint(low, high);
        if holds(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    Some(high)
}

/// Parts per billion as parts of a million, for people: rounded up, with two decimals below ten and one
/// below a thousand.
#[must_use]
pub fn in_a_million(per_billion: u64) -> String {
    let rounded = |unit: u64| per_billion.div_ceil(unit);
    let (hundredths, tenths) = (rounded(10), rounded(100));
    if hundredths < 1_000 {
        format!("{}.{:02}", hundredths / 100, hundredths % 100)
    } else if tenths < 10_000 {
        format!("{}.{}", tenths / 10, tenths % 10)
    } else {
        rounded(1_000).to_string()
    }
}

/// The share at which so few wrong ones would come up with probability `alpha`; the upper end of the
/// last interval.
fn bisect(wrong: u64, trials: u64, alpha: f64) -> f64 {
    let (mut low, mut high) = (as_float(wrong) / as_float(trials), 1.0);
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(low, high);
        if at_most(wrong, trials, middle) > alpha {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

/// Probability of at most `wrong` in `trials` at a share strictly between 0 and 1, term by term from
/// the logarithms.
fn at_most(wrong: u64, trials: u64, share: f64) -> f64 {
    let odds = share.ln() - (-share).ln_1p();
    let mut term = as_float(trials) * (-share).ln_1p();
    let mut sum = term.exp();
    for count in 1..=wrong {
        term += (as_float(trials - count + 1) / as_float(count)).ln() + odds;
        sum += term.exp();
    }
    sum
}

/// Counts stay far below 2^53, where a double is exact.
fn as_float(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(wrong: u64, trials: u64, low: u64, high: u64) {
        let bound = wrong_bound_per_billion(wrong, trials, 1);
        assert!(
            (low..=high).contains(&bound),
            "{wrong} of {trials}: {bound}"
        );
    }

    #[test]
    fn bounds_for_people_are_never_better_than_they_are() {
        let check = |per_billion: u64, expected: &str| {
            assert_eq!(in_a_million(per_billion), expected, "{per_billion}");
        };
        check(0, "0.00");
        check(1, "0.01");
        check(745, "0.75");
        check(9_990, "9.99");
        check(9_991, "10.0");
        check(54_411, "54.5");
        check(999_900, "999.9");
        check(999_901, "1000");
        check(9_936_101, "9937");
        check(1_000_000_000, "1000000");
    }

    #[test]
    fn bounds_of_published_tables() {
        // Rule of three: 3 / n from above.
        check(0, 3_000_000, 990, 1_000);
        check(0, 1, 950_000_000, 950_000_001);
        check(0, 10, 258_865_500, 258_866_000);
        // Table of 95% one-sided limits: 1 of 10 is 0.3942, 2 of 20 is 0.2826, 5 of 50 is 0.1988.
        check(1, 10, 394_150_000, 394_250_000);
        check(2, 20, 282_550_000, 282_650_000);
        check(5, 50, 198_833_000, 198_833_004);
        // About (Poisson) 4.744 / n for one and 6.296 / n for two.
        check(1, 1_000_000, 4_743, 4_745);
        check(2, 1_000_000, 6_294, 6_297);
    }

    #[test]
    fn nothing_known_bounds_nothing() {
        check(0, 0, NOTHING_KNOWN, NOTHING_KNOWN);
        check(7, 7, NOTHING_KNOWN, NOTHING_KNOWN);
        check(u64::MAX / 2, u64::MAX, NOTHING_KNOWN, NOTHING_KNOWN);
    }

    #[test]
    fn more_wrong_is_worse_and_more_trials_are_better() {
        for trials in [5_u64, 60, 7_000] {
            for wrong in 0..4 {
                let bound = wrong_bound_per_billion(wrong, trials, 1);
                assert!(bound < wrong_bound_per_billion(wrong + 1, trials, 1));
                assert!(bound > wrong_bound_per_billion(wrong, trials * 2, 1));
                assert!(bound < wrong_bound_per_billion(wrong, trials, 2));
            }
        }
    }

    #[test]
    fn many_comparisons_share_the_chance() {
        // 1 − 0.0025^(1/1000) = 0.0059735….
        assert_eq!(wrong_bound_per_billion(0, 1_000, 20), 5_973_552);
        assert_eq!(
            wrong_bound_per_billion(0, 1_000, 0),
            wrong_bound_per_billion(0, 1_000, 1)
        );
    }

    #[test]
    fn error_free_releases_that_certify() {
        let needed = |bound, comparisons| trials_needed(bound, comparisons).unwrap();
        assert_eq!(needed(100_000, 1), 29_956);
        assert_eq!(needed(10_000, 1), 299_572);
        assert_eq!(needed(1_000, 1), 2_995_731);
        assert!(needed(100_000, 22) > 60_000);
        assert_eq!(trials_needed(0, 1), None);
    }
}
