//! Choosing whom to ask about: a sample of the nation, drawn while its people stream past.
//!
//! Place in the flow: beside the extract's writer; it keeps as many people as the request needs.
//!
//! Left to others: what is asked about them (subject).

use std::{
    cmp::Ordering,
    collections::{BinaryHeap, HashSet},
};

use crate::{
    dice::mix,
    nation::person::{Person, Presence},
};

/// Age from which somebody is asked about.
const ADULT_YEARS: i32 = 18;

/// A person with the ticket that decides who stays; the lowest tickets do.
struct Drawn {
    ticket: (u64, u64, u8),
    person: Person,
}

impl PartialEq for Drawn {
    fn eq(&self, other: &Self) -> bool {
        self.ticket == other.ticket
    }
}

impl Eq for Drawn {}

impl PartialOrd for Drawn {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Drawn {
    fn cmp(&self, other: &Self) -> Ordering {
        self.ticket.cmp(&other.ticket)
    }
}

/// The lowest tickets seen so far.
struct Pool {
    most: usize,
    heap: BinaryHeap<Drawn>,
}

impl Pool {
    fn offer(&mut self, ticket: u64, person: &Person) {
        let ticket = (ticket, person.family.0, person.member);
        if self.heap.len() >= self.most {
            if self
                .heap
                .peek()
                .is_none_or(|highest| highest.ticket <= ticket)
            {
                return;
            }
            self.heap.pop();
        }
        self.heap.push(Drawn {
            ticket,
            person: person.clone(),
        });
    }

    /// The people in order of ticket, one of each family not in `asked` yet.
    fn finish(self, wanted: usize, asked: &mut HashSet<u64>) -> Vec<Person> {
        self.heap
            .into_sorted_vec()
            .into_iter()
            .map(|drawn| drawn.person)
            .filter(|person| asked.insert(person.family.0))
            .take(wanted)
            .collect()
    }
}

/// How many people of each kind a request needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// On file.
    pub present: usize,
    /// Not on file, of families that are.
    pub absent: usize,
}

/// The sample in the making.
pub struct Chooser {
    seed: u64,
    last_year: i32,
    wanted: Wanted,
    present: Pool,
    absent: Pool,
}

/// The sample: no two of one family.
pub struct Chosen {
    /// People on file, in no order of theirs.
    pub present: Vec<Person>,
    /// People not on file, whose family is.
    pub absent: Vec<Person>,
}

impl Chooser {
    /// A sample under `seed` of people who were grown by `last_year`.
    #[must_use]
    pub fn new(seed: u64, last_year: i32, wanted: Wanted) -> Self {
        // Room for those who fall away because one of their family is asked about already.
        let room = |wanted: usize| Pool {
            most: wanted * 2 + 64,
            heap: BinaryHeap::new(),
        };
        Self {
            seed: mix(seed ^ 0x61_73_6b),
            last_year,
            wanted,
            present: room(wanted.present),
            absent: room(wanted.absent),
        }
    }

    /// Sees one person.
    pub fn offer(&mut self, person: &Person) {
        let grown = i32::from(person.date_of_birth.year()) + ADULT_YEARS <= self.last_year;
        if !grown || person.died_in.is_some() {
            return;
        }
        let ticket = mix(self.seed ^ mix((person.family.0 << 8) | u64::from(person.member)));
        match person.presence {
            Presence::OnFile(_) => self.present.offer(ticket, person),
            Presence::FamilyOnFile => self.absent.offer(ticket, person),
            Presence::Unknown => {}
        }
    }

    /// The sample.
    #[must_use]
    pub fn finish(self) -> Chosen {
        let mut asked = HashSet::new();
        Chosen {
            absent: self.absent.finish(self.wanted.absent, &mut asked),
            present: self.present.finish(self.wanted.present, &mut asked),
        }
    }
}
