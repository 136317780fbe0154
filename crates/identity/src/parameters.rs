//! The likelihoods, as data: how often each level of agreement occurs when row and record mean the
//! same person, a stranger, or a member of the household who is not on file.
//!
//! Place in the flow: score turns them into milli-bits once. Their digest stands in every
//! transcript and in the calibration certificate: other numbers are another model.
//!
//! Sources: LINKAGE.md section 5 (fields, the household alternative of point 2, no weight for names
//! that merely resemble); values marked by hand are assumptions to be measured against the
//! laboratory's held-out splits before a certificate is given, and are chosen to withhold.
//!
//! Left to others: frequencies of names (the register counts its own).

use model::{canonical::Encoder, digest::Digest};

/// Version of the model: fields, levels and formula.
pub const MODEL_VERSION: &str = "countersign-identity-v3";

/// One million.
pub const MILLION: u64 = 1_000_000;

/// Likelihoods of one level in millionths, under each hypothesis about the person the row means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Likelihood {
    /// The record's own person.
    pub person: u64,
    /// A stranger. Zero: from the frequency of the row's value.
    pub stranger: u64,
    /// A relative with the same given name (father and son).
    pub namesake: u64,
    /// A twin. Zero: from the frequency of the row's value.
    pub twin: u64,
    /// Any other member of the household.
    pub relative: u64,
}

const fn row(person: u64, stranger: u64, namesake: u64, twin: u64, relative: u64) -> Likelihood {
    Likelihood {
        person,
        stranger,
        namesake,
        twin,
        relative,
    }
}

/// Surnames: exact, part, alike, similar, sound, different, missing.
pub const SURNAME: [Likelihood; 7] = [
    row(900_000, 0, 930_000, 930_000, 700_000),
    row(35_000, 0, 30_000, 30_000, 80_000),
    row(20_000, 0, 15_000, 15_000, 10_000),
    row(15_000, 0, 10_000, 10_000, 10_000),
    row(5_000, 4_000, 5_000, 5_000, 5_000),
    row(25_000, 990_000, 10_000, 10_000, 200_000),
    row(MILLION, MILLION, MILLION, MILLION, MILLION),
];

/// First given name: exact, nickname, later, initial, misspelt, similar, sound, different, missing.
/// A twin's name resembles the other's as often as people bear the row's name ([`TWIN_ALIKE`]). That
/// it does and the row's is one that hardly anybody bears, 1 in 2,000 (assumption: twins with names
/// one letter apart are about 1 in 100, and one row in twenty has such a slip).
pub const GIVEN: [Likelihood; 9] = [
    row(860_000, 0, 860_000, 200, 1_500),
    row(50_000, 0, 55_000, 0, 2_500),
    row(10_000, 5_000, 20_000, 5_000, 10_000),
    row(10_000, 80_000, 15_000, 150_000, 90_000),
    row(35_000, 0, 20_000, 500, 300),
    row(10_000, 0, 10_000, 0, 10_000),
    row(5_000, 3_000, 5_000, 0, 6_000),
    row(20_000, 900_000, 15_000, 844_300, 879_700),
    row(MILLION, MILLION, MILLION, MILLION, MILLION),
];

/// How many times as likely as anybody a twin is to bear a name that resembles the other's. Three
/// pairs in ten have names alike in the first two letters (assumption; R. Plank, "Names of Twins",
/// Names 12, 1964, as H. E. Deluzain tells it, "Names and Personal Identity", 1996: 62% begin with the
/// same letter, 17% more sound alike), as one name in thirty has: nine times; twice that, because
/// twins are of one generation and alike names mostly of one sex.
/// The list of twins' names of the Social Security Administration, 2006, has Christian and
/// Christopher in tenth place.
pub const TWIN_ALIKE: u64 = 20;

/// How often a person is called by one certain form of the given name, in millionths: one row in
/// twenty has a form of it, four of five of these the usual one (assumption).
pub const CALLED_SO: u64 = 40_000;

