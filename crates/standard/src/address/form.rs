//! The standard form of an address and how it is printed.
//!
//! Place in the flow: made by the parser of [`super`], read by statute, identity and the answer.
//!
//! Left to others: making it (the parser), keys and tokens ([`super::key`]).

use std::fmt;

/// An address as its writer gave it: five cells, any of them empty. Has no `Debug`: it is personal.
#[derive(Clone, Copy, Default)]
pub struct AddressText<'a> {
    /// First delivery line.
    pub line_1: &'a str,
    /// Second delivery line: unit, building, care-of, or empty.
    pub line_2: &'a str,
    /// City, as Publication 28 calls the post office name.
    pub city: &'a str,
    /// State, two letters or its name.
    pub state: &'a str,
    /// ZIP code, five digits or ZIP+4.
    pub postal_code: &'a str,
}

/// The forms of Publication 28 an address can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum AddressKind {
    /// House number and street (sections 22 to 23; Puerto Rico section 29).
    #[default]
    Street,
    /// Post office box (section 28).
    PostOfficeBox,
    /// Rural route and box (section 24).
    RuralRoute,
    /// Highway contract route and box (section 25).
    HighwayContract,
    /// Overseas military: PSC, CMR, unit or ship with APO, FPO or DPO (section 21, 238).
    Military,
    /// General delivery (section 26).
    GeneralDelivery,
}

impl AddressKind {
    /// The short label used in address keys.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Street => "street",
            Self::PostOfficeBox => "po-box",
            Self::RuralRoute => "rural-route",
            Self::HighwayContract => "highway-contract",
            Self::Military => "military",
            Self::GeneralDelivery => "general-delivery",
        }
    }
}

/// A geographic directional (Publication 28 section 233).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// North.
    North,
    /// South.
    South,
    /// East.
    East,
    /// West.
    West,
    /// Northeast.
    Northeast,
    /// Northwest.
    Northwest,
    /// Southeast.
    Southeast,
    /// Southwest.
    Southwest,
}

impl Direction {
    /// The abbreviation, `N` to `SW`.
    #[must_use]
    pub const fn abbreviation(self) -> &'static str {
        match self {
            Self::North => "N",
            Self::South => "S",
            Self::East => "E",
            Self::West => "W",
            Self::Northeast => "NE",
            Self::Northwest => "NW",
            Self::Southeast => "SE",
            Self::Southwest => "SW",
        }
    }

    /// The word, `NORTH` to `SOUTHWEST`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::North => "NORTH",
            Self::South => "SOUTH",
            Self::East => "EAST",
            Self::West => "WEST",
            Self::Northeast => "NORTHEAST",
            Self::Northwest => "NORTHWEST",
            Self::Southeast => "SOUTHEAST",
            Self::Southwest => "SOUTHWEST",
        }
    }
}

/// An address in standard form. Texts are A to Z, 0 to 9 and single spaces (a house number may keep
/// `-`, `.` and `/`); an absent part is empty. `Debug` shows the kind only.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct StandardAddress {
    /// Which form it has.
    pub kind: AddressKind,
    /// House number, `123`, `123A`, `112-10`, `N6W23001`, or in Puerto Rico the kilometre of a road,
    /// `4.2`; empty for other kinds than street.
    pub number: String,
    /// Fraction of the house number, `1/2`.
    pub fraction: String,
    /// Directional before the street name.
    pub predirectional: Option<Direction>,
    /// Street name without directionals and type, `MAIN`, `5TH`, `US HIGHWAY 50`.
    pub street: String,
    /// Street type as Publication 28 appendix C1 abbreviates it, `ST`.
    pub street_type: Option<&'static str>,
    /// Directional after the street name.
    pub postdirectional: Option<Direction>,
    /// Designator of the unit as appendix C2 abbreviates it, `APT`; `#` where none was given.
    pub unit_designator: Option<&'static str>,
    /// The unit, `4B`; empty where none was given or the designator says all (`REAR`).
    pub unit: String,
    /// A second unit where two are stated, with its designator: `PMB 214` beside `STE 200`. It is part of no
    /// key and not printed.
    pub further_unit: String,
    /// Building within the address, `C`.
    pub building: String,
    /// Floor within the building, `2`.
    pub floor: String,
    /// Urbanization, Puerto Rico: `LAS GLADIOLAS`.
    pub urbanization: String,
    /// Route or military unit, `RR 2`, `HC 68`, `PSC 802`, `CMR 415`, `UNIT 2050`; of a street address that
    /// of a box stated after it.
    pub route: String,
    /// Box number of a PO box, rural, contract or military address, or of a box stated after a street. It
    /// is part of key and label only where the address is a box.
    pub box_number: String,
    /// City.
    pub city: String,
    /// State, two letters; empty only in a [`super::Reading`] with problems.
    pub state: &'static str,
    /// Five digits.
    pub zip5: String,
    /// Four further digits, or empty.
    pub zip4: String,
}

