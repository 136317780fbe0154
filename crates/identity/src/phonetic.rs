//! A code for how a surname sounds: the blocking keys' net for spellings.
//!
//! Place in the flow: blocking keys and the `sound` level. Written here and not taken from a
//! library because register files depend on every letter of it (format version in `blocking`).
//! The rules follow Soundex (Russell 1918; NARA 2007) with the merges that English and Spanish
//! spellings of one sound need: PH-F, CK-K-Q-hard C, S-Z-soft C-X, V-B, G-J, Y-I, LL-L; vowels, H
//! is silent, W after the first letter, doubled classes count once, five classes at most.
//!
//! Left to others: weights.

/// Classes kept.
const LENGTH: usize = 5;

/// Letters looked at. Single words are cut to fewer; surnames written as one may have more.
const LETTERS: usize = 64;

/// In [`CLASSES`]: the next letter decides.
const NEXT: u8 = 1;

/// The class of each letter's sound, by the last five bits of the letter; 0 for vowels and silent
/// letters.
const CLASSES: [u8; 32] = *b"\0\0B\x01T\0B\x01\0\0JKLNN\0\x01KRST\0B\0S\0S\0\0\0\0\0";

/// The class of a letter's sound; 0 for vowels and silent letters.
fn class(letter: u8, next: u8) -> u8 {
    let class = CLASSES
        .get(usize::from(letter & 31))
        .copied()
        .unwrap_or_default();
    match (class, letter) {
        (NEXT, b'P') if next == b'H' => b'B',
        (NEXT, b'P') => b'P',
        (NEXT, b'C') if matches!(next, b'E' | b'I' | b'Y') => b'S',
        (NEXT, b'C') => b'K',
        (NEXT, _) if next == b'H' => 0,
        (NEXT, _) => b'J',
        _ => class,
    }
}

/// A sound as five letters, filled up with zeros.
pub type Sound = [u8; LENGTH];

/// Gives the classes of a token's sound, one after the other, for as long as more are wanted.
fn each_class(token: &str, mut wants_more: impl FnMut(u8) -> bool) {
    let mut letters = token.bytes().filter(u8::is_ascii_uppercase).take(LETTERS);
    let (mut last, mut is_first) = (0, true);
    let mut following = letters.next();
    while let Some(letter) = following {
        following = letters.next();
        let this = match class(letter, following.unwrap_or(0)) {
            0 if is_first && letter != b'H' => b'A',
            0 => {
                // H and W join the classes around them; a vowel parts them.
                if !matches!(letter, b'H' | b'W') {
                    last = 0;
                }
                continue;
            }
            this => this,
        };
        is_first = false;
        if std::mem::replace(&mut last, this) != this && !wants_more(this) {
            return;
        }
    }
}

/// The sound of a folded token: its classes, or `0` where it has no letters.
#[must_use]
pub fn sound_code(token: &str) -> Sound {
    let mut code = [0; LENGTH];
    let mut places = code.iter_mut();
    each_class(token, |class| {
        if let Some(place) = places.next() {
            *place = class;
        }
        places.len() > 0
    });
    if let [place @ 0, ..] = &mut code {
        *place = b'0';
    }
    code
}

/// Whether a token has this sound; most that do not are known by their first letter.
#[must_use]
pub fn has_sound(token: &str, sound: &Sound) -> bool {
    let classes: &[u8] = match sound {
        [b'0', ..] => &[],
        classes => classes,
    };
    let mut expected = classes.iter();
    let mut is_alike = true;
    each_class(token, |class| {
        is_alike = expected.next() == Some(&class);
        is_alike && expected.len() > 0
    });
    is_alike && expected.next().is_none_or(|class| *class == 0)
}

/// The sound as text, 1 to 5 letters.
#[must_use]
pub fn sound(token: &str) -> String {
    let code = sound_code(token).into_iter();
    code.filter(|letter| *letter != 0).map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The code written letter by letter: what [`sound_code`] must give for ever.
    fn oracle(token: &str) -> Sound {
        let plain = |letter: u8, next: u8| {
            Some(match letter {
                b'B' | b'V' | b'F' => b'B',
                b'P' if next == b'H' => b'B',
                b'P' => b'P',
                b'C' if matches!(next, b'E' | b'I' | b'Y') => b'S',
                b'C' | b'K' | b'Q' => b'K',
                b'S' | b'Z' | b'X' => b'S',
                b'G' if next == b'H' => return None,
                b'G' | b'J' => b'J',
                b'D' | b'T' => b'T',
                b'L' => b'L',
                b'M' | b'N' => b'N',
                b'R' => b'R',
                _ => return None,
            })
        };
        let letters = token.bytes().filter(u8::is_ascii_uppercase);
        let letters: Vec<u8> = letters.take(64).collect();
        let mut code: Vec<u8> = Vec::new();
        let (mut last, mut first) = (0, true);
        for (place, letter) in letters.iter().enumerate() {
            let next = letters.get(place + 1).copied().unwrap_or(0);
            let this = match plain(*letter, next) {
                Some(this) => this,
                None if first && *letter != b'H' => b'A',
                None => {
                    if !matches!(letter, b'H' | b'W') {
                        last = 0;
                    }
                    continue;
                }
            };
            if this != last {
                code.push(this);
            }
            (last, first) = (this, false);
        }
        if code.is_empty() {
            code.push(b'0');
        }
        code.resize(LENGTH, 0);
        code.try_into().unwrap()
    }

    proptest! {
        #[test]
        fn the_table_is_the_rules(token in "[A-Z 1]{0,12}", other in "[A-Z]{0,6}") {
            prop_assert_eq!(sound_code(&token), oracle(&token));
            prop_assert_eq!(has_sound(&other, &oracle(&token)), oracle(&other) == oracle(&token));
            prop_assert!(has_sound(&token, &sound_code(&token)));
        }
    }

    #[test]
    fn letters_beyond_the_last_looked_at_have_no_sound() {
        for vowels in 60..68 {
            for end in ["P", "PH", "BPH", "CE"] {
                let token = "A".repeat(vowels) + end;
                assert_eq!(sound_code(&token), oracle(&token), "{vowels} {end}");
            }
        }
    }

    #[test]
    fn spellings_of_one_sound_agree() {
        for (a, b) in [
            ("GONZALEZ", "GONZALES"),
            ("HERNANDEZ", "ERNANDEZ"),
            ("PHILLIPS", "FILIPS"),
            ("SMITH", "SMYTH"),
            ("CATHERINE", "KATHRYN"),
            ("VASQUEZ", "BASQUEZ"),
            ("JIMENEZ", "GIMENES"),
            ("THOMPSON", "TOMPSON"),
        ] {
            assert_eq!(sound(a), sound(b), "{a} {b}");
        }
        assert_eq!(sound(""), "0");
        assert_eq!(sound("123"), "0");
    }

    #[test]
    fn other_names_sound_otherwise() {
        for (a, b) in [("SMITH", "JONES"), ("GARCIA", "LOPEZ"), ("LEE", "LI N")] {
            assert_ne!(sound(a), sound(b), "{a} {b}");
        }
    }
}
