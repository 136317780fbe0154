//! Gathering: from a query and a register to the transcript that alone decides.
//!
//! Place in the flow: the only part of stage B that touches the register; decide judges what it
//! gives.
//!
//! Left to others: odds, floors and reasons (decide).

use std::cell::OnceCell;

use model::id::RecordNumber;

use crate::{
    alternatives::{Alternatives, Case},
    blocking::{BlockKey, KEYS_VERSION, KeyKind, near_years},
    bound::{Bounds, RowClasses},
    candidates::{Candidates, CandidatesError, Marker, UnreadBlock},
    compare::{Comparator, NamedRecord},
    facts::{exchanged_names, facts_of, slips_of},
    floor::{floor, floor_for},
    found::{Found, FoundSet},
    kinds::{KindSet, Search},
    level::{AddressLevel, BirthLevel, Levels, SurnameLevel},
    numbering::Numbering,
    parameters::{CROWDS, LEAST_WEIGHT, MODEL_VERSION, PASSED_OVER, SEARCHED, model_digest},
    query::Query,
    query_keys::{QueryKeys, Slips},
    scale::{Fixed, Millibits},
    score::{best_group, fields_weight, prior},
    seen::Seen,
    sieve::Sieve,
    transcript::{CandidateGroup, PassedOver, RowFacts, Transcript},
    unseen::unseen,
};

/// What a query is looked up under in a register if every search is made: its keys, and the years of
/// birth under which oversized blocks are read.
#[must_use]
pub fn keys_of(query: &Query, register: &dyn Candidates) -> (Vec<BlockKey>, &'static [i16]) {
    let (row, _) = facts_of(query, register);
    let keys = QueryKeys::new(query, exchanged_names(&row));
    let slips = slips_of(query.name(), register);
    (keys.all(&slips), near_years(query.date_of_birth()))
}

/// So many records found alike are not compared before the next search.
const fn crowd_after(search: Search) -> u64 {
    let [small, large] = CROWDS;
    match search {
        Search::Addresses | Search::Parts => small,
        Search::Names | Search::Slips => large,
        Search::SlipParts => u64::MAX,
    }
}

/// The nearest that an address of a record found under these kinds of key can be: whoever has an address
/// of the row on file is found under it.
fn nearest_address(kinds: KindSet, unread: &[UnreadBlock]) -> AddressLevel {
    let is_unread = unread.iter().any(|block| block.kind == KeyKind::Address);
    if kinds.has(KeyKind::Address) || is_unread {
        AddressLevel::OnFileUnit
    } else {
        AddressLevel::Near
    }
}

/// Compares the query with every candidate that could matter. Searches further as long as whoever would
/// be found could.
///
/// # Errors
/// [`CandidatesError`] where the register cannot be read.
pub fn gather(query: &Query, register: &dyn Candidates) -> Result<Transcript, CandidatesError> {
    let (row, bearing) = facts_of(query, register);
    let can_be_answered = floor_for(&row).is_ok();
    let asked = Asked {
        query,
        register,
        keys: QueryKeys::new(query, exchanged_names(&row)),
        comparator: Comparator::new(query, bearing),
        slips: OnceCell::new(),
        people: register.people(),
        classes: RowClasses::of(&row),
        unseen_if_all_read: Default::default(),
    };
    let mut search = Search::Addresses;
    let (mut found, mut seen) = (FoundSet::default(), Seen::default());
    if !can_be_answered {
        let nobody = Compared::new(prior(asked.people));
        return asked.transcript(search, Vec::new(), nobody);
    }
    let mut unread = asked.find(None, search, &mut found)?;
    loop {
        let compared = asked.compare(search, (found.found(), &mut seen), &unread)?;
        let Some(further) = asked.further(search, &unread, &compared) else {
            return asked.transcript(search, unread, compared);
        };
        unread.extend(asked.find(Some(search), further, &mut found)?);
        search = further;
    }
}

/// Keys that most rows have at most in the searches made together.
const KEYS: usize = 64;

/// Pairs of a level of birth dates and one of surnames.
const BIRTHS_AND_SURNAMES: usize = BirthLevel::ALL.len() * SurnameLevel::ALL.len();

/// A row put to a register.
struct Asked<'q, 'r> {
    query: &'q Query,
    register: &'r dyn Candidates,
    keys: QueryKeys<'q>,
    comparator: Comparator<'q>,
    slips: OnceCell<Slips<'r>>,
    people: u64,
    classes: RowClasses,
    unseen_if_all_read: [OnceCell<Millibits>; Search::ALL.len()],
}

