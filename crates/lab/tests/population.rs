//! What a population promises, checked from outside: same bytes, unique never-issued numbers, floors,
//! consistent addresses, and a truth file that a slow second reading of the nation agrees with.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    path::Path,
};

use countersign_lab::{
    error::LabError,
    extract::{COLUMNS, ExtractFormat},
    nation::{
        Parameters, PersonSink, World,
        atlas::Wording,
        generate,
        person::{Person, Presence},
        populate,
    },
    population::{self, PopulationArguments, Report},
    rates::{Rate, Rates},
    request::{Chooser, Deficiency, Kind, RequestParameters, Subject, Value, rows, wanted},
};
use model::{column::Column, time::Date, tin::Tin};

const AS_OF: Date = Date::constant(2026, 11, 1);

fn parameters(people: u64, seed: u64) -> Parameters {
    Parameters {
        people,
        seed,
        as_of: AS_OF,
        rates: Rates::built_in().unwrap(),
    }
}

fn arguments(people: u64, rows: u32, seed: u64, out: &Path) -> PopulationArguments {
    PopulationArguments {
        people,
        rows,
        seed,
        as_of: AS_OF,
        out: out.to_owned(),
        format: ExtractFormat::Csv,
        deficient: Rate::millionths(200_000),
        officers: 4,
        boilerplate: 0,
        rates: Rates::built_in().unwrap(),
    }
}

fn write(arguments: &PopulationArguments) -> Report {
    population::write(arguments, &mut |_| {}).unwrap()
}

struct Everybody(Vec<Person>);

impl PersonSink for Everybody {
    fn person(&mut self, person: &Person) -> Result<(), LabError> {
        self.0.push(person.clone());
        Ok(())
    }
}

/// A nation with a request about it, all in memory.
struct Trial {
    world: World,
    people: Vec<Person>,
    subjects: Vec<Subject>,
}

fn trial(people: u64, request_rows: u32, seed: u64) -> Trial {
    let parameters = parameters(people, seed);
    let world = World::new(&parameters).unwrap();
    let mut everybody = Everybody(Vec::new());
    populate(&world, people, &mut everybody).unwrap();
    let request = RequestParameters {
        rows: request_rows,
        seed,
        deficient: Rate::millionths(200_000),
        officers: 2,
        boilerplate: 0,
    };
    let wanted = wanted(&request, &parameters.rates);
    let mut chooser = Chooser::new(seed, parameters.last_year(), wanted);
    everybody.0.iter().for_each(|person| chooser.offer(person));
    let mut subjects = Vec::new();
    rows(
        &world,
        &parameters.rates,
        &request,
        &chooser.finish(),
        &mut |subject| {
            subjects.push(subject);
            Ok(())
        },
    )
    .unwrap();
    Trial {
        world,
        people: everybody.0,
        subjects,
    }
}

#[test]
fn the_same_arguments_make_the_same_bytes() {
    let folders = [
        tempfile::tempdir().unwrap(),
        tempfile::tempdir().unwrap(),
        tempfile::tempdir().unwrap(),
    ];
    for (folder, seed) in folders.iter().zip([5, 5, 6]) {
        write(&arguments(3_000, 40, seed, folder.path()));
    }
    for file in ["extract.csv", "request.xlsx", "truth.csv"] {
        let [first, second, other] = folders
            .each_ref()
            .map(|folder| std::fs::read(folder.path().join(file)).unwrap());
        assert!(first == second, "{file} differs");
        assert!(first != other, "{file} does not depend on the seed");
    }
}

