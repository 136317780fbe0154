//! The statute book: which provisions a row may name, and what each needs.
//!
//! Place in the flow: parsed once from `policies/statutes.toml`, which is part of the program; its
//! digest stands in the authority note and in every decision made under it.
//!
//! Left to others: the tests its entries name ([`crate::rule`]), which of its provisions an
//! agreement allows (the agreement).

use std::sync::OnceLock;

use model::{
    column::Column,
    digest::Digest,
    fault::{Explain, Fault},
    time::{Date, parse_date},
};
use serde::Deserialize;
use thiserror::Error;

use crate::citation::{Act, Citation};

const EMBEDDED: &str = include_str!("../../../policies/statutes.toml");

/// Which side of 26 U.S.C. 6103(i)(2)(A)'s line a provision stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Line {
    /// A Federal criminal statute.
    Criminal,
    /// Civil: listed so that a row naming it is told why it does not qualify.
    Civil,
}

/// How far an entry was verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Certainty {
    /// Read in the United States Code of April 2023; to be verified again before production.
    #[serde(rename = "us-code-2023-04")]
    CodeOfApril2023,
    /// Not checked against a source.
    FromMemory,
}

/// What the columns of a row can contradict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ElementTest {
    /// More than 90 days since the final order.
    NinetyDays,
    /// The order rests on a class of 8 U.S.C. 1227(a).
    OrderGround,
    /// The order is final on a basis of 8 CFR 1241.1.
    OrderFinal,
    /// No judicial review is pending.
    ReviewEnded,
    /// No stay or relief is stated.
    NoStay,
    /// An earlier order lies before the act.
    PriorOrder,
    /// The order was outstanding on the day of the act.
    OutstandingOrder,
    /// Supervision had begun, which follows the 90 days after the order.
    Supervision,
}

/// A limitation period; it gives a question, never a refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limitation {
    /// Years, 5 or 10.
    pub years: u8,
    /// The column the period runs from.
    pub from: Column,
    /// The section that sets it.
    pub citation: String,
}

/// One provision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provision {
    /// Where it stands. Longer citations lie within it.
    pub citation: Citation,
    /// The paragraphs that follow its citation, where the book lists them; a longer citation has to
    /// go on with one of them.
    pub paragraphs: Option<Vec<String>>,
    /// Whether the section cited as a whole names this offence, or another that asks the same.
    pub whole_section: bool,
    /// What it punishes or provides, in a few words.
    pub title: String,
    /// Criminal or civil.
    pub line: Line,
    /// Most that can be imposed, in words.
    pub maximum_penalty: String,
    /// First day in force.
    pub in_force_from: Date,
    /// The enactment that the first day comes from, and how far that was verified.
    pub in_force_source: String,
    /// Last day in force, if it ended.
    pub in_force_until: Option<Date>,
    /// Where the entry comes from.
    pub source: String,
    /// How far it was verified.
    pub certainty: Certainty,
    /// Columns that must be filled.
    pub required: Vec<Column>,
    /// Tests of those columns.
    pub tests: Vec<ElementTest>,
    /// Limitation period, if one applies.
    pub limitation: Option<Limitation>,
    /// Age in years below which the offence cannot be complete.
    pub minimum_age: Option<u8>,
    /// Notes for people.
    pub notes: String,
}

impl Provision {
    /// Whether the provision is in force on `day`.
    #[must_use]
    pub fn is_in_force(&self, day: Date) -> bool {
        self.in_force_from <= day && self.in_force_until.is_none_or(|until| day <= until)
    }

    /// Whether it asks the same of a row as another: columns, tests, limitation, age, days in force.
    fn asks_as(&self, other: &Self) -> bool {
        let asked = |p: &Self| {
            (
                p.required.clone(),
                p.tests.clone(),
                p.limitation.clone(),
                p.minimum_age,
                (p.in_force_from, p.in_force_until),
            )
        };
        asked(self) == asked(other)
    }

