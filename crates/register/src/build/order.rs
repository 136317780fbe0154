//! The order of records, and people whose rows stand in several runs.
//!
//! Place in the flow: after all rows are prepared. People are put into a keyed order, in which runs of
//! one person are neighbours: they become one person here.
//!
//! Left to others: what rows say (prepare).

use std::collections::{HashMap, VecDeque};

use identity::candidates::Marker;
use rayon::prelude::*;

use super::{
    BuildError,
    bucket::{Buckets, SEGMENT},
    draft::{Drafts, Outline, OutlineEntry, OutlineRow, Place},
    in_order,
    stated::Facts,
    view::{EntryView, PersonView},
};

/// People in the order of their records.
pub struct People {
    /// Segments of the buckets, then of the people of several runs, each with room for as many.
    drafts: Vec<Drafts>,
    /// Numbers of people: place among the drafts, counted with as many people in each.
    order: Vec<u32>,
    /// Of each bucket that is kept, where its people end in the order and its segments among the drafts.
    kept: VecDeque<(usize, usize)>,
    /// Segments that are kept no more.
    forgotten: usize,
}

/// Places of a bucket in order, with numbers.
type Places = Vec<(Place, u32)>;

impl People {
    /// Puts all people in order.
    ///
    /// # Errors
    /// [`BuildError::Empty`], [`BuildError::TooLarge`] beyond 2^32 runs, and
    /// [`BuildError::PeriodTwice`] for the first person in the file who has a period in two runs.
    pub fn of(buckets: Buckets) -> Result<Self, BuildError> {
        let mut drafts: Vec<Drafts> = Vec::new();
        let mut places: Vec<(u32, Places)> = Vec::new();
        for mut bucket in buckets.finish() {
            places.push((first_number(drafts.len())?, bucket.places));
            drafts.append(&mut bucket.segments);
        }
        first_number(drafts.len())?;
        if drafts.is_empty() {
            return Err(BuildError::Empty);
        }
        places.par_iter_mut().for_each(|(first, places)| {
            for (_, own) in places.iter_mut() {
                *own = own.saturating_add(*first);
            }
            places.sort_unstable();
        });
        let mut people = Self {
            drafts,
            order: Vec::new(),
            kept: VecDeque::new(),
            forgotten: 0,
        };
        people.join_runs(&places)?;
        Ok(people)
    }

    /// How many people there are.
    pub fn count(&self) -> usize {
        self.order.len()
    }

    /// How many entries they have, or a few less: those of several runs may be counted twice.
    pub fn entries(&self) -> usize {
        self.drafts.iter().map(Drafts::entries).sum()
    }

    /// The numbers of all people, in order. They are taken out: people can be forgotten meanwhile.
    pub fn take_order(&mut self) -> Vec<u32> {
        std::mem::take(&mut self.order)
    }

    /// Takes out what only people before this place in the order are made of, so that its memory can be
    /// used for what is made. Those of several runs stay.
    pub fn forget(&mut self, before: usize) -> Vec<Drafts> {
        let mut forgotten = Vec::new();
        while let Some((_, segments)) = self.kept.pop_front_if(|(end, _)| *end <= before) {
            let segments = self.forgotten..segments;
            self.forgotten = segments.end;
            let drafts = self.drafts.get_mut(segments).unwrap_or(&mut []);
            forgotten.extend(drafts.iter_mut().map(std::mem::take));
        }
        forgotten
    }