#[test]
fn an_extract_is_what_its_format_says() {
    let folder = tempfile::tempdir().unwrap();
    let report = write(&arguments(4_000, 10, 8, folder.path()));
    let mut reader = csv::Reader::from_path(folder.path().join("extract.csv")).unwrap();
    assert_eq!(reader.headers().unwrap(), COLUMNS.as_slice());
    let (mut periods, mut numbers, mut owners) = (HashSet::new(), HashMap::new(), HashMap::new());
    let mut count = 0;
    for row in reader.records() {
        let row = row.unwrap();
        count += 1;
        let (id, tin) = (row[0].to_owned(), row[1].parse::<Tin>().unwrap());
        assert!(tin.is_never_issued());
        assert!(
            periods.insert((id.clone(), row[6].to_owned())),
            "two rows for one person and period"
        );
        assert_eq!(
            *owners.entry(row[1].to_owned()).or_insert(id.clone()),
            id,
            "a number of two people"
        );
        assert_eq!(
            *numbers.entry(id).or_insert(row[1].to_owned()),
            row[1],
            "a person of two numbers"
        );
        let (period, filed): (i16, Date) = (row[6].parse().unwrap(), row[7].parse().unwrap());
        assert!(filed > Date::new(period, 12, 31).unwrap() && filed <= AS_OF);
        assert!((2019..=2025).contains(&period));
        assert!(
            row[5].is_empty()
                || row[5].parse::<Date>().unwrap() < Date::new(period - 12, 1, 1).unwrap()
        );
        assert!(
            !row[2].is_empty() && !row[3].is_empty() && !row[8].is_empty() && !row[10].is_empty()
        );
        assert!(
            row[11].len() == 2 && row[12].len() == 5,
            "{} {}",
            &row[11],
            &row[12]
        );
        assert!(["true", "false"].contains(&&row[13]) && ["true", "false"].contains(&&row[14]));
    }
    assert_eq!((numbers.len(), count), (4_000, report.extract_rows));
}

#[cfg(feature = "parquet")]
#[test]
fn both_formats_hold_the_same_texts() {
    use parquet::file::reader::{FileReader, SerializedFileReader};

    let folder = tempfile::tempdir().unwrap();
    let mut arguments = arguments(1_500, 10, 9, folder.path());
    write(&arguments);
    arguments.format = ExtractFormat::Parquet;
    write(&arguments);
    let file = std::fs::File::open(folder.path().join("extract.parquet")).unwrap();
    let parquet = SerializedFileReader::new(file).unwrap();
    let columnar = parquet.get_row_iter(None).unwrap().map(|row| {
        let row = row.unwrap();
        row.get_column_iter()
            .map(|(_, field)| field.to_string().trim_matches('"').to_owned())
            .collect::<Vec<_>>()
    });
    let mut reader = csv::Reader::from_path(folder.path().join("extract.csv")).unwrap();
    let comma = reader
        .records()
        .map(|row| row.unwrap().iter().map(str::to_owned).collect::<Vec<_>>());
    assert!(columnar.eq(comma));
}

#[test]
fn floors_hold() {
    let trial = trial(30_000, 2_000, 11);
    let on_file: Vec<&Person> = trial
        .people
        .iter()
        .filter(|person| person.is_on_file())
        .collect();
    let per_mille = |part: usize, whole: usize| part * 1_000 / whole.max(1);
    let namesakes = on_file
        .iter()
        .filter(|person| person.likeness.namesake)
        .count();
    assert!(
        per_mille(namesakes, on_file.len()) >= 10,
        "same-named relatives: {namesakes}"
    );
    let born: Vec<&Person> = trial
        .people
        .iter()
        .filter(|person| person.likeness.born_into_family)
        .collect();
    let twins = born.iter().filter(|person| person.likeness.twin).count();
    assert!(
        (26..=37).contains(&per_mille(twins, born.len())),
        "twins: {twins} of {}",
        born.len()
    );
    let clean: Vec<&Subject> = trial
        .subjects
        .iter()
        .filter(|subject| !matches!(subject.kind, Kind::Deficient(_)))
        .collect();
    let share = |kind| {
        per_mille(
            clean.iter().filter(|subject| subject.kind == kind).count(),
            clean.len(),
        )
    };
    assert!(share(Kind::Absent) >= 100 && share(Kind::AddressNotOnFile) >= 100);
    let movers = on_file.iter().filter(|person| {
        person
            .filings
            .windows(2)
            .any(|pair| pair[0].dwelling != pair[1].dwelling)
    });
    assert!((300..=700).contains(&per_mille(movers.count(), on_file.len())));
}

/// Of each group's people on file, how many.
fn by_group(parameters: &Parameters) -> BTreeMap<&'static str, u64> {
    let mut everybody = Everybody(Vec::new());
    generate(parameters, &mut everybody).unwrap();
    let mut count = BTreeMap::new();
    for person in everybody.0.iter().filter(|person| person.id.is_some()) {
        *count.entry(person.group.label()).or_default() += 1;
    }
    count
}

