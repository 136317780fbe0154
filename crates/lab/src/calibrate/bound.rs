//! The upper bound on a share of which a sample was counted (Clopper and Pearson, Biometrika 26, 1934).
//!
//! Place in the flow: turns counted wrong identifications into the figure a certificate states.
//!
//! Left to others: counting (trial).

/// What is left to chance: a one-sided bound of 95%.
const ALPHA: f64 = 0.05;
/// Halvings of the interval: more than the digits of a double.
const HALVINGS: u32 = 200;
/// Parts of the unit a certificate counts in.
const BILLION: f64 = 1e9;

/// One-sided 95% upper bound on the share wrong, in parts per billion, rounded up. Without any trial
/// nothing is known: one billion.
#[must_use]
pub fn wrong_bound_per_billion(wrong: u64, trials: u64) -> u64 {
    if trials == 0 || wrong >= trials {
        return 1_000_000_000;
    }
    let share = if wrong == 0 {
        // 1 − 0.05^(1/n), without losing digits for large n.
        -(ALPHA.ln() / as_float(trials)).exp_m1()
    } else {
        bisect(wrong, trials)
    };
    (share * BILLION).ceil().clamp(0.0, BILLION) as u64
}

/// The share at which so few wrong ones would come up with probability 5%; the upper end of the last
/// interval.
fn bisect(wrong: u64, trials: u64) -> f64 {
    let (mut low, mut high) = (as_float(wrong) / as_float(trials), 1.0);
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(low, high);
        if at_most(wrong, trials, middle) > ALPHA {
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
        let bound = wrong_bound_per_billion(wrong, trials);
        assert!(
            (low..=high).contains(&bound),
            "{wrong} of {trials}: {bound}"
        );
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
        check(0, 0, 1_000_000_000, 1_000_000_000);
        check(7, 7, 1_000_000_000, 1_000_000_000);
    }

    #[test]
    fn more_wrong_is_worse_and_more_trials_are_better() {
        for trials in [5_u64, 60, 7_000] {
            for wrong in 0..4 {
                let bound = wrong_bound_per_billion(wrong, trials);
                assert!(bound < wrong_bound_per_billion(wrong + 1, trials));
                assert!(bound > wrong_bound_per_billion(wrong, trials * 2));
            }
        }
    }
}