    /// Whether a citation within it goes on with one of its paragraphs, or stops.
    fn holds(&self, citation: &Citation) -> bool {
        let depth = self.citation.subsections().len();
        let Some((next, listed)) = citation
            .subsections()
            .get(depth)
            .zip(self.paragraphs.as_ref())
        else {
            return true;
        };
        listed.iter().any(|part| part.eq_ignore_ascii_case(next))
    }

    /// Whether its elements are tested by `test`.
    #[must_use]
    pub fn has_test(&self, test: ElementTest) -> bool {
        self.tests.contains(&test)
    }
}

/// Why a text is not a statute book. The fault of whoever wrote the file.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BookError {
    /// Not TOML, or not the keys a book has.
    #[error("the statute book cannot be read: {what}")]
    Form {
        /// What the reader of TOML said, on one line.
        what: String,
    },
    /// A value of one provision does not read.
    #[error("provision {number} of the statute book: `{key}` does not read")]
    Value {
        /// Which provision, counted from 1.
        number: usize,
        /// Its key.
        key: &'static str,
    },
    /// Two entries for one citation.
    #[error("the statute book lists `{citation}` twice")]
    Twice {
        /// The citation.
        citation: String,
    },
}

impl Explain for BookError {
    fn fault(&self) -> Fault {
        Fault::Input
    }
}

/// What the book says of a citation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listing<'b> {
    /// It lies within a listed criminal provision.
    Criminal(&'b Provision),
    /// It lies within a listed civil provision.
    Civil(&'b Provision),
    /// It is too wide: listed provisions lie within it, and it within none.
    TooWide,
    /// It is a provision of title 26.
    Tax,
    /// It is in no way listed.
    Unlisted,
}

/// The statute book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatuteBook {
    version: String,
    digest: Digest,
    provisions: Vec<Provision>,
    codified: Vec<(String, Citation)>,
}

/// The book this program was built with.
///
/// A book that did not read would be empty: it lists no provision, so no row could be admitted. A
/// test holds the embedded book to reading in full.
#[must_use]
pub fn statute_book() -> &'static StatuteBook {
    static BOOK: OnceLock<StatuteBook> = OnceLock::new();
    BOOK.get_or_init(|| {
        StatuteBook::parse(EMBEDDED).unwrap_or_else(|_| StatuteBook {
            version: String::new(),
            digest: Digest::of(EMBEDDED.as_bytes()),
            provisions: Vec::new(),
            codified: Vec::new(),
        })
    })
}

impl StatuteBook {
    /// Reads a book.
    ///
    /// # Errors
    /// [`BookError`], naming the provision and the key.
    pub fn parse(text: &str) -> Result<Self, BookError> {
        let file: BookFile = toml::from_str(text).map_err(|error| BookError::Form {
            what: error.message().replace('\n', " "),
        })?;
        let mut provisions: Vec<Provision> = Vec::with_capacity(file.provision.len());
        for (index, entry) in file.provision.into_iter().enumerate() {
            let provision = entry.read(index + 1)?;
            if provisions
                .iter()
                .any(|other| other.citation == provision.citation)
            {
                let citation = provision.citation.to_string();
                return Err(BookError::Twice { citation });
            }
            provisions.push(provision);
        }
        let codified = file.codified.into_iter().map(|(section, usc)| {
            let citation = Citation::parse(&usc).ok_or(BookError::Value {
                number: 0,
                key: "codified",
            })?;
            Ok((section, citation))
        });
        Ok(Self {
            version: file.version,
            digest: Digest::of(text.as_bytes()),
            codified: codified.collect::<Result<_, BookError>>()?,
            provisions,
        })
    }

    /// Digest of the book's bytes, as the authority note names it.
    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// The version its file states.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// All provisions in the file's order.
    #[must_use]
    pub fn provisions(&self) -> &[Provision] {
        &self.provisions
    }

    /// A citation of the Immigration and Nationality Act as it is codified; others unchanged. `None`
    /// for a section of the Act the book does not translate.
    #[must_use]
    pub fn codified(&self, citation: Citation) -> Option<Citation> {
        if citation.act() != Act::Immigration {
            return Some(citation);
        }
        let (_, section) = (self.codified.iter())
            .find(|(section, _)| section.eq_ignore_ascii_case(citation.section()))?;
        Some(citation.moved_to(section))
    }

