//! Where the nation lives: its ZIP areas, their streets and buildings, and how an address is
//! written.
//!
//! Place in the flow: made once from seed and size; families take dwellings from it, extract and
//! request write them.
//!
//! Left to others: who lives where and when (life).

use standard::address::AddressText;

use crate::{
    dice::{Component, Cumulative, Dice, mix},
    error::LabError,
    rates::{Rate, Rates},
    tables::{
        Group,
        places::{Place, Street, places, streets, type_in_full},
    },
};

/// People to a ZIP area. A small nation has fewer areas rather than emptier ones, so that neighbours
/// and namesakes are as near as in life (about 10,000 to an area; some are merged here).
const PEOPLE_PER_PLACE: u64 = 3_000;

/// Areas a nation has at least.
const FEWEST_PLACES: u64 = 40;

/// A place mail is sent to. Two are equal where they are the same door or box.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Dwelling {
    /// ZIP area, an index into the atlas.
    pub place: u32,
    /// Which door or box of the area.
    pub door: Door,
}

/// A door or a box within a ZIP area.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Door {
    /// A house on a street.
    House {
        /// Index of the street in the atlas.
        street: u16,
        /// House number.
        number: u32,
    },
    /// A unit of a building.
    Unit {
        /// Index of the street in the atlas.
        street: u16,
        /// House number.
        number: u32,
        /// Unit, counted from 0 in the building.
        unit: u16,
    },
    /// A Utah grid address: `842 E 1700 S`.
    Grid {
        /// House number, the first coordinate.
        number: u32,
        /// The second coordinate, a hundred.
        coordinate: u32,
        /// Quarter, 0 to 3.
        quarter: u8,
    },
    /// A house in a Puerto Rico urbanization.
    Urbanization {
        /// Which urbanization.
        name: u8,
        /// House number.
        number: u32,
        /// Numbered street.
        street: u8,
    },
    /// A post office box.
    Box {
        /// Its number.
        number: u32,
    },
    /// A rural route and box.
    Rural {
        /// Route.
        route: u8,
        /// Box on it.
        number: u32,
    },
}

/// How one dwelling's address is worded: three independent habits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wording(u8);

impl Wording {
    /// One of the eight wordings; the plain one half of the time.
    pub fn draw(dice: &mut Dice) -> Self {
        let roll = dice.below(16);
        Self(if roll < 8 {
            0
        } else {
            u8::try_from(roll - 8).unwrap_or(0)
        })
    }

    const fn type_in_full(self) -> bool {
        self.0 & 1 != 0
    }

    const fn unit_on_line_1(self) -> bool {
        self.0 & 2 != 0
    }

    const fn number_sign(self) -> bool {
        self.0 & 4 != 0
    }
}

/// An address as lines, upper case.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct AddressLines {
    /// Number and street, box, or route.
    pub line_1: String,
    /// Unit or urbanization, or empty.
    pub line_2: String,
    /// City.
    pub city: String,
    /// State, two letters.
    pub state: String,
    /// Five digits.
    pub postal_code: String,
}

impl AddressLines {
    /// The lines for the parser of addresses.
    #[must_use]
    pub fn text(&self) -> AddressText<'_> {
        AddressText {
            line_1: &self.line_1,
            line_2: &self.line_2,
            city: &self.city,
            state: &self.state,
            postal_code: &self.postal_code,
        }
    }
}

/// The nation's ZIP areas and streets.
pub struct Atlas {
    places: Vec<Place>,
    weights: [Cumulative; 6],
    streets: Vec<Street>,
    /// An area whose ZIP begins with 0, of the whole country's.
    leading_zero: Place,
    large_building: Rate,
    rural_route: Rate,
}

const URBANIZATIONS: [&str; 8] = [
    "LAS GLADIOLAS",
    "VILLA CAROLINA",
    "LOS ANGELES",
    "EL PARAISO",
    "SANTA JUANITA",
    "LAS LOMAS",
    "ROYAL TOWN",
    "COUNTRY CLUB",
];

impl Atlas {
    /// The atlas of a nation of `people` under `seed`.
    ///
    /// # Errors
    /// [`LabError::Table`] where a built-in table is damaged.
    pub fn new(people: u64, seed: u64, rates: &Rates) -> Result<Self, LabError> {
        let all = places()?;
        let leading_zero = all.iter().find(|place| place.zip == "02139").cloned();
        let wanted = (people / PEOPLE_PER_PLACE).max(FEWEST_PLACES);
        let places = some_places(all, usize::try_from(wanted).unwrap_or(usize::MAX), seed);
        let weights = Group::ALL.map(|group| {
            Cumulative::new(places.iter().map(move |place| {
                place
                    .weights
                    .get(group.index())
                    .copied()
                    .unwrap_or(0)
                    .into()
            }))
        });
        Ok(Self {
            leading_zero: leading_zero.ok_or(LabError::Table {
                name: "places",
                line: 0,
            })?,
            places,
            weights,
            streets: streets()?,
            large_building: rates.dwelling_in_large_building,
            rural_route: rates.dwelling_rural_route,
        })
    }