#[test]
fn groups_can_be_of_equal_size() {
    let usual = parameters(6_000, 16);
    let few = by_group(&usual);
    assert!(few["native"] < 120 && few["white"] > 3_000, "{few:?}");
    let equal = Parameters {
        people: 30_000,
        rates: usual.rates.with_equal_groups(),
        ..usual
    };
    let equal = by_group(&equal);
    assert_eq!((equal.len(), equal.values().sum()), (6, 30_000));
    // A sixth, within 5%: families make it vary more than people drawn one by one would.
    let near = 4_750..=5_250;
    assert!(
        equal.values().all(|count| near.contains(count)),
        "{equal:?}"
    );
}

#[test]
fn names_change_at_a_marriage_and_not_before() {
    let mut everybody = Everybody(Vec::new());
    generate(&parameters(5_000, 15), &mut everybody).unwrap();
    let mut changed = 0;
    for person in &everybody.0 {
        let Some(former) = &person.former_surname else {
            assert_eq!(person.surnames_in(1990), person.surnames);
            continue;
        };
        changed += 1;
        assert!((2020..=2025).contains(&former.until_year));
        assert_eq!(person.surnames_in(former.until_year - 1), former.surnames);
        assert_eq!(person.surnames_in(former.until_year), person.surnames);
        assert_ne!(former.surnames, person.surnames);
    }
    assert!(changed > 50, "{changed}");
}

#[test]
fn families_make_sense() {
    let mut everybody = Everybody(Vec::new());
    let census = generate(&parameters(20_000, 12), &mut everybody).unwrap();
    assert_eq!(census.people, 20_000);
    let mut families: BTreeMap<u64, Vec<&Person>> = BTreeMap::new();
    for person in &everybody.0 {
        families.entry(person.family.0).or_default().push(person);
    }
    let mut shared = 0;
    for family in families.values() {
        let anybody = family.iter().any(|person| person.is_on_file());
        for person in family {
            assert_eq!(person.is_on_file(), !person.filings.is_empty());
            assert_eq!(
                person.presence == Presence::FamilyOnFile,
                !person.is_on_file() && anybody
            );
            assert!(
                person
                    .stays
                    .windows(2)
                    .all(|pair| pair[0].from_year < pair[1].from_year)
            );
            assert!(
                person
                    .filings
                    .windows(2)
                    .all(|pair| pair[0].period < pair[1].period)
            );
            assert!(person.died_in.is_none_or(|year| {
                person
                    .filings
                    .iter()
                    .all(|f| i32::from(f.period.year()) < year)
            }));
            assert!(person.tin.as_ref().is_some_and(Tin::is_never_issued));
        }
        for twin in family.iter().filter(|person| person.likeness.twin) {
            let births = family
                .iter()
                .filter(|other| other.date_of_birth == twin.date_of_birth && other.likeness.twin);
            assert!(births.count() >= 2, "a twin alone");
        }
        let homes: HashSet<_> = family
            .iter()
            .filter_map(|person| person.stays.last())
            .map(|stay| stay.dwelling)
            .collect();
        shared += usize::from(homes.len() < family.len());
    }
    assert!(
        shared * 2 > families.len(),
        "most families share a dwelling: {shared} of {}",
        families.len()
    );
}