/// How often one certain slip happens to a given name, in millionths: seven names in a hundred are
/// written with a slip, each of the sixty that a name of six letters may have (assumption).
pub const WRITTEN_SO: u64 = 1_200;

/// Later given names: exact, initial, different, missing.
pub const MIDDLE: [Likelihood; 4] = [
    row(750_000, 20_000, 500_000, 30_000, 60_000),
    row(220_000, 80_000, 220_000, 100_000, 100_000),
    row(30_000, 900_000, 280_000, 870_000, 840_000),
    row(MILLION, MILLION, MILLION, MILLION, MILLION),
];

/// Suffix: same, neither, one only, conflict.
pub const SUFFIX: [Likelihood; 4] = [
    row(970_000, 300_000, 30_000, 300_000, 300_000),
    row(MILLION, MILLION, MILLION, MILLION, MILLION),
    row(400_000, 500_000, 900_000, 500_000, 500_000),
    row(30_000, 700_000, 970_000, 700_000, 700_000),
];

/// Date of birth: exact, exchanged, day slip, year slip, generation slip, same year, near,
/// different, missing. A father and son share month and day once in 365 and are then a round number
/// of decades apart once in eight.
pub const BIRTH: [Likelihood; 9] = [
    row(945_000, 45, 100, 960_000, 60),
    row(8_000, 30, 20, 8_000, 30),
    row(18_000, 600, 50, 20_000, 500),
    row(10_000, 250, 10, 8_000, 800),
    row(4_000, 250, 350, 1_000, 300),
    row(7_000, 14_000, 400, 1_000, 5_000),
    row(4_000, 85_000, 1_000, 500, 180_000),
    row(4_000, 900_000, 998_000, 500, 813_000),
    row(MILLION, MILLION, MILLION, MILLION, MILLION),
];

/// TIN: same, different, missing. A stranger's agreement would be a collision of 32 bits or a
/// number shared by fraud; relatives' are numbers copied from the wrong line of a form.
pub const TIN: [Likelihood; 3] = [
    row(960_000, 1, 500, 500, 500),
    row(40_000, 999_999, 999_500, 999_500, 999_500),
    row(MILLION, MILLION, MILLION, MILLION, MILLION),
];

/// Address: on file with unit, without, other unit, near, other ZIP, ZIP, ZIP3, different. The
/// household column is that of people who moved together.
pub const ADDRESS: [Likelihood; 8] = [
    row(250_000, 20, 250_000, 250_000, 250_000),
    row(450_000, 60, 450_000, 450_000, 450_000),
    row(20_000, 200, 20_000, 20_000, 20_000),
    row(60_000, 600, 60_000, 60_000, 60_000),
    row(10_000, 60, 10_000, 10_000, 10_000),
    row(60_000, 2_000, 60_000, 60_000, 60_000),
    row(60_000, 20_000, 60_000, 60_000, 60_000),
    row(90_000, 970_000, 90_000, 90_000, 90_000),
];

/// Name order: straight, exchanged.
pub const ARRANGEMENT: [Likelihood; 2] = [
    row(995_000, 500_000, 995_000, 995_000, 995_000),
    row(5_000, 500_000, 5_000, 5_000, 5_000),
];

/// Share of people asked for who are on file; the rest are absent and counted as if each had family
/// on file (DESIGN.md section 8 gives floors of 10% absent, 60% of them with family).
pub const PRESENT: u64 = 800_000;

/// Absent members of a household, for each kind: namesakes, twins, others (millionths; floors of
/// DESIGN.md section 8: same-named relatives 1%, twins 3% of births).
pub const HOUSEHOLD: [u64; 3] = [30_000, 30_000, 940_000];

/// Least share of people counted for a name, in millionths: an unseen name is not taken for rarer.
pub const RAREST_NAME: u64 = 8;

/// log2 of the people counted, at least, at the levels of greatest weight that a record outside
/// every key read could have, in milli-bits: two people, and twice as many as are expected where
/// the frequencies make more of them likely.
pub const UNSEEN_RIVALS: i64 = 1000;