    /// A citation that names no title, read as one of the Act's own numbering where the book translates
    /// its section: no provision of title 8 has such a number. Others unchanged.
    #[must_use]
    pub fn untitled(&self, citation: Citation) -> Citation {
        let section = (self.codified.iter())
            .find(|(section, _)| section.eq_ignore_ascii_case(citation.section()));
        match section {
            Some((_, section)) if citation.act() == Act::Title(8) => citation.moved_to(section),
            _ => citation,
        }
    }

    /// Looks a citation up: the longest entry it lies within decides, if it goes on with a paragraph
    /// that entry has. A section cited as a whole stands for its offences only where each of them says
    /// so, and all ask the same of a row: `18 U.S.C. 1546` is a criminal statute whichever subsection is
    /// meant; of `8 U.S.C. 1304` one subsection is.
    #[must_use]
    pub fn listing(&self, citation: &Citation) -> Listing<'_> {
        let holder = (self.provisions.iter())
            .filter(|provision| citation.is_within(&provision.citation))
            .max_by_key(|provision| provision.citation.subsections().len());
        match holder {
            Some(provision) if !provision.holds(citation) => Listing::Unlisted,
            Some(provision) if provision.line == Line::Criminal => Listing::Criminal(provision),
            Some(provision) => Listing::Civil(provision),
            None if citation.act() == Act::Title(26) => Listing::Tax,
            None => self.wide_listing(citation),
        }
    }

    fn wide_listing(&self, wide: &Citation) -> Listing<'_> {
        let within = |p: &&Provision| p.citation.is_within(wide);
        let mut criminal = self.within(wide);
        let Some(first) = criminal.next() else {
            return Listing::Unlisted;
        };
        let whole = wide.subsections().is_empty()
            && (self.provisions.iter().filter(within))
                .all(|p| p.line == Line::Criminal && p.whole_section)
            && criminal.all(|p| p.asks_as(first));
        if whole {
            Listing::Criminal(first)
        } else {
            Listing::TooWide
        }
    }

    /// The criminal provisions that lie within a citation, for telling a requester what to write.
    pub fn within<'b>(&'b self, wide: &Citation) -> impl Iterator<Item = &'b Provision> {
        (self.provisions.iter())
            .filter(move |p| p.line == Line::Criminal && p.citation.is_within(wide))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BookFile {
    version: String,
    #[serde(rename = "text_of")]
    _text_of: String,
    provision: Vec<Entry>,
    codified: std::collections::BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    citation: String,
    paragraphs: Option<Vec<String>>,
    #[serde(default)]
    whole_section: bool,
    title: String,
    line: Line,
    maximum_penalty: String,
    in_force_from: String,
    in_force_until: Option<String>,
    in_force_source: String,
    source: String,
    certainty: Certainty,
    #[serde(default)]
    requires: Vec<String>,
    #[serde(default)]
    tests: Vec<ElementTest>,
    limitation_years: Option<u8>,
    limitation_from: Option<String>,
    limitation_citation: Option<String>,
    minimum_age: Option<u8>,
    #[serde(default)]
    notes: String,
}

impl Entry {
    fn read(self, number: usize) -> Result<Provision, BookError> {
        let wrong = |key| BookError::Value { number, key };
        let day = |text: &str, key| parse_date(text).map_err(|_| wrong(key));
        let until = self.in_force_until.as_deref();
        let required: Option<Vec<Column>> = self.requires.iter().map(|name| column(name)).collect();
        let from = self.limitation_from.as_deref().map(column);
        let limitation = match (self.limitation_years, from, self.limitation_citation) {
            (None, None, None) => None,
            (Some(years), Some(Some(from)), Some(citation)) => Some(Limitation {
                years,
                from,
                citation,
            }),
            _ => return Err(wrong("limitation_years")),
        };
        Ok(Provision {
            citation: Citation::parse(&self.citation).ok_or_else(|| wrong("citation"))?,
            paragraphs: self.paragraphs,
            whole_section: self.whole_section,
            title: self.title,
            line: self.line,
            maximum_penalty: self.maximum_penalty,
            in_force_from: day(&self.in_force_from, "in_force_from")?,
            in_force_until: until.map(|text| day(text, "in_force_until")).transpose()?,
            in_force_source: self.in_force_source,
            source: self.source,
            certainty: self.certainty,
            required: required.ok_or_else(|| wrong("requires"))?,
            tests: self.tests,
            limitation,
            minimum_age: self.minimum_age,
            notes: self.notes,
        })
    }
}

