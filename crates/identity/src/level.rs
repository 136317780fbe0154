//! How far one field of a row agrees with one field of a record.
//!
//! Place in the flow: compare makes [`Levels`], score weighs them, the transcript keeps them. They
//! say how much agrees, never what was written.
//!
//! Left to others: likelihoods of each level (parameters).

use serde::{Deserialize, Serialize};

macro_rules! levels {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $code:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)*
        }

        impl $name {
            /// All levels, in the order of the likelihood table.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The level as transcripts and waterfalls write it.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),* }
            }
        }
    };
}

levels!(
    /// Surnames against surnames.
    SurnameLevel {
        /// The same surnames, in any order.
        Exact = "exact",
        /// One of two or more surnames is the same.
        Part = "part",
        /// A slip of the pen apart and of one sound, or of the same letters in other words.
        Alike = "alike",
        /// A slip of the pen apart, of another sound.
        Similar = "similar",
        /// Of one sound only.
        Sound = "sound",
        /// None of these.
        Different = "different",
        /// One side states none.
        Missing = "missing",
    }
);

levels!(
    /// First given name against first given name.
    GivenLevel {
        /// The same.
        Exact = "exact",
        /// Forms of one name.
        Nickname = "nickname",
        /// The first of one side is a later given name of the other.
        Later = "later",
        /// One side is an initial and it agrees.
        Initial = "initial",
        /// A slip of the pen apart, and hardly anybody bears the row's name: a misspelling. Not where
        /// vowels at the end are what differs.
        Misspelt = "misspelt",
        /// A slip of the pen apart, and the row's name may be a name of its own.
        Similar = "similar",
        /// Of one sound only.
        Sound = "sound",
        /// None of these.
        Different = "different",
        /// One side states none.
        Missing = "missing",
    }
);

levels!(
    /// Later given names against later given names.
    MiddleLevel {
        /// One in common.
        Exact = "exact",
        /// Initials agree.
        Initial = "initial",
        /// Both sides have some and they disagree.
        Different = "different",
        /// One side states none.
        Missing = "missing",
    }
);

levels!(
    /// Generational suffixes.
    SuffixLevel {
        /// Both state the same.
        Same = "same",
        /// Neither states one.
        Neither = "neither",
        /// One side states one.
        OneOnly = "one-only",
        /// They state different ones.
        Conflict = "conflict",
    }
);

levels!(
    /// Dates of birth.
    BirthLevel {
        /// The same day.
        Exact = "exact",
        /// Month and day exchanged, same year.
        Exchanged = "exchanged",
        /// Same year, one slip in month and day.
        DaySlip = "day-slip",
        /// Same month and day, one slip in the year, 15 years apart at most.
        YearSlip = "year-slip",
        /// Same month and day, one slip in the year, a generation apart.
        GenerationSlip = "generation-slip",
        /// Same year only.
        SameYear = "same-year",
        /// Within three years.
        Near = "near",
        /// Further apart.
        Different = "different",
        /// One side states none.
        Missing = "missing",
    }
);

levels!(
    /// Taxpayer numbers, by their tokens.
    TinLevel {
        /// The same.
        Same = "same",
        /// Different.
        Different = "different",
        /// One side states none.
        Missing = "missing",
    }
);

levels!(
    /// The best of the row's addresses against the best of the record's.
    AddressLevel {
        /// Number, street and ZIP agree, and the unit.
        OnFileUnit = "on-file-unit",
        /// Number, street and ZIP agree; one side or both state no unit.
        OnFile = "on-file",
        /// Number, street and ZIP agree; the units differ.
        OnFileOtherUnit = "on-file-other-unit",
        /// ZIP agrees, and the number or the street or half of it.
        Near = "near",
        /// Number, street and the first three digits of the ZIP agree, the ZIP does not.
        OtherZip = "other-zip",
        /// ZIP agrees.
        Zip5 = "zip5",
        /// The first three digits of the ZIP agree.
        Zip3 = "zip3",
        /// None of these.
        Different = "different",
    }
);

impl AddressLevel {
    /// Whether the row's address is one the record has on file: what a sealed slot opens under.
    #[must_use]
    pub const fn is_on_file(self) -> bool {
        matches!(
            self,
            Self::OnFileUnit | Self::OnFile | Self::OnFileOtherUnit
        )
    }
}

levels!(
    /// Whether given name and surname stand as the record has them.
    Arrangement {
        /// As the record has them.
        Straight = "straight",
        /// Exchanged on the row.
        Exchanged = "exchanged",
    }
);

/// All fields of one row against one record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Levels {
    /// Name order.
    pub arrangement: Arrangement,
    /// Surnames.
    pub surname: SurnameLevel,
    /// First given name.
    pub given: GivenLevel,
    /// Later given names.
    pub middle: MiddleLevel,
    /// Suffix.
    pub suffix: SuffixLevel,
    /// Date of birth.
    pub birth: BirthLevel,
    /// TIN.
    pub tin: TinLevel,
    /// Address.
    pub address: AddressLevel,
}

impl Levels {
    /// The levels as one number: equal levels have equal numbers, and numbers ascend as levels do.
    /// At most 21 bits.
    #[must_use]
    pub const fn number(&self) -> u32 {
        let mut number = self.arrangement as u32;
        number = number << 3 | self.surname as u32;
        number = number << 4 | self.given as u32;
        number = number << 2 | self.middle as u32;
        number = number << 2 | self.suffix as u32;
        number = number << 4 | self.birth as u32;
        number = number << 2 | self.tin as u32;
        number << 3 | self.address as u32
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn levels() -> impl Strategy<Value = Levels> {
        prop::array::uniform8(0_usize..9).prop_map(|[a, b, c, d, e, f, g, h]| Levels {
            arrangement: Arrangement::ALL[a % Arrangement::ALL.len()],
            surname: SurnameLevel::ALL[b % SurnameLevel::ALL.len()],
            given: GivenLevel::ALL[c % GivenLevel::ALL.len()],
            middle: MiddleLevel::ALL[d % MiddleLevel::ALL.len()],
            suffix: SuffixLevel::ALL[e % SuffixLevel::ALL.len()],
            birth: BirthLevel::ALL[f % BirthLevel::ALL.len()],
            tin: TinLevel::ALL[g % TinLevel::ALL.len()],
            address: AddressLevel::ALL[h % AddressLevel::ALL.len()],
        })
    }

    proptest! {
        #[test]
        fn numbers_ascend_as_levels_do(a in levels(), b in levels()) {
            prop_assert_eq!(a.number().cmp(&b.number()), a.cmp(&b));
            prop_assert!(a.number() < 1 << 21);
        }
    }

    #[test]
    fn every_level_has_room_in_the_number() {
        assert!(SurnameLevel::ALL.len() <= 8 && AddressLevel::ALL.len() <= 8);
        assert!(GivenLevel::ALL.len() <= 16 && BirthLevel::ALL.len() <= 16);
        assert!(MiddleLevel::ALL.len() <= 4 && SuffixLevel::ALL.len() <= 4);
        assert!(TinLevel::ALL.len() <= 4 && Arrangement::ALL.len() <= 2);
    }
}
