//! Citations of the United States Code as offices write them.
//!
//! Place in the flow: the statute column of a row, the order ground and the agreement's list are
//! read into [`Citation`]s here and looked up in the [`crate::book`]. What leaves the provision open
//! (`or`, `through`, `et seq.`) is not read.
//!
//! Left to others: what a provision means (the book), several provisions in one cell
//! ([`crate::reading`]).

use std::fmt;

/// Longest text that is looked at, in bytes.
const MAXIMUM_CITATION_BYTES: usize = 500;

/// A place in the United States Code, or in the Immigration and Nationality Act before it is
/// translated by the book. Parts are compared whatever their case and shown as written.
#[derive(Debug, Clone)]
pub struct Citation {
    act: Act,
    // INVARIANT: section and subsections are 1 to 8 ASCII letters, digits or hyphens each.
    section: String,
    subsections: Vec<String>,
}

/// Which numbering a citation uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// A title of the United States Code, 1 to 54.
    Title(u8),
    /// The Immigration and Nationality Act, by its own sections.
    Immigration,
}

impl Citation {
    /// Reads a text that is one citation and nothing else but describing words without digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let [citation] = parse_all(text)?.try_into().ok()?;
        Some(citation)
    }

    /// The numbering used.
    #[must_use]
    pub const fn act(&self) -> Act {
        self.act
    }

    /// The section without its subsections, `1229a`.
    #[must_use]
    pub fn section(&self) -> &str {
        &self.section
    }

    /// The subsections in order, `a`, `1`, `A`.
    #[must_use]
    pub fn subsections(&self) -> &[String] {
        &self.subsections
    }

    /// Whether `self` lies within `wider`: the same section and all subsections of `wider`.
    #[must_use]
    pub fn is_within(&self, wider: &Self) -> bool {
        self.act == wider.act
            && self.section.eq_ignore_ascii_case(&wider.section)
            && self.subsections.len() >= wider.subsections.len()
            && (self.subsections.iter().zip(&wider.subsections))
                .all(|(ours, theirs)| ours.eq_ignore_ascii_case(theirs))
    }

    /// This citation moved to another section, keeping its subsections.
    #[must_use]
    pub fn moved_to(&self, other: &Self) -> Self {
        let subsections = other.subsections.iter().chain(&self.subsections);
        Self {
            act: other.act,
            section: other.section.clone(),
            subsections: subsections.cloned().collect(),
        }
    }
}

impl PartialEq for Citation {
    fn eq(&self, other: &Self) -> bool {
        self.is_within(other) && other.is_within(self)
    }
}

impl Eq for Citation {}

impl fmt::Display for Citation {
    /// `8 U.S.C. 1253(a)(1)(A)`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.act {
            Act::Title(title) => write!(formatter, "{title} U.S.C. {}", self.section)?,
            Act::Immigration => write!(formatter, "INA {}", self.section)?,
        }
        self.subsections
            .iter()
            .try_for_each(|part| write!(formatter, "({part})"))
    }
}

/// Citations with the words that describe them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cited<'a> {
    /// At least one, at most eight.
    pub citations: Vec<Citation>,
    /// What stands after the last, often nothing.
    pub description: &'a str,
}

/// Reads one or more citations joined by `;`, `,`, `/`, `and`, `&` or a line break, with at most some
/// describing words after the last. After a joint a section alone repeats the title, and a subsection
/// alone the section: `8 U.S.C. §§ 1325(a), 1326(a) and (b)(2)`. A citation in brackets counts as one
/// more. `None` where any part is not a citation.
#[must_use]
pub fn parse_all(text: &str) -> Option<Vec<Citation>> {
    Some(read(text, None)?.citations)
}

/// Reads as [`parse_all`] does where a section without a title is one of `title`: `1227(a)(1)(B)`.
#[must_use]
pub fn parse_in_title(text: &str, title: u8) -> Option<Cited<'_>> {
    read(text, Some(Act::Title(title)))
}

