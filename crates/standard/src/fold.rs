//! Text of any script to A–Z, 0–9 and single spaces.
//!
//! Place in the flow: under names and addresses, so that case, accents, punctuation, full-width forms
//! and look-alike letters never make two spellings of one thing.
//!
//! Left to others: what the words mean.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

/// What to do with a word wholly of Cyrillic or Greek letters that all look like Latin ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Script {
    /// Read it as the Latin word it looks like: right for addresses and placeholders.
    LookAlike,
    /// Read it so if Latin letters or digits stand beside it, else transliterate: right for names.
    Context,
}

/// Folds a text: NFKC, look-alike letters to Latin, other scripts transliterated, upper case;
/// everything else than A–Z and 0–9 becomes a single space, none at the ends. Apostrophes vanish
/// (`O'Brien` is `OBRIEN`), and so do invisible characters. Time and memory grow with the length.
#[must_use]
pub fn fold(text: &str) -> String {
    fold_with(text, Script::Context)
}

pub(crate) fn fold_with(text: &str, script: Script) -> String {
    folded(text, script).into_owned()
}

/// As [`fold_with`]; a text that is folded already is returned as it is.
pub(crate) fn folded(text: &str, script: Script) -> Cow<'_, str> {
    if is_folded(text.as_bytes()) {
        return Cow::Borrowed(text);
    }
    let latin = to_ascii(text, script);
    let mut folded = String::with_capacity(latin.len());
    for byte in latin.bytes() {
        if byte.is_ascii_alphanumeric() {
            folded.push(char::from(byte.to_ascii_uppercase()));
        } else if byte != b'\'' && !folded.is_empty() && !folded.ends_with(' ') {
            folded.push(' ');
        }
    }
    folded.truncate(folded.trim_end().len());
    Cow::Owned(folded)
}

/// Whether a text is A–Z, 0–9 and single spaces between them.
fn is_folded(text: &[u8]) -> bool {
    let mut last = b' ';
    let plain = text.iter().all(|&byte| {
        let single = byte != b' ' || last != b' ';
        last = byte;
        single && matches!(byte, b'A'..=b'Z' | b'0'..=b'9' | b' ')
    });
    plain && (last != b' ' || text.is_empty())
}

/// Turns a text into ASCII, keeping punctuation and case. Pure ASCII is returned as it is.
pub(crate) fn to_ascii(text: &str, script: Script) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let composed: Vec<char> = spaced_fractions(text)
        .nfkc()
        .filter(|&c| !is_invisible(c))
        .collect();
    let latin_beside = composed.iter().any(char::is_ascii_alphanumeric);
    let pure_as_latin = script == Script::LookAlike || latin_beside;
    let mut ascii = String::with_capacity(composed.len());
    for word in composed.chunk_by(|a, b| a.is_alphanumeric() == b.is_alphanumeric()) {
        push_word(word, pure_as_latin, &mut ascii);
    }
    Cow::Owned(ascii)
}

/// NFKC would glue `123½` to `1231⁄2`; a space keeps the fraction apart.
fn spaced_fractions(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().flat_map(|c| {
        let fraction = matches!(c, '¼'..='¾' | '⅐'..='⅞');
        fraction.then_some(' ').into_iter().chain(Some(c))
    })
}

/// Zero-width characters, soft hyphens, direction marks and byte order marks.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}' | '\u{34f}' | '\u{180e}')
}

fn push_word(word: &[char], pure_as_latin: bool, ascii: &mut String) {
    let foreign = word.iter().any(|&c| is_foreign(c));
    let mixed = word.iter().any(char::is_ascii_alphanumeric);
    let all_alike = || word.iter().all(|&c| look_alike(c).is_some());
    let as_latin = foreign && (mixed || (pure_as_latin && all_alike()));
    for &c in word {
        match look_alike(c) {
            Some(latin) if as_latin => ascii.push(latin),
            _ => push_character(c, ascii),
        }
    }
}