    /// Number of ZIP areas.
    #[must_use]
    pub fn places(&self) -> usize {
        self.places.len()
    }

    /// The ZIP area of a dwelling.
    #[must_use]
    pub fn place(&self, dwelling: Dwelling) -> Option<&Place> {
        self.places
            .get(usize::try_from(dwelling.place).unwrap_or(usize::MAX))
    }

    /// An area of the country whose ZIP begins with a zero, for rows a spreadsheet spoiled.
    #[must_use]
    pub const fn leading_zero_place(&self) -> &Place {
        &self.leading_zero
    }

    /// A ZIP area in which people of the group live.
    pub fn place_for(&self, group: Group, dice: &mut Dice) -> u32 {
        let place = self
            .weights
            .get(group.index())
            .map_or(0, |weights| dice.weighted(weights));
        u32::try_from(place).unwrap_or(0)
    }

    /// A dwelling in a ZIP area.
    pub fn dwelling(&self, place: u32, dice: &mut Dice) -> Dwelling {
        let state = self
            .places
            .get(usize::try_from(place).unwrap_or(0))
            .map_or("", |place| place.state.as_str());
        let door = match state {
            "PR" if !dice.one_in(4) => Door::Urbanization {
                name: u8::try_from(dice.below(URBANIZATIONS.len() as u64)).unwrap_or(0),
                number: number(dice) % 400 + 1,
                street: u8::try_from(1 + dice.below(60)).unwrap_or(1),
            },
            "UT" if dice.one_in(2) => Door::Grid {
                number: number(dice) % 3_000 + 10,
                coordinate: u32::try_from(1 + dice.below(90)).unwrap_or(1) * 100,
                quarter: u8::try_from(dice.below(4)).unwrap_or(0),
            },
            _ => self.ordinary_door(place, dice),
        };
        Dwelling { place, door }
    }

    fn ordinary_door(&self, place: u32, dice: &mut Dice) -> Door {
        if dice.happens(self.rural_route) {
            let route = u8::try_from(1 + dice.below(9)).unwrap_or(1);
            return Door::Rural {
                route,
                number: u32::try_from(1 + dice.below(900)).unwrap_or(1),
            };
        }
        if dice.happens(self.large_building) {
            let building = mix(u64::from(place) << 8 | dice.below(16));
            let street = self.street(place, building % 48);
            let number = u32::try_from(mix(building) % 4_000 + 100).unwrap_or(100);
            let units = 8 + mix(building + 1) % 120;
            return Door::Unit {
                street,
                number,
                unit: u16::try_from(dice.below(units)).unwrap_or(0),
            };
        }
        Door::House {
            street: self.street(place, dice.below(48)),
            number: number(dice),
        }
    }

    /// A box at the post office of the area.
    pub fn post_office_box(&self, place: u32, dice: &mut Dice) -> Dwelling {
        let number = u32::try_from(1 + dice.below(4_000)).unwrap_or(1);
        Dwelling {
            place,
            door: Door::Box { number },
        }
    }

    /// The area's street number `slot`, the same for every dwelling of the area.
    fn street(&self, place: u32, slot: u64) -> u16 {
        let count = u64::try_from(self.streets.len()).unwrap_or(1).max(1);
        u16::try_from(mix(u64::from(place) * 64 + slot) % count).unwrap_or(0)
    }

    /// Writes the address into `lines`, whose buffers are used again.
    pub fn write(&self, dwelling: Dwelling, wording: Wording, lines: &mut AddressLines) {
        let AddressLines {
            line_1,
            line_2,
            city,
            state,
            postal_code,
        } = lines;
        for line in [&mut *line_1, line_2, city, state, postal_code] {
            line.clear();
        }
        if let Some(place) = self.place(dwelling) {
            city.push_str(&place.city);
            state.push_str(&place.state);
            postal_code.push_str(&place.zip);
        }
        self.write_door(dwelling.door, wording, line_1, line_2, postal_code);
    }

    /// The address as lines.
    #[must_use]
    pub fn lines(&self, dwelling: Dwelling, wording: Wording) -> AddressLines {
        let mut lines = AddressLines::default();
        self.write(dwelling, wording, &mut lines);
        lines
    }