fn read(text: &str, untitled: Option<Act>) -> Option<Cited<'_>> {
    let mut scanner = Scanner(bounded(text)?);
    scanner.lead();
    let mut citations: Vec<Citation> = Vec::with_capacity(1);
    citations.push(scanner.titled().or_else(|| scanner.in_act(untitled?))?);
    loop {
        let before = scanner.0;
        let Some(next) = scanner.next_after(citations.last()?) else {
            return is_description(before).then_some(Cited {
                citations,
                description: before,
            });
        };
        citations.push(next);
        if citations.len() > 8 {
            return None;
        }
    }
}

fn bounded(text: &str) -> Option<&str> {
    let text = text.trim();
    (!text.is_empty() && text.len() <= MAXIMUM_CITATION_BYTES).then_some(text)
}

/// Whether what follows a citation only describes it: no digit, no bracket that could be a subsection,
/// and no `or`, `to` or `through` that would leave the provision open.
fn is_description(rest: &str) -> bool {
    let mut words = rest.split(|c: char| !c.is_alphanumeric());
    let opens = words.find(|word| !word.is_empty()).is_some_and(|word| {
        ["or", "to", "through", "thru", "et", "and"]
            .iter()
            .any(|open| word.eq_ignore_ascii_case(open))
    });
    let marks = |c: char| c.is_ascii_digit() || "[]§".contains(c);
    !opens && !rest.starts_with('(') && !rest.contains(marks) && are_words_bracketed(rest)
}

/// Whether each bracket closes and holds a word of at least four letters.
fn are_words_bracketed(rest: &str) -> bool {
    let mut rest = rest;
    while let Some((before, after)) = rest.split_once('(') {
        let Some((inner, tail)) = after.split_once(')') else {
            return false;
        };
        let mut words = inner.split(|c: char| !c.is_alphabetic());
        if before.contains(')') || inner.contains('(') || !words.any(|word| word.len() >= 4) {
            return false;
        }
        rest = tail;
    }
    !rest.contains(')')
}

/// What is left of the text; each method takes something off its front.
struct Scanner<'a>(&'a str);

impl<'a> Scanner<'a> {
    fn space(&mut self) {
        self.0 = self
            .0
            .trim_start_matches(|c: char| c.is_whitespace() || c == '\u{a0}');
    }

    /// Takes a word off, whatever its case, if it stands there.
    fn word(&mut self, word: &str) -> bool {
        self.space();
        let Some((head, tail)) = self.0.split_at_checked(word.len()) else {
            return false;
        };
        let found = head.eq_ignore_ascii_case(word);
        if found {
            self.0 = tail;
        }
        found
    }

    fn any_word(&mut self, words: &[&str]) -> bool {
        words.iter().any(|word| self.word(word))
    }

    /// Takes `violation of`.
    fn lead(&mut self) {
        let _ = self.any_word(&[
            "in violation of ",
            "violations of ",
            "violation of ",
            "violating ",
        ]);
    }

    /// Takes a citation that names its numbering before or after: `8 U.S.C. 1326(a)`, `section 276(a)
    /// of the INA`.
    fn titled(&mut self) -> Option<Citation> {
        let start = self.0;
        if let Some(act) = self.act() {
            self.section_sign();
            return self.place(act);
        }
        self.0 = start;
        self.section_sign();
        let citation = self.place(Act::Immigration);
        if citation.is_some() && self.of_the_act() {
            return citation;
        }
        self.0 = start;
        None
    }

    /// Takes a place of a numbering that is not named.
    fn in_act(&mut self, act: Act) -> Option<Citation> {
        self.section_sign();
        self.place(act)
    }

    /// Takes `of the INA`, `of the Act`.
    fn of_the_act(&mut self) -> bool {
        let of = self.any_word(&["of the ", "of "]);
        let _ = self.word(",");
        let named = self.any_word(&["immigration and nationality act", "i.n.a.", "ina"]);
        let ends = |rest: &str| !rest.starts_with(|c: char| c.is_alphanumeric());
        (named || of && self.word("act")) && ends(self.0)
    }

