//! A code for how a surname sounds: the blocking keys' net for spellings.
//!
//! Place in the flow: blocking keys and the `sound` level. Written here and not taken from a
//! library because register files depend on every letter of it (format version in `blocking`).
//! The rules follow Soundex (Russell 1918; NARA 2007) with the merges that English and Spanish
//! spellings of one sound need: PH-F, CK-K-Q-hard C, S-Z-soft C-X, V-B, G-J, Y-I, LL-L; vowels, H
//! is silent, W after the first letter, doubled classes count once, five classes at most.
//!
//! Left to others: weights.

/// Classes kept after the first.
const LENGTH: usize = 5;

/// The class of a letter's sound; `None` for vowels and silent letters.
fn class(letter: u8, next: u8) -> Option<u8> {
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
}

/// A sound as five letters, filled up with zeros.
pub type Sound = [u8; LENGTH];

/// The sound of a folded token: its classes, or `0` where it has no letters.
#[must_use]
pub fn sound_code(token: &str) -> Sound {
    let mut letters = token
        .bytes()
        .filter(u8::is_ascii_uppercase)
        .take(64)
        .peekable();
    let mut code = [0; LENGTH];
    let mut places = code.iter_mut();
    let mut last = 0;
    let mut first = true;
    while let Some(letter) = letters.next() {
        let next = letters.peek().copied().unwrap_or(0);
        let this = match class(letter, next) {
            Some(this) => this,
            None if first && letter != b'H' => b'A',
            None => {
                // H and W join the classes around them; a vowel parts them.
                if !matches!(letter, b'H' | b'W') {
                    last = 0;
                }
                continue;
            }
        };
        if this != last {
            match places.next() {
                Some(place) => *place = this,
                None => return code,
            }
        }
        last = this;
        first = false;
    }
    if let [place @ 0, ..] = &mut code {
        *place = b'0';
    }
    code
}

/// The sound as text, 1 to 5 letters.
#[must_use]
pub fn sound(token: &str) -> String {
    let code = sound_code(token).into_iter();
    code.filter(|letter| *letter != 0).map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

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