    fn write_door(
        &self,
        door: Door,
        wording: Wording,
        line_1: &mut String,
        line_2: &mut String,
        zip: &str,
    ) {
        match door {
            Door::House { street, number } => {
                self.write_street(street, number, wording, zip, line_1)
            }
            Door::Unit {
                street,
                number,
                unit,
            } => {
                self.write_street(street, number, wording, zip, line_1);
                let line = if wording.unit_on_line_1() {
                    line_1.push(' ');
                    line_1
                } else {
                    line_2
                };
                line.push_str(if wording.number_sign() { "#" } else { "APT " });
                push_unit(line, mix(u64::from(number) ^ u64::from(street) << 20), unit);
            }
            Door::Grid {
                number,
                coordinate,
                quarter,
            } => {
                let (first, second) = match quarter {
                    0 => ("N", "E"),
                    1 => ("S", "W"),
                    2 => ("E", "S"),
                    _ => ("W", "N"),
                };
                line_1.push_str(&format!("{number} {first} {coordinate} {second}"));
            }
            Door::Urbanization {
                name,
                number,
                street,
            } => {
                line_1.push_str(&format!("{number} CALLE {street}"));
                line_2.push_str("URB ");
                line_2.push_str(URBANIZATIONS.get(usize::from(name)).unwrap_or(&"LAS LOMAS"));
            }
            Door::Box { number } => {
                line_1.push_str(if wording.type_in_full() {
                    "P.O. BOX "
                } else {
                    "PO BOX "
                });
                push_number(line_1, number);
            }
            Door::Rural { route, number } => {
                line_1.push_str(&format!("RR {route} BOX {number}"));
            }
        }
    }

    fn write_street(
        &self,
        street: u16,
        number: u32,
        wording: Wording,
        zip: &str,
        line: &mut String,
    ) {
        // Queens, New York: 112-10 stands for house 10 past 112th Street.
        if number > 999
            && ["113", "114", "116"]
                .iter()
                .any(|queens| zip.starts_with(queens))
        {
            push_number(line, number / 100);
            line.push('-');
            line.push_str(&format!("{:02}", number % 100));
        } else {
            push_number(line, number);
        }
        let Some(street) = self.streets.get(usize::from(street)) else {
            return;
        };
        let kind = if wording.type_in_full() {
            type_in_full(&street.street_type)
        } else {
            &street.street_type
        };
        for part in [street.before.as_str(), &street.core, kind, &street.after] {
            if !part.is_empty() {
                line.push(' ');
                line.push_str(part);
            }
        }
    }
}

/// Areas by weight, without repetition, in order of ZIP: the same for one seed and count.
fn some_places(all: Vec<Place>, wanted: usize, seed: u64) -> Vec<Place> {
    if wanted >= all.len() {
        return all;
    }
    let mut dice = Component::new(seed, "atlas").dice(0);
    let weights = Cumulative::new(
        all.iter()
            .map(|place| place.weights.iter().map(|weight| u64::from(*weight)).sum()),
    );
    let mut taken = std::collections::BTreeSet::new();
    for _ in 0..wanted.saturating_mul(50) {
        taken.insert(dice.weighted(&weights));
        if taken.len() >= wanted {
            break;
        }
    }
    all.into_iter()
        .enumerate()
        .filter_map(|(number, place)| taken.contains(&number).then_some(place))
        .collect()
}

/// A house number: one to five digits, shorter ones more often than their share.
fn number(dice: &mut Dice) -> u32 {
    let digits = [99_u64, 999, 999, 4_999, 9_999, 9_999, 9_999, 15_999];
    let most = dice.pick(&digits);
    u32::try_from(1 + dice.below(most)).unwrap_or(1)
}

fn push_number(line: &mut String, number: u32) {
    let mut digits = [0_u8; 10];
    let mut rest = number;
    let mut used = 0;
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + u8::try_from(rest % 10).unwrap_or(0);
        rest /= 10;
        used += 1;
        if rest == 0 {
            break;
        }
    }
    line.extend(
        digits
            .iter()
            .skip(10 - used)
            .map(|digit| char::from(*digit)),
    );
}

/// A unit in the building's own style: `304`, `12`, `3D`.
fn push_unit(line: &mut String, building: u64, unit: u16) {
    let unit = u32::from(unit);
    match building % 3 {
        0 => push_number(line, (unit / 8 + 1) * 100 + unit % 8 + 1),
        1 => push_number(line, unit + 1),
        _ => {
            push_number(line, unit / 6 + 1);
            line.push(char::from(
                b"ABCDEF".get(unit as usize % 6).copied().unwrap_or(b'A'),
            ));
        }
    }
}
