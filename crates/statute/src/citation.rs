//! Citations of the United States Code as offices write them.
//!
//! Place in the flow: the statute column of a row, the order ground and the agreement's list are
//! read into [`Citation`]s here and looked up in the [`crate::book`].
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

    /// Reads a text such as `1227(a)(1)(B)` that leaves out the title.
    #[must_use]
    pub fn parse_in_title(text: &str, title: u8) -> Option<Self> {
        if let Some(citation) = Self::parse(text) {
            return Some(citation);
        }
        let text = bounded(text)?;
        let mut scanner = Scanner(text);
        scanner.section_sign();
        let citation = scanner.place(Act::Title(title))?;
        is_description(scanner.0).then_some(citation)
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

/// Reads one or more citations joined by `;`, `,`, `and`, `&` or a line break, with at most some
/// describing words after the last. `None` where any part is not a citation.
#[must_use]
pub fn parse_all(text: &str) -> Option<Vec<Citation>> {
    let mut scanner = Scanner(bounded(text)?);
    let mut citations = Vec::with_capacity(1);
    loop {
        let act = scanner.act()?;
        scanner.section_sign();
        citations.push(scanner.place(act)?);
        if citations.len() > 8 {
            return None;
        }
        let before = scanner.0;
        let joined = scanner.joint();
        if joined && scanner.0.starts_with(|c: char| c.is_ascii_digit()) || scanner.names_an_act() {
            continue;
        }
        return is_description(before).then_some(citations);
    }
}

fn bounded(text: &str) -> Option<&str> {
    let text = text.trim();
    (!text.is_empty() && text.len() <= MAXIMUM_CITATION_BYTES).then_some(text)
}

/// Whether what follows a citation only describes it: no digit and no bracket that could be a
/// second citation, and no `or`, `to` or `through` that would leave the provision open.
fn is_description(rest: &str) -> bool {
    let mut words = rest.split(|c: char| !c.is_alphanumeric());
    let opens = words.find(|word| !word.is_empty()).is_some_and(|word| {
        ["or", "to", "through", "thru", "et", "and"]
            .iter()
            .any(|open| word.eq_ignore_ascii_case(open))
    });
    !opens && !rest.contains(|c: char| c.is_ascii_digit() || "()[]–§".contains(c) && c != '–')
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
        let good = (1..=5).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric());
        if !good {
            return None;
        }
        self.0 = rest;
        Some(part)
    }

    /// Takes what joins two citations.
    fn joint(&mut self) -> bool {
        let mut joined = false;
        while self.any_word(&[";", ",", "&", "and ", "/", "+"]) {
            joined = true;
        }
        let line = self.0.starts_with(['\n', '\r']);
        self.space();
        joined || line
    }

    fn names_an_act(&self) -> bool {
        Scanner(self.0).act().is_some()
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
            "8 USC 1325, 1326",
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
        let ground = Citation::parse_in_title("1227(a)(1)(B)", 8).unwrap();
        assert_eq!(ground.to_string(), "8 U.S.C. 1227(a)(1)(B)");
    }
}
