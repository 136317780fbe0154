//! Which cell styles show a date.
//!
//! Place in the flow: a cell holds a number and the number of its style; only the style's number
//! format says that it is a date (ECMA-376 part 1 sections 18.8.10 and 18.8.30).
//!
//! Left to others: turning the number into a date (value).

use std::collections::BTreeMap;

use crate::{
    IntakeError, Limits,
    archive::Archive,
    value::{DateFormat, is_date_format_number},
    xml::{Element, Node, Space, Xml},
};

/// Cell formats read; spreadsheet programs make at most 65,490.
const FORMATS: usize = 70_000;

/// For each cell style which values it shows as dates.
#[derive(Debug, Default)]
pub(crate) struct DateStyles(Vec<DateFormat>);

impl DateStyles {
    /// Reads the part; none gives no date styles.
    pub(super) fn read(
        archive: &mut Archive<'_>,
        name: Option<&str>,
        limits: &Limits,
    ) -> Result<Self, IntakeError> {
        let mut styles = Self::default();
        let Some(name) = name else { return Ok(styles) };
        let part = super::package::part(archive, name)?;
        let mut xml = Xml::new(part, name, limits);
        xml.root(&[(Space::Main, b"styleSheet")])?;
        let mut custom = BTreeMap::new();
        let mut in_cell_formats = false;
        loop {
            match xml.next()? {
                Node::Open(element) => match element.main() {
                    b"numFmt" => take_format(&element, &mut custom)?,
                    b"cellXfs" => in_cell_formats = true,
                    b"xf" if in_cell_formats => {
                        let number = format_number(&element)?;
                        let known = custom.get(&number).cloned();
                        let builtin = || DateFormat::whole(is_date_format_number(number));
                        styles.0.push(known.unwrap_or_else(builtin));
                    }
                    _ => {}
                },
                Node::Close((Space::Main, b"cellXfs")) => in_cell_formats = false,
                Node::End => return Ok(styles),
                _ => {}
            }
            if styles.0.len() > FORMATS || custom.len() > FORMATS {
                let what = "it has more than 70000 formats";
                return Err(IntakeError::hostile(xml.place(), what));
            }
        }
    }

    /// Whether a style shows this number as a date.
    pub(super) fn is_date(&self, style: usize, number: &str) -> bool {
        let format = self.0.get(style);
        format.is_some_and(|format| format.is_date(number))
    }
}

fn format_number(element: &Element<'_>) -> Result<u32, IntakeError> {
    let number = element.plain(b"numFmtId")?;
    Ok(number.and_then(|number| number.parse().ok()).unwrap_or(0))
}

fn take_format(
    element: &Element<'_>,
    custom: &mut BTreeMap<u32, DateFormat>,
) -> Result<(), IntakeError> {
    let code = element.plain(b"formatCode")?.unwrap_or_default();
    custom.insert(format_number(element)?, DateFormat::of(&code));
    Ok(())
}