    /// Takes a joint and what it joins to the citation before it, or nothing at all.
    fn next_after(&mut self, last: &Citation) -> Option<Citation> {
        let start = self.0;
        let next = self.joined_to(last);
        if next.is_none() {
            self.0 = start;
        }
        next
    }

    fn joined_to(&mut self, last: &Citation) -> Option<Citation> {
        if let Some(inner) = self.0.trim_start().strip_prefix('(') {
            let mut bracket = Scanner(inner);
            if let Some(citation) = bracket.titled() {
                self.0 = bracket.0.trim_start().strip_prefix(')')?;
                return Some(citation);
            }
        }
        let joined = self.joint();
        if let Some(citation) = self.titled() {
            return Some(citation);
        }
        if !joined {
            return None;
        }
        self.section_sign();
        if self.0.trim_start().starts_with('(') {
            return self.beside(last);
        }
        self.place(last.act)
    }

    /// Takes subsections alone, and puts them where the citation before has one of their kind: `(B)`
    /// after `1253(a)(1)(A)` is `1253(a)(1)(B)`, `(b)(2)` after `1326(a)` is `1326(b)(2)`.
    fn beside(&mut self, last: &Citation) -> Option<Citation> {
        let first = self.subsection()?;
        let same = |part: &String| kind(part) == kind(first);
        let depth = match last.subsections.as_slice() {
            [_, _, _, .., end] if is_roman(end) && is_roman(first) => {
                last.subsections.len().saturating_sub(1)
            }
            parts => parts.iter().rposition(same)?,
        };
        let mut subsections = last.subsections.get(..depth)?.to_vec();
        subsections.push(first.to_owned());
        while let Some(part) = self.subsection() {
            subsections.push(part.to_owned());
        }
        (subsections.len() <= 8).then(|| Citation {
            act: last.act,
            section: last.section.clone(),
            subsections,
        })
    }

    /// Takes `8 U.S.C.`, `Title 8,`, `8 United States Code`, `18 USC`, `INA`.
    fn act(&mut self) -> Option<Act> {
        if self.any_word(&["immigration and nationality act", "i.n.a.", "ina"]) {
            return Some(Act::Immigration);
        }
        let titled = self.any_word(&["title", "tit."]);
        self.space();
        let digits = self.0.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = self.0.split_at_checked(digits)?;
        let title: u8 = number
            .parse()
            .ok()
            .filter(|title| (1..=54).contains(title))?;
        self.0 = rest;
        let coded = self.code_name();
        (titled || coded).then_some(Act::Title(title))
    }

    /// Takes `U.S.C.`, `USC`, `U.S. Code`, `of the United States Code`, with a comma around it.
    fn code_name(&mut self) -> bool {
        self.word(",");
        self.any_word(&["of the", "of"]);
        let coded = self.any_word(&[
            "united states code",
            "u. s. c.",
            "u.s.c.a.",
            "u.s.c.",
            "u.s.c",
            "u.s. code",
            "us code",
            "u s c",
            "usca",
            "usc",
        ]);
        self.any_word(&[",", "."]);
        coded
    }

    /// Takes `§`, `§§`, `section`, `sec.`.
    fn section_sign(&mut self) {
        while self.any_word(&["§", "sections", "section", "secs.", "sec.", "sec", "s."]) {}
    }

    /// Takes `1253(a)(1)(A)`.
    fn place(&mut self, act: Act) -> Option<Citation> {
        self.space();
        let digits = self.0.bytes().take_while(u8::is_ascii_digit).count();
        let letters = self
            .0
            .bytes()
            .skip(digits)
            .take_while(u8::is_ascii_alphabetic)
            .count();
        let letters = if letters <= 2 { letters } else { 0 };
        let (section, rest) = self.0.split_at_checked(digits + letters)?;
        if !(1..=5).contains(&digits) || rest.starts_with(|c: char| c.is_alphanumeric()) {
            return None;
        }
        self.0 = rest;
        let mut subsections = Vec::with_capacity(4);
        while let Some(part) = self.subsection() {
            subsections.push(part.to_owned());
        }
        (subsections.len() <= 8).then(|| Citation {
            act,
            section: section.to_owned(),
            subsections,
        })
    }