impl Asked<'_, '_> {
    /// Adds what the searches after one find, through another; gives what they could not read.
    fn find(
        &self,
        after: Option<Search>,
        through: Search,
        found: &mut FoundSet,
    ) -> Result<Vec<UnreadBlock>, CandidatesError> {
        let slips = || {
            self.slips
                .get_or_init(|| slips_of(self.query.name(), self.register))
        };
        let searches = Search::ALL.into_iter();
        let searches = searches.filter(|search| Some(*search) > after && *search <= through);
        let mut keys: Vec<BlockKey> = Vec::with_capacity(KEYS);
        keys.extend(searches.flat_map(|search| self.keys.first_in(search, slips)));
        let years = near_years(self.query.date_of_birth());
        self.register.find(&keys, years, found)
    }

    /// The most that anybody weighs whom a search and those before it do not find: worked out once for each
    /// where all blocks are read.
    fn unseen(&self, search: Search, unread: &[UnreadBlock]) -> Millibits {
        let of = |search| unseen(&self.classes, search, unread, self.people).greatest();
        match self.unseen_if_all_read.get(search as usize) {
            Some(known) if unread.is_empty() => *known.get_or_init(|| of(search)),
            _ => of(search),
        }
    }

    /// How far to search next; `None` where nobody who was not found matters. Before slips are looked for,
    /// whoever bears the names as they stand is compared.
    fn further(
        &self,
        search: Search,
        unread: &[UnreadBlock],
        compared: &Compared,
    ) -> Option<Search> {
        let next = search.next()?;
        let may_matter = |search| compared.leaves_room_for(self.unseen(search, unread));
        let last = match compared.worth_naming() {
            Some(heaviest) if heaviest.is_nameable && search >= Search::Names => Search::SlipParts,
            _ => Search::Names,
        };
        let is_wanted = next <= last
            && may_matter(search)
            && (next < Search::Slips || self.could_answer(compared));
        if !is_wanted {
            return compared.met_a_crowd.then_some(next);
        }
        let mut following = Search::ALL
            .into_iter()
            .filter(|further| *further >= next && *further <= last);
        following
            .find(|further| !may_matter(*further))
            .or(Some(last))
    }

    /// Whether the alternatives found so far, and those that no search finds, leave odds that any
    /// threshold allows.
    fn could_answer(&self, compared: &Compared) -> bool {
        let groups: Vec<CandidateGroup> = compared.groups.iter().map(|(group, _)| *group).collect();
        let best =
            best_group(groups.iter(), &self.classes.row).and_then(|best| groups.get(best.place));
        let Some(best) = best else {
            return true;
        };
        let case = Case {
            classes: &self.classes,
            people: self.people,
            search: Search::SlipParts,
            unread: &[],
            candidates: &groups,
            passed_over: &[],
            light: compared.light,
        };
        Alternatives::of(&case, best).total() < Fixed::power(-LEAST_WEIGHT)
    }

    /// Compares those found who could matter, until so many of them are found alike.
    fn compare(
        &self,
        search: Search,
        (found, seen): (&[Found], &mut Seen),
        unread: &[UnreadBlock],
    ) -> Result<Compared, CandidatesError> {
        let bounds = Bounds::new(&self.classes, search, unread, self.people);
        let sieve = Sieve::of(found, self.query.date_of_birth(), &bounds);
        let mut compared = Compared::new(prior(self.people));
        let crowd = crowd_after(search);
        let mut is_read_ahead = false;
        let mut groups = sieve.groups().iter();
        while let Some(group) = groups.next() {
            let (members, count) = (sieve.members(group), sieve.count(group));
            if !compared.could_be_changed_by(group.greatest) {
                compared.passed_over.push(PassedOver {
                    kinds: group.kinds,
                    birth: group.birth,
                    count,
                });
                continue;
            }
            if count >= crowd {
                compared.met_a_crowd = true;
                break;
            }
            let has_somebody = compared.heaviest.is_some();
            if has_somebody && !std::mem::replace(&mut is_read_ahead, true) {
                // Most that could matter beside them will when it is their turn.
                let near = groups.as_slice().iter().take_while(|group| {
                    sieve.count(group) < crowd && compared.could_be_changed_by(group.greatest)
                });
                let near = near.flat_map(|group| sieve.members(group));
                let all = members.iter().chain(near);
                seen.read(all, found, &self.comparator, self.register)?;
            } else {
                seen.read(members.iter(), found, &self.comparator, self.register)?;
            }
            let birth_of = |member: &NamedRecord| {
                let told = group.birth;
                told.unwrap_or_else(|| self.comparator.birth_level(&member.head))
            };
            let named = with_room_for_given_names(
                group.kinds,
                seen.records(members)
                    .map(|member| (member, birth_of(member))),
                &bounds,
                &mut compared,
            );
            let nearest = nearest_address(group.kinds, unread);
            self.compare_rest(&named, nearest, &mut compared)?;
        }
        Ok(compared)
    }