/// Least weight of a record that may be named, in milli-bits: a thousand to one against strangers,
/// less than any threshold asks. Nobody is compared who could not weigh so much, unless someone does.
pub const LEAST_WEIGHT: i64 = 10_000;

/// Records that weigh at least so many milli-bits less than the heaviest, which may be named, are passed
/// over; each counts as if it weighed the most it could.
pub const PASSED_OVER: i64 = 24_000;

/// Further keys are looked up as long as whoever they could find might weigh more than the heaviest, which
/// may be named, less so many milli-bits. A search not made is counted as if it had found two people of the
/// greatest weight it could, or twice as many as the frequencies of names make likely: 2^-14 of the heaviest
/// at most, beside 2^-10 that the lowest threshold allows.
pub const SEARCHED: i64 = 14_000;

/// So many records found alike that could matter are not compared before the next search, which tells
/// most of them from the person meant at the cost of comparing about as many: after each of the first two
/// searches, and after the others. They live in one building, or bear one name.
pub const CROWDS: [u64; 2] = [20, 1_000];

/// A name is one that hardly anybody bears up to one person in so many.
pub const HARDLY_ANYBODY: u64 = 200_000;

/// The tables in their order, for the digest.
fn tables() -> [(&'static str, &'static [Likelihood]); 8] {
    [
        ("surname", &SURNAME),
        ("given", &GIVEN),
        ("middle", &MIDDLE),
        ("suffix", &SUFFIX),
        ("birth", &BIRTH),
        ("tin", &TIN),
        ("address", &ADDRESS),
        ("arrangement", &ARRANGEMENT),
    ]
}

/// Digest of version and all numbers.
#[must_use]
pub fn model_digest() -> Digest {
    let mut encoder = Encoder::new("countersign/identity-model/v1");
    encoder.text(MODEL_VERSION);
    for (name, table) in tables() {
        encoder.text(name);
        for level in table {
            for number in [
                level.person,
                level.stranger,
                level.namesake,
                level.twin,
                level.relative,
            ] {
                encoder.number(number);
            }
        }
    }
    for number in [
        PRESENT,
        TWIN_ALIKE,
        CALLED_SO,
        WRITTEN_SO,
        RAREST_NAME,
        UNSEEN_RIVALS.unsigned_abs(),
        LEAST_WEIGHT.unsigned_abs(),
        PASSED_OVER.unsigned_abs(),
        SEARCHED.unsigned_abs(),
        HARDLY_ANYBODY,
    ] {
        encoder.number(number);
    }
    for number in HOUSEHOLD.into_iter().chain(CROWDS) {
        encoder.number(number);
    }
    encoder.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn likelihoods_of_the_person_and_the_household_sum_to_one() {
        for (name, table) in tables() {
            let informative = table.iter().filter(|row| row.person < MILLION);
            let sums = informative.fold([0, 0, 0, 0], |[a, b, c, d], row| {
                [
                    a + row.person,
                    b + row.namesake,
                    c + row.twin,
                    d + row.relative,
                ]
            });
            for sum in sums {
                let expected = if name == "suffix" { sum } else { MILLION };
                assert!(sum.abs_diff(expected) <= 26_000, "{name} {sum}");
            }
        }
        assert_eq!(HOUSEHOLD.iter().sum::<u64>(), MILLION);
    }

    #[test]
    fn the_tables_have_a_line_for_each_level() {
        use crate::level::*;
        assert_eq!(SURNAME.len(), SurnameLevel::ALL.len());
        assert_eq!(GIVEN.len(), GivenLevel::ALL.len());
        assert_eq!(MIDDLE.len(), MiddleLevel::ALL.len());
        assert_eq!(SUFFIX.len(), SuffixLevel::ALL.len());
        assert_eq!(BIRTH.len(), BirthLevel::ALL.len());
        assert_eq!(TIN.len(), TinLevel::ALL.len());
        assert_eq!(ADDRESS.len(), AddressLevel::ALL.len());
        assert_eq!(ARRANGEMENT.len(), Arrangement::ALL.len());
    }
}