fn column(name: &str) -> Option<Column> {
    Column::ALL
        .iter()
        .copied()
        .find(|column| column.header() == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let book = statute_book();
        let citation = book.codified(Citation::parse(text).unwrap());
        let shown = match citation.as_ref().map(|citation| book.listing(citation)) {
            Some(Listing::Criminal(provision)) => format!("criminal {}", provision.citation),
            Some(Listing::Civil(provision)) => format!("civil {}", provision.citation),
            other => format!("{other:?}"),
        };
        assert_eq!(shown, expected, "{text}");
    }

    #[test]
    fn the_embedded_book_reads_in_full() {
        let book = StatuteBook::parse(EMBEDDED).unwrap();
        assert_eq!(&book, statute_book());
        assert!(book.provisions().len() >= 25);
        for provision in book.provisions() {
            assert!(!provision.source.is_empty() && !provision.title.is_empty());
            assert!(provision.in_force_source.len() > 10);
            let criminal = provision.line == Line::Criminal;
            assert_eq!(
                provision.limitation.is_some(),
                criminal,
                "{}",
                provision.citation
            );
            assert!(criminal || provision.required.is_empty());
            if let Some(limitation) = &provision.limitation {
                assert!(provision.required.contains(&limitation.from));
            }
        }
    }

    /// LAW.md section 5, row by row: the criminal and civil line.
    #[test]
    fn the_line_between_criminal_and_civil() {
        check("8 USC 1253(a)(1)(A)", "criminal 8 U.S.C. 1253(a)(1)(A)");
        check("8 USC 1253(a)(1)(D)", "criminal 8 U.S.C. 1253(a)(1)(D)");
        check("8 USC 1253(b)", "criminal 8 U.S.C. 1253(b)");
        check("8 USC 1253(c)(1)", "civil 8 U.S.C. 1253(c)");
        check("8 USC 1324d", "civil 8 U.S.C. 1324d");
        check("8 USC 1229c(d)(1)", "civil 8 U.S.C. 1229c(d)");
        check("8 USC 1325(a)(2)", "criminal 8 U.S.C. 1325(a)");
        check("8 USC 1325(b)", "civil 8 U.S.C. 1325(b)");
        check("8 USC 1326(b)(2)", "criminal 8 U.S.C. 1326(b)");
        check("8 USC 1306(c)", "criminal 8 U.S.C. 1306(c)");
        check("8 USC 1304(e)", "criminal 8 U.S.C. 1304(e)");
        check("18 USC 1546(b)(1)", "criminal 18 U.S.C. 1546(b)");
        check("18 USC 1028(a)(4)", "criminal 18 U.S.C. 1028(a)");
        check("18 USC 1028(f)", "criminal 18 U.S.C. 1028(f)");
        check("18 USC 911", "criminal 18 U.S.C. 911");
        check("18 USC 1015(a)", "criminal 18 U.S.C. 1015");
        for civil in ["1182(a)(6)", "1227(a)(1)(B)", "1229a", "1231(a)"] {
            let section = civil.split('(').next().unwrap();
            check(
                &format!("8 USC {civil}"),
                &format!("civil 8 U.S.C. {section}"),
            );
        }
    }

    #[test]
    fn too_wide_tax_and_unlisted() {
        check("8 USC 1253", "Some(TooWide)");
        check("8 USC 1253(a)(1)", "Some(TooWide)");
        check("8 USC 1325", "Some(TooWide)");
        check("8 USC 1306", "Some(TooWide)");
        check("18 USC 1546", "criminal 18 U.S.C. 1546(a)");
        check("8 USC 1326", "criminal 8 U.S.C. 1326(a)");
        check("18 USC 1028", "criminal 18 U.S.C. 1028(a)");
        check("8 USC 1304", "Some(TooWide)");
        check("INA 264", "Some(TooWide)");
        check("8 USC 1253(a)", "Some(TooWide)");
        for none in [
            "18 USC 1028(c)",
            "18 USC 1028(d)",
            "18 USC 1028(h)",
            "18 USC 1028(a)(9)",
            "18 USC 911(z)",
            "18 USC 1015(g)",
            "18 USC 1546(c)",
            "8 USC 1304(a)",
            "8 USC 1306(d)",
            "8 USC 1325(a)(9)",
            "8 USC 1326(a)(3)",
            "8 USC 1326(d)",
            "8 USC 1253(a)(1)(E)",
            "8 USC 1253(a)(1)(A)(i)",
            "8 USC 1253(a)(2)",
        ] {
            check(none, "Some(Unlisted)");
        }
        check("18 USC 1028(a)(8)", "criminal 18 U.S.C. 1028(a)");
        check("8 USC 1325(A)(3)", "criminal 8 U.S.C. 1325(a)");
        check("26 USC 7201", "Some(Tax)");
        check("8 USC 1324(a)", "Some(Unlisted)");
        check("18 USC 1028A", "Some(Unlisted)");
        check("INA 276(a)", "criminal 8 U.S.C. 1326(a)");
        check("INA 237(a)(1)", "civil 8 U.S.C. 1227");
        check("INA 101", "None");
    }

    /// A section stands whole only where each offence in it says so and asks the same.
    #[test]
    fn a_section_stands_whole_where_the_book_says_so() {
        let listed = |from: &str, to: &str| {
            let book = StatuteBook::parse(&EMBEDDED.replacen(from, to, 1)).unwrap();
            let citation = Citation::parse("18 USC 1546").unwrap();
            matches!(book.listing(&citation), Listing::Criminal(_))
        };
        let at = "citation = \"18 U.S.C. 1546(b)\"";
        assert!(listed(at, at));
        let asks = format!("{at}\nminimum_age = 14");
        assert!(!listed(at, &asks));
        let whole = "1546(b)\"\nparagraphs = [\"1\", \"2\", \"3\"]\nwhole_section = true";
        assert!(EMBEDDED.contains(whole));
        assert!(!listed(whole, "1546(b)\""));
    }

    #[test]
    fn a_section_without_its_title_is_the_acts() {
        let book = statute_book();
        let read = |text: &str| {
            let cited = crate::citation::parse_in_title(text, 8).unwrap();
            book.untitled(cited.citations[0].clone()).to_string()
        };
        assert_eq!(read("237(a)(1)(B)"), "8 U.S.C. 1227(a)(1)(B)");
        assert_eq!(read("240b"), "8 U.S.C. 1229c");
        assert_eq!(read("1227(a)"), "8 U.S.C. 1227(a)");
        assert_eq!(read("18 USC 237"), "18 U.S.C. 237");
        assert_eq!(read("101(a)"), "8 U.S.C. 101(a)");
    }

    #[test]
    fn a_bad_book_is_refused_by_provision_and_key() {
        let spoil = |from: &str, to: &str| StatuteBook::parse(&EMBEDDED.replacen(from, to, 1));
        let value = |key| Err(BookError::Value { number: 1, key });
        assert_eq!(
            spoil("8 U.S.C. 1253(a)(1)(A)\"", "eight\""),
            value("citation")
        );
        assert_eq!(
            spoil("\"1997-04-01\"", "\"1997-4-1\""),
            value("in_force_from")
        );
        assert_eq!(
            spoil("[\"final_order_date\"", "[\"order\""),
            value("requires")
        );
        assert_eq!(
            spoil("limitation_years = 5\n", ""),
            value("limitation_years")
        );
        assert!(matches!(
            spoil("title =", "titel ="),
            Err(BookError::Form { .. })
        ));
        assert!(matches!(
            spoil("(a)(1)(B)\"", "(a)(1)(A)\""),
            Err(BookError::Twice { .. })
        ));
    }
}