    /// Compares the given names of records found under no address nearer than one, and the addresses of
    /// those whom all names leave room for.
    fn compare_rest(
        &self,
        named: &[NamedRecord],
        nearest: AddressLevel,
        compared: &mut Compared,
    ) -> Result<(), CandidatesError> {
        if named.is_empty() {
            return Ok(());
        }
        let levels = self
            .comparator
            .levels_but_address(named, nearest, self.register)?;
        let mut near: Vec<RecordNumber> = Vec::with_capacity(named.len());
        let mut levels_of_near: Vec<Levels> = Vec::with_capacity(named.len());
        for (named, levels) in named.iter().zip(levels) {
            if compared.is_light(fields_weight(&levels, &self.classes.row) + compared.prior) {
                compared.light = compared.light.saturating_add(1);
            } else {
                near.push(named.record);
                levels_of_near.push(levels);
            }
        }
        let records = self.register.records(&near)?;
        for ((record, head), mut levels) in near.iter().zip(&records.heads).zip(levels_of_near) {
            let addresses = records.addresses_of(head);
            levels.address = self.comparator.address_level(*record, addresses);
            compared.add(*record, head.marker, levels, &self.classes.row);
        }
        Ok(())
    }

    fn transcript(
        self,
        search: Search,
        mut unread: Vec<UnreadBlock>,
        mut compared: Compared,
    ) -> Result<Transcript, CandidatesError> {
        unread.sort_unstable();
        compared.count_the_light(&self.classes.row);
        compared.passed_over.sort_unstable();
        compared.groups.sort_unstable();
        let best = compared.best(&self.classes.row);
        let entries_given = match best {
            Some(record) => {
                let addresses = self.register.record(record)?.addresses;
                self.comparator.entries_given(record, &addresses)
            }
            None => Vec::new(),
        };
        let groups = compared.groups.into_iter();
        Ok(Transcript {
            version: MODEL_VERSION.to_owned(),
            model: model_digest_text().to_owned(),
            keys: KEYS_VERSION.to_owned(),
            people: self.people,
            row: self.classes.row,
            search,
            unread,
            candidates: groups.map(|(group, _)| group).collect(),
            passed_over: compared.passed_over,
            light: compared.light,
            best,
            entries_given,
        })
    }
}

/// Those of a group who are not light for their surnames and dates of birth alone.
fn with_room_for_given_names<'s>(
    kinds: KindSet,
    members: impl Iterator<Item = (&'s NamedRecord, BirthLevel)>,
    bounds: &Bounds<'_>,
    compared: &mut Compared,
) -> Vec<NamedRecord> {
    let mut known: [Option<bool>; BIRTHS_AND_SURNAMES] = [None; BIRTHS_AND_SURNAMES];
    let mut named: Vec<NamedRecord> = Vec::new();
    for (member, birth) in members {
        let surname = member.surnames.straight;
        let place = birth as usize * SurnameLevel::ALL.len() + surname as usize;
        let before = known.get(place).copied().flatten();
        let is_light = before
            .unwrap_or_else(|| compared.is_light(bounds.greatest_with(kinds, birth, surname)));
        if let Some(known) = known.get_mut(place) {
            *known = Some(is_light);
        }
        if is_light && member.surnames.exchanged.is_none() {
            compared.light = compared.light.saturating_add(1);
        } else {
            named.push(*member);
        }
    }
    named
}

/// Candidates that agree alike, each group with its first record.
struct Compared {
    kinds: Numbering,
    groups: Vec<(CandidateGroup, RecordNumber)>,
    passed_over: Vec<PassedOver>,
    light: u64,
    heaviest: Option<Heaviest>,
    /// Whether some who could matter were not compared, for there are so many alike.
    met_a_crowd: bool,
    /// Of every record.
    prior: Millibits,
}