/// The truth of a row, read again from the nation without the code that made it.
#[test]
fn the_truth_file_is_true() {
    let trial = trial(12_000, 1_500, 13);
    let by_id: HashMap<String, &Person> = trial
        .people
        .iter()
        .filter_map(|person| Some((person.id.as_ref()?.to_string(), person)))
        .collect();
    let mut asked = HashSet::new();
    for subject in &trial.subjects {
        let row = &subject.row;
        let person = subject.person_id.as_ref().map(|id| by_id[id]);
        assert_eq!(person.is_none(), subject.kind == Kind::Absent);
        if let Some(person) = person {
            assert!(asked.insert(person.family.0), "a family asked about twice");
        }
        if matches!(subject.kind, Kind::Deficient(_)) {
            continue;
        }
        let evidence = row.value(Column::DateOfBirth).is_some() || row.value(Column::Tin).is_some();
        let (Some(person), years) = (person, years(row.words(Column::TaxPeriods))) else {
            continue;
        };
        let asked: Vec<_> = person
            .filings
            .iter()
            .filter(|f| years.contains(&f.period.year()))
            .collect();
        assert!(!asked.is_empty(), "nothing on file for the periods asked");
        let same = |dwelling| {
            let zip = trial
                .world
                .atlas()
                .lines(dwelling, Wording::default())
                .postal_code;
            let number = trial
                .world
                .atlas()
                .lines(dwelling, Wording::default())
                .line_1;
            zip == row.words(Column::PostalCode)
                && number.split(' ').next().map(str::to_lowercase)
                    == row
                        .words(Column::AddressLine1)
                        .split(' ')
                        .next()
                        .map(|word| word.replace('.', "").to_lowercase())
        };
        let on_file = person.filings.iter().any(|filing| same(filing.dwelling));
        match subject.kind {
            Kind::Answerable | Kind::Held => assert!(evidence && on_file),
            Kind::NoEvidence => assert!(!evidence && on_file),
            _ => {}
        }
        if subject.latest_address_given {
            assert!(same(asked.last().unwrap().dwelling));
        }
        if subject.kind == Kind::AddressNotOnFile {
            assert!(!subject.latest_address_given);
        }
    }
}

fn years(text: &str) -> HashSet<u16> {
    match text.split_once('-') {
        Some((from, to)) => (from.parse().unwrap()..=to.parse().unwrap()).collect(),
        None => text.split("; ").map(|year| year.parse().unwrap()).collect(),
    }
}

#[test]
fn rows_are_complete_and_coherent() {
    let trial = trial(8_000, 1_000, 14);
    let (mut cases, mut officers) = (HashSet::new(), HashMap::<String, u32>::new());
    let mut ways = HashSet::new();
    for subject in &trial.subjects {
        let row = &subject.row;
        if let Kind::Deficient(why) = subject.kind {
            ways.insert(why);
            continue;
        }
        for column in Column::ALL
            .iter()
            .filter(|column| column.need() == model::column::Need::Always)
        {
            assert!(
                row.value(*column).is_some(),
                "{} is missing",
                column.header()
            );
        }
        assert!(cases.insert(row.words(Column::CaseNumber).to_owned()));
        *officers
            .entry(row.words(Column::OfficerId).to_owned())
            .or_default() += 1;
        for column in Column::ALL {
            if let Some(Value::Date(date)) = row.value(*column) {
                assert!(*date <= AS_OF, "{} lies in the future", column.header());
            }
        }
        if row.words(Column::Statute) == "8 U.S.C. 1253(a)(1)(A)" {
            let Some(Value::Date(order)) = row.value(Column::FinalOrderDate) else {
                panic!("no order")
            };
            assert!(*order < AS_OF.checked_sub(jiff::Span::new().days(90)).unwrap());
            assert!(row.words(Column::OrderGround).starts_with("1227(a)"));
        }
    }
    assert_eq!(ways.len(), Deficiency::ALL.len());
    assert!(officers.values().all(|count| *count <= 12), "{officers:?}");
}

#[test]
fn small_and_odd_sizes_work() {
    let folder = tempfile::tempdir().unwrap();
    for (people, rows) in [(1, 1), (2, 30), (50, 200), (500, 0)] {
        let report = write(&arguments(people, rows, 3, folder.path()));
        assert_eq!(
            (report.people, report.kinds.values().sum::<u32>()),
            (people, rows),
            "{people} {rows}"
        );
    }
}

#[test]
fn arguments_out_of_range_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let check = |arguments: PopulationArguments, expected: &str| {
        let error = population::write(&arguments, &mut |_| {}).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    };
    check(
        arguments(0, 1, 1, folder.path()),
        "--people must be from 1 to",
    );
    check(
        arguments(40_000_000, 1, 1, folder.path()),
        "--people must be from 1 to",
    );
    check(
        arguments(10, 9_000_000, 1, folder.path()),
        "--rows must be at most",
    );
    let mut early = arguments(10, 1, 1, folder.path());
    early.as_of = Date::constant(1900, 1, 1);
    check(early, "--as-of must be a day");
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    check(arguments(10, 1, 1, &file), "cannot write");
}