fn push_character(c: char, ascii: &mut String) {
    match c {
        '’' | '‘' | 'ʼ' | 'ʻ' | '`' | '´' => ascii.push('\''),
        '–' | '—' | '‐' | '‑' | '−' => ascii.push('-'),
        '⁄' => ascii.push('/'),
        c if c.is_whitespace() => ascii.push(' '),
        c if c.is_ascii() => ascii.push(c),
        c => ascii.push_str(deunicode::deunicode_char(c).unwrap_or_default()),
    }
}

/// Whether a letter is Greek or Cyrillic.
fn is_foreign(c: char) -> bool {
    matches!(c, '\u{370}'..='\u{52f}' | '\u{1f00}'..='\u{1fff}')
}

/// The Latin letter a Cyrillic or Greek letter looks like (Unicode TR 39 confusables, the whole-letter
/// ones); upper case suffices, as everything is folded to it.
fn look_alike(c: char) -> Option<char> {
    Some(match c {
        'А' | 'а' | 'Α' | 'α' => 'A',
        'В' | 'Β' | 'β' | 'Ь' | 'ь' => 'B',
        'С' | 'с' | 'Ϲ' | 'ϲ' => 'C',
        'ԁ' | 'Ԁ' => 'D',
        'Е' | 'е' | 'Ε' | 'ε' | 'Ё' | 'ё' => 'E',
        'Ԍ' | 'ԍ' => 'G',
        'Н' | 'н' | 'Η' | 'Һ' | 'һ' => 'H',
        'І' | 'і' | 'Ι' | 'ι' | 'Ї' | 'ї' | 'Ӏ' | 'ӏ' => 'I',
        'Ј' | 'ј' | 'Ϳ' | 'ϳ' => 'J',
        'К' | 'к' | 'Κ' | 'κ' => 'K',
        'М' | 'м' | 'Μ' => 'M',
        'Ν' | 'η' | 'п' => 'N',
        'О' | 'о' | 'Ο' | 'ο' | 'σ' => 'O',
        'Р' | 'р' | 'Ρ' | 'ρ' => 'P',
        'Ԛ' | 'ԛ' => 'Q',
        'г' => 'R',
        'Ѕ' | 'ѕ' => 'S',
        'Т' | 'т' | 'Τ' | 'τ' => 'T',
        'υ' | 'Ս' | 'ս' => 'U',
        'Ѵ' | 'ѵ' | 'ν' => 'V',
        'Ԝ' | 'ԝ' | 'ω' => 'W',
        'Х' | 'х' | 'Χ' | 'χ' => 'X',
        'У' | 'у' | 'Υ' | 'Ү' | 'ү' | 'γ' => 'Y',
        'Ζ' => 'Z',
        c if c.is_ascii_alphanumeric() => c,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(fold(text), expected, "{text}");
    }

    #[test]
    fn spellings_of_one_thing_fold_alike() {
        check("  Peña-Nieto  ", "PENA NIETO");
        check("O'Brien", "OBRIEN");
        check("O’Brien", "OBRIEN");
        check("ＭＡＩＮ　ＳＴ", "MAIN ST");
        check("Dоn't Cаre", "DONT CARE"); // Cyrillic о and а
        check("UΝΚNOWN", "UNKNOWN"); // Greek Ν and Κ
        check("un\u{200b}known\u{ad}", "UNKNOWN");
        check("𝐓𝐞𝐬𝐭", "TEST");
        check("123½ Main", "123 1 2 MAIN");
        check("Łukasz Straße Đặng", "LUKASZ STRASSE DANG");
        check("e\u{301}lan", "ELAN");
        check("...", "");
        check("", "");
    }

    #[test]
    fn names_in_another_script_are_transliterated() {
        check("Вера", "VERA");
        check("Иванов", "IVANOV");
        check("Γεωργίου", "GEORGIOU");
        assert_eq!(fold_with("ХХХХ", Script::LookAlike), "XXXX");
        check("Jose Вера", "JOSE BEPA"); // not mappable whole: see below
    }

    proptest! {
        #[test]
        fn output_is_always_plain_and_folding_twice_changes_nothing(text in "\\PC{0,60}") {
            let folded = fold(&text);
            prop_assert!(folded.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b' '));
            prop_assert!(!folded.starts_with(' ') && !folded.ends_with(' ') && !folded.contains("  "));
            prop_assert_eq!(fold(&folded), folded.clone());
        }
    }
}