/// The heaviest record compared so far.
#[derive(Clone, Copy)]
struct Heaviest {
    weight: Millibits,
    /// Whether the floors allow to name it.
    is_nameable: bool,
}

impl Compared {
    fn new(prior: Millibits) -> Self {
        Self {
            kinds: Numbering::default(),
            groups: Vec::new(),
            passed_over: Vec::new(),
            light: 0,
            heaviest: None,
            met_a_crowd: false,
            prior,
        }
    }

    fn add(&mut self, record: RecordNumber, marker: Marker, levels: Levels, row: &RowFacts) {
        let held = u32::from(marker == Marker::Hold);
        let place = self.kinds.place(levels.number() << 1 | held);
        if let Some((group, _)) = self.groups.get_mut(place) {
            group.count = group.count.saturating_add(1);
        } else {
            let group = CandidateGroup {
                levels,
                marker,
                count: 1,
            };
            self.groups.push((group, record));
            self.weigh(&levels, fields_weight(&levels, row) + self.prior);
        }
    }

    fn weigh(&mut self, levels: &Levels, weight: Millibits) {
        let is_nameable = floor(levels).is_ok();
        match &mut self.heaviest {
            Some(heaviest) if heaviest.weight > weight => {}
            Some(heaviest) if heaviest.weight == weight => heaviest.is_nameable |= is_nameable,
            heaviest => {
                *heaviest = Some(Heaviest {
                    weight,
                    is_nameable,
                });
            }
        }
    }

    /// Whether those who weigh so much at most could matter: as the person meant, or as rivals of somebody
    /// who could be named, unless they weigh less by a margin.
    fn matters_within(&self, greatest: Millibits, margin: Millibits) -> bool {
        match self.worth_naming() {
            None => greatest >= LEAST_WEIGHT,
            Some(heaviest) if heaviest.is_nameable => greatest > heaviest.weight - margin,
            Some(heaviest) => greatest >= heaviest.weight,
        }
    }

    /// Whether records that weigh so much at most could change the outcome. Groups come heaviest first, so
    /// that what is compared in the end depends on the heaviest record alone.
    ///
    /// A record passed over counts for at most 2^-24 of the heaviest ([`PASSED_OVER`]), one compared for
    /// at least as much (alternatives).
    fn could_be_changed_by(&self, greatest: Millibits) -> bool {
        self.matters_within(greatest, PASSED_OVER)
    }

    /// Whether a record that weighs so much at most counts for as little as any that was compared.
    fn is_light(&self, weight: Millibits) -> bool {
        let heaviest = self.worth_naming();
        heaviest.is_some_and(|heaviest| heaviest.is_nameable) && !self.could_be_changed_by(weight)
    }

    /// Counts the groups that are light beside the heaviest of all as such.
    fn count_the_light(&mut self, row: &RowFacts) {
        let (light, groups): (Vec<_>, Vec<_>) = std::mem::take(&mut self.groups)
            .into_iter()
            .partition(|(group, _)| self.is_light(fields_weight(&group.levels, row) + self.prior));
        let counts = light.iter().map(|(group, _)| group.count);
        self.light = counts.fold(self.light, u64::saturating_add);
        self.groups = groups;
    }

    /// The heaviest, where it weighs enough to be named.
    fn worth_naming(&self) -> Option<Heaviest> {
        self.heaviest
            .filter(|heaviest| heaviest.weight >= LEAST_WEIGHT)
    }

    /// Whether whoever was not found and weighs so much at most could matter enough to search further.
    ///
    /// Whoever may be named has an address of the row on file and is found by the first search. So where
    /// nobody found may be, further searches only tell why not, and none with slips is made for that.
    fn leaves_room_for(&self, unseen: Millibits) -> bool {
        self.matters_within(unseen, SEARCHED)
    }

    /// The one record of greatest weight; `None` where several weigh the same.
    fn best(&self, row: &RowFacts) -> Option<RecordNumber> {
        let best = best_group(self.groups.iter().map(|(group, _)| group), row)?;
        let (_, record) = self.groups.get(best.place)?;
        best.is_alone.then_some(*record)
    }
}

/// The model's digest, as transcripts write it.
pub(crate) fn model_digest_text() -> &'static str {
    static DIGEST: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    DIGEST.get_or_init(|| model_digest().to_string())
}