impl fmt::Debug for StandardAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "StandardAddress({}, personal)",
            self.kind.label()
        )
    }
}

impl StandardAddress {
    /// The lines of a mailing label: delivery line or lines, then city, state and ZIP.
    #[must_use]
    pub fn label_lines(&self) -> Vec<String> {
        let mut lines = Vec::with_capacity(3);
        if !self.urbanization.is_empty() {
            lines.push(format!("URB {}", self.urbanization));
        }
        lines.push(self.delivery_line());
        lines.push(self.last_line());
        lines
    }

    /// The delivery line: `123 N MAIN ST APT 4B`, `PO BOX 12`, `RR 2 BOX 18`.
    #[must_use]
    pub fn delivery_line(&self) -> String {
        let mut line = Line(String::with_capacity(LINE_ROOM));
        match self.kind {
            AddressKind::Street => self.street_line(&mut line),
            AddressKind::PostOfficeBox => {
                line.word("PO BOX");
                line.word(&self.box_number);
            }
            AddressKind::GeneralDelivery => line.word("GENERAL DELIVERY"),
            AddressKind::RuralRoute | AddressKind::HighwayContract | AddressKind::Military => {
                line.word(&self.route);
                line.pair("BOX", &self.box_number);
            }
        }
        line.0
    }

    fn street_line(&self, line: &mut Line) {
        if self.number.contains('.') {
            line.word(&self.street);
            line.pair("KM", &self.number);
            self.secondary(line);
            return;
        }
        line.word(&self.number);
        line.word(&self.fraction);
        line.word(self.predirectional.map_or("", Direction::abbreviation));
        line.word(&self.street);
        line.word(self.street_type.unwrap_or_default());
        line.word(self.postdirectional.map_or("", Direction::abbreviation));
        self.secondary(line);
    }

    fn secondary(&self, line: &mut Line) {
        line.pair("BLDG", &self.building);
        line.pair("FL", &self.floor);
        line.word(self.unit_designator.unwrap_or_default());
        line.word(&self.unit);
    }

    fn last_line(&self) -> String {
        let mut line = Line::default();
        line.word(&self.city);
        line.word(self.state);
        line.word(&self.zip5);
        if !self.zip4.is_empty() {
            line.0.push('-');
            line.0.push_str(&self.zip4);
        }
        line.0
    }
}

/// Room for a delivery line, in bytes: few are longer.
const LINE_ROOM: usize = 64;

/// Words joined by single spaces, empty ones left out.
#[derive(Default)]
struct Line(String);

impl Line {
    fn word(&mut self, word: &str) {
        if word.is_empty() {
            return;
        }
        if !self.0.is_empty() {
            self.0.push(' ');
        }
        self.0.push_str(word);
    }

    fn pair(&mut self, label: &str, value: &str) {
        if !value.is_empty() {
            self.word(label);
            self.word(value);
        }
    }
}