    /// Takes `(a)`, `( 1 )`.
    fn subsection(&mut self) -> Option<&'a str> {
        let inner = self.0.trim_start().strip_prefix('(')?;
        let (part, rest) = inner.split_once(')')?;
        let part = part.trim();
        kind(part)?;
        self.0 = rest;
        Some(part)
    }

    /// Takes what joins two citations.
    fn joint(&mut self) -> bool {
        let line = |scanner: &Self| scanner.0.trim_start_matches(' ').starts_with(['\n', '\r']);
        let mut joined = line(self);
        while self.any_word(&[";", ",", "&", "and ", "/", "+"]) {
            joined = true;
        }
        joined |= line(self);
        self.space();
        joined
    }
}

/// What a subsection is numbered by.
#[derive(Debug, PartialEq, Eq)]
enum Kind {
    Digits,
    Small,
    Large,
    Roman,
}

/// Whether a subsection may be a Roman number, or the letter `i`, `v` or `x`.
fn is_roman(part: &str) -> bool {
    part.bytes().all(|byte| b"ivxIVX".contains(&byte))
}

/// The kind of a subsection; `None` for what numbers nothing. A lone `i`, `v` or `x` is a letter.
fn kind(part: &str) -> Option<Kind> {
    let bytes = part.as_bytes();
    let all = |is: fn(&u8) -> bool| bytes.iter().all(is);
    match bytes {
        [] => None,
        _ if all(u8::is_ascii_digit) => (bytes.len() <= 2).then_some(Kind::Digits),
        [b'a'..=b'z'] => Some(Kind::Small),
        [b'A'..=b'Z'] => Some(Kind::Large),
        _ if bytes.len() <= 5 && is_roman(part) => Some(Kind::Roman),
        [a, b] if a == b && a.is_ascii_alphabetic() => Some(Kind::Large),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let shown = parse_all(text).map_or("-".to_owned(), |citations| {
            let shown: Vec<String> = citations.iter().map(ToString::to_string).collect();
            shown.join("; ")
        });
        assert_eq!(shown, expected, "{text}");
    }

    #[test]
    fn citations_as_offices_write_them() {
        for text in [
            "8 U.S.C. 1253(a)(1)(A)",
            "8 USC 1253(a)(1)(A)",
            "8 U.S.C. § 1253(a)(1)(A)",
            "8 U.S.C. §§ 1253 (a) (1) (A)",
            "8USC1253(a)(1)(A)",
            "Title 8, section 1253(a)(1)(A)",
            "title 8 of the United States Code, Section 1253(a)(1)(A)",
            "Title 8 U.S.C. Sec. 1253(a)(1)(A)",
            "8 U.S. Code § 1253( a )(1)(A)",
            " 8 u.s.c. 1253(a)(1)(A) - failure to depart",
            "8 U.S.C.\u{a0}§\u{a0}1253(a)(1)(A)",
        ] {
            check(text, "8 U.S.C. 1253(a)(1)(A)");
        }
        check("18 USC 1546", "18 U.S.C. 1546");
        check("8 USC 1229a", "8 U.S.C. 1229a");
        check("8 U.S.C. 1324d(a)", "8 U.S.C. 1324d(a)");
        check("INA § 243(a)(1)(A)", "INA 243(a)(1)(A)");
    }

    #[test]
    fn several_in_one_cell() {
        let two = "8 U.S.C. 1326(a); 18 U.S.C. 911";
        check("8 USC 1326(a); 18 USC 911", two);
        check("8 USC 1326(a) and 18 USC 911", two);
        check("8 USC 1326(a), 18 USC 911", two);
        check("8 USC 1326(a)\n18 USC 911", two);
        check("8 USC 1326(a) 18 USC 911 false claim", two);
    }

    /// A joint repeats what is left out; brackets and words describe.
    #[test]
    fn what_is_left_out_is_repeated() {
        let both = "8 U.S.C. 1326(a); 8 U.S.C. 1326(b)(2)";
        check("8 U.S.C. § 1326(a) and (b)(2)", both);
        check("8 U.S.C. § 1326(a), (b)(2)", both);
        check("8 U.S.C. § 1326(a)/(b)(2)", both);
        check(
            "Title 8, United States Code, Sections 1326(a) and 1326(b)(2)",
            both,
        );
        check("8 USC 1326(a)/(b)", "8 U.S.C. 1326(a); 8 U.S.C. 1326(b)");
        let two = "8 U.S.C. 1325(a); 8 U.S.C. 1326(a)";
        check("8 U.S.C. §§ 1325(a), 1326(a)", two);
        check("8 USC 1325(a) & § 1326(a)", two);
        check("8 USC 1325(a)\n1326(a)", two);
        let three = "18 U.S.C. 911; 18 U.S.C. 1015(a)";
        check("18 U.S.C. §§ 911 and 1015(a)", three);
        check("8 USC 1325, 1326", "8 U.S.C. 1325; 8 U.S.C. 1326");
        check(
            "8 USC 1326(a), and 18 USC 2",
            "8 U.S.C. 1326(a); 18 U.S.C. 2",
        );
    }

    #[test]
    fn subsections_alone_stand_beside_their_kind() {
        let limbs = "8 U.S.C. 1253(a)(1)(A); 8 U.S.C. 1253(a)(1)(B)";
        check("8 U.S.C. 1253(a)(1)(A) and (B)", limbs);
        check("8 U.S.C. 1253(a)(1)(A), (1)(B)", limbs);
        check("8 USC 1253(a)(1)(A), (a)(1)(B)", limbs);
        let breach = "8 U.S.C. 1253(a)(1)(A); 8 U.S.C. 1253(b)";
        check("8 USC 1253(a)(1)(A) and (b)", breach);
        let grounds = "8 U.S.C. 1227(a)(2)(A)(ii); 8 U.S.C. 1227(a)(2)(A)(iii)";
        check("8 USC 1227(a)(2)(A)(ii), (iii)", grounds);
        let grounds = "8 U.S.C. 1227(a)(2)(A)(i); 8 U.S.C. 1227(a)(2)(A)(iii)";
        check("8 USC 1227(a)(2)(A)(i), (iii)", grounds);
        let grounds = "8 U.S.C. 1227(a)(2)(A)(iii); 8 U.S.C. 1227(a)(2)(A)(i)";
        check("8 USC 1227(a)(2)(A)(iii), (i)", grounds);
        check(
            "8 USC 1(h)(1)(x), (i)",
            "8 U.S.C. 1(h)(1)(x); 8 U.S.C. 1(h)(1)(i)",
        );
        check(
            "8 USC 1(h)(1)(A)(y), (x)",
            "8 U.S.C. 1(h)(1)(A)(y); 8 U.S.C. 1(h)(1)(A)(x)",
        );
        check("8 USC 1(h), (i)", "8 U.S.C. 1(h); 8 U.S.C. 1(i)");
        for none in [
            "8 USC 1326(a) and (2)",
            "8 USC 1326 and (a)",
            "8 USC 1325(a), (B)",
            "8 USC 1325(a), (b)(1)(A)(i)(I)(aa)(bb)(cc)(dd)",
        ] {
            check(none, "-");
        }
    }

    #[test]
    fn words_describe() {
        for text in [
            "8 U.S.C. 1326(a) (illegal re-entry)",
            "8 USC 1326(a) (re-entry), a felony (Class E, felony)",
            "violation of 8 U.S.C. § 1326(a)",
            "Violations of 8 U.S.C. § 1326(a)",
            "in violation of 8 USC 1326(a).",
            "8 U.S.C. 1326(a);",
            "8 U.S.C. 1326(a), re-entry",
        ] {
            check(text, "8 U.S.C. 1326(a)");
        }
        check("8 U.S.C. 1325(a) (entry)", "8 U.S.C. 1325(a)");
        let same = "8 U.S.C. 1326(a); INA 276(a)";
        check("8 U.S.C. § 1326(a) (INA § 276(a))", same);
        check("8 U.S.C. § 1326(a), INA 276(a)", same);
        check("8 U.S.C. § 1326(a) (section 276(a) of the Act)", same);
        for text in [
            "Section 276(a) of the INA",
            "Section 276(a) of the Immigration and Nationality Act",
            "§ 276(a) INA",
            "§ 276(a) of the Act",
        ] {
            check(text, "INA 276(a)");
        }
        for open in [
            "8 USC 1326(a) (b or c)",
            "8 USC 1326(a) (entry",
            "8 USC 1326(a) entry)",
            "8 USC 1326(a) ) (entry",
            "8 USC 1326(a) (entry (b))",
            "8 USC 1326(a) (the (entry)",
            "8 USC 1326(a) (INA 276(a)",
            "8 USC 1326(a)(entry)",
            "8 USC 1326(a) [b]",
            "8 USC 1326(a) § b",
            "8 USC 1326(a) and others",
            "276(a)",
            "276(a) act",
            "276(a), act",
            "276(a), inadmissible",
            "276(a) of the action",
            "violation of the law",
        ] {
            check(open, "-");
        }
    }

    #[test]
    fn a_title_may_be_understood() {
        let shown = |text| {
            let cited = parse_in_title(text, 8)?;
            let citations = cited.citations.iter().map(ToString::to_string);
            Some((citations.collect::<Vec<_>>().join("; "), cited.description))
        };
        let one = "8 U.S.C. 1227(a)(1)(B)".to_owned();
        assert_eq!(shown("1227(a)(1)(B)"), Some((one.clone(), "")));
        assert_eq!(shown("§ 1227(a)(1)(B)"), Some((one.clone(), "")));
        let described = Some((one, ", overstay"));
        assert_eq!(shown("1227(a)(1)(B), overstay"), described);
        for text in [
            "1227(a)(1)(B), inadmissible",
            "1227(a)(1)(B) of the action",
            "1227(a)(1)(B), act of entry",
        ] {
            let read = shown(text).map(|(citation, _)| citation);
            assert_eq!(read.as_deref(), Some("8 U.S.C. 1227(a)(1)(B)"), "{text}");
        }
        let ours = Some(("INA 237(a)(1)(B)".to_owned(), ""));
        assert_eq!(shown("237(a)(1)(B) of the INA"), ours);
        assert_eq!(shown("overstay"), None);
    }

    #[test]
    fn what_leaves_the_provision_open_is_not_read() {
        for text in [
            "",
            "1253(a)(1)(A)",
            "immigration law",
            "8 USC",
            "8 USC 1253(a)(1)(A)-(D)",
            "8 USC 1253(a) or (b)",
            "8 USC 1253 through 1255",
            "8 USC 1253 et seq.",
            "99 USC 1",
            "8 USC 12531253",
            "8 CFR 1241.1",
            "8 USC 1253(a)(1)(abcdef)",
        ] {
            check(text, "-");
        }
        check(&"8 USC 911; ".repeat(60), "-");
    }

    #[test]
    fn within_is_by_part_and_whatever_the_case() {
        let parse = |text| Citation::parse(text).unwrap();
        assert!(parse("8 USC 1253(A)(1)(a)").is_within(&parse("8 USC 1253(a)")));
        assert!(!parse("8 USC 1253(a)").is_within(&parse("8 USC 1253(a)(1)")));
        assert!(!parse("18 USC 1253(a)").is_within(&parse("8 USC 1253(a)")));
        assert!(!parse("8 USC 1229a").is_within(&parse("8 USC 1229")));
        assert_eq!(parse("8 usc 1253(A)"), parse("Title 8, section 1253(a)"));
    }
}