    /// A person by number.
    pub fn person(&self, number: u32) -> Option<PersonView<'_>> {
        let number = usize::try_from(number).ok()?;
        self.drafts.get(number / SEGMENT)?.person(number % SEGMENT)
    }

    /// Makes one person of the runs of each.
    fn join_runs(&mut self, places: &[(u32, Places)]) -> Result<(), BuildError> {
        let runs = || {
            let buckets = places.iter();
            buckets.flat_map(|(_, places)| places.chunk_by(|a, b| a.0 == b.0))
        };
        let mut several: Vec<Vec<u32>> = runs()
            .filter(|runs| runs.len() > 1)
            .map(|runs| runs.iter().map(|(_, run)| *run).collect())
            .collect();
        // In the order of the file, which numbers are not in.
        let first_row = |run: &u32| self.person(*run).map(|person| person.first_row);
        several
            .iter_mut()
            .for_each(|runs| runs.sort_unstable_by_key(first_row));
        several.sort_unstable_by_key(|runs| runs.first().and_then(first_row));
        let joined = several
            .par_chunks(SEGMENT)
            .map(|people| self.joined(people))
            .collect();
        let joined = in_order(joined)?;
        let first = first_number(self.drafts.len())?;
        first_number(self.drafts.len().saturating_add(joined.len()))?;
        let numbers: HashMap<u32, u32> = (first..)
            .zip(&several)
            .flat_map(|(number, runs)| runs.iter().map(move |run| (*run, number)))
            .collect();
        let next = places.iter().skip(1).map(|(first, _)| *first);
        for ((_, places), end) in places.iter().zip(next.chain([first])) {
            let runs = places.chunk_by(|a, b| a.0 == b.0);
            let people = runs.filter_map(|runs| runs.first());
            let people = people.map(|(_, run)| numbers.get(run).copied().unwrap_or(*run));
            self.order.extend(people);
            let segments = usize::try_from(end).unwrap_or(usize::MAX) / SEGMENT;
            self.kept.push_back((self.order.len(), segments));
        }
        self.drafts.extend(joined);
        Ok(())
    }

    fn joined(&self, people: &[Vec<u32>]) -> Result<Drafts, BuildError> {
        let mut drafts = Drafts::default();
        let mut outline = Outline::default();
        for runs in people {
            let views = runs.iter().filter_map(|run| self.person(*run));
            let views: Vec<PersonView<'_>> = views.collect();
            outline.clear();
            join_entries(&views, &mut drafts, &mut outline)?;
            let name = views.iter().map(|view| view.name);
            let name = name.max_by_key(|name| name.period).unwrap_or_default();
            drafts.add_person(joined_facts(&views), name, &mut outline)?;
        }
        Ok(drafts.exact())
    }
}

/// The number of the first person of a segment.
fn first_number(segment: usize) -> Result<u32, BuildError> {
    let number = segment.saturating_mul(SEGMENT);
    u32::try_from(number).map_err(|_| BuildError::TooLarge)
}

fn joined_facts(views: &[PersonView<'_>]) -> Facts {
    let mut whole = Facts {
        date_of_birth: Default::default(),
        tin: Default::default(),
        marker: Marker::None,
    };
    for view in views {
        whole.date_of_birth.join(view.facts.date_of_birth.clone());
        whole.tin.join(view.facts.tin.clone());
        if view.facts.marker == Marker::Hold {
            whole.marker = Marker::Hold;
        }
    }
    whole
}

/// Outlines the entries of all runs of a person, those of one address as one.
fn join_entries(
    views: &[PersonView<'_>],
    drafts: &mut Drafts,
    outline: &mut Outline,
) -> Result<(), BuildError> {
    let mut entries: Vec<EntryView<'_>> = views.iter().flat_map(|view| view.entries()).collect();
    entries.sort_by_key(|entry| entry.periods.first().copied());
    for entry in entries {
        let identity = entry.address.facts.identity;
        let Some(last) = entry.periods.last().copied() else {
            continue;
        };
        let is_same = |known: &&mut OutlineEntry| {
            let address = drafts.address(known.address);
            address.is_some_and(|address| address.facts.identity == identity)
        };
        let place = match outline.entries.iter_mut().find(is_same) {
            Some(known) => {
                if known.last < last {
                    known.last = last;
                    known.latest = drafts.copy_address(entry.latest)?;
                }
                known.place
            }
            None => {
                let place = outline.entries.len();
                let [address, latest] = drafts.copy_addresses(entry)?;
                outline.entries.push(OutlineEntry {
                    address,
                    latest,
                    last,
                    place,
                });
                place
            }
        };
        outline
            .rows
            .extend(entry.rows().map(|(period, row)| OutlineRow {
                period,
                row,
                entry: place,
            }));
    }
    outline.rows.sort_unstable();
    once_each(&outline.rows)
}

/// Whether each period stands once.
fn once_each(rows: &[OutlineRow]) -> Result<(), BuildError> {
    let twice = rows.windows(2).find_map(|pair| match pair {
        [first, second] if first.period == second.period => Some(BuildError::PeriodTwice {
            first: first.row,
            second: second.row,
            period: first.period,
        }),
        _ => None,
    });
    twice.map_or(Ok(()), Err)
}
