"""Splink on the same people and requests: its own settings, one answer a request.

Place in the flow: `cargo xtask bench link` and `bench lookup` run it once for each set. It prints one
JSON document. Settings are those of Splink's own examples (docs/demos/examples/duckdb of its
repository, 5.0): `febrl4` (detailed), `deduplicate_50k_synthetic` for historical_50k, `link_only` for
fake_1000; for the nation the same library comparisons, and blocking rules in their manner.

u: random sampling (seed 1). m: once by expectation maximisation with the examples' training rules and
nothing known, once from labels (`estimate_m_from_label_column`) on requests that are not measured.

Left to others: making the sets (prepare, `countersign-lab measure`).

Usage: peer.py labelled SET VARIANT FOLDER MEASURED | nation FOLDER | lookup FOLDER COUNT
MEASURED is a csv whose first column names the requests that nothing was learned from.
"""

import json
import logging
import resource
import sys
import time

import duckdb
import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

THREADS = 2
# Bits the best must be ahead of the next for the gap rule.
GAP = 3
NOMINAL = 0.999
U_PAIRS = {"nation": 1e8}
# Enough for its time alone.
U_PAIRS_LOOKUP = 1e7
# A level no label ever shows is given this chance for the right person.
UNSEEN_M = 1e-4


def with_frequencies(comparison):
    return comparison.configure(term_frequency_adjustments=True)


def names(variant_or_columns):
    first, last = variant_or_columns
    return [with_frequencies(cl.NameComparison(first)), with_frequencies(cl.NameComparison(last))]


def historical(variant):
    names = cl.ForenameSurnameComparison(
        "first_name", "surname", forename_surname_concat_col_name="first_name_surname_concat"
    )
    born = cl.DateOfBirthComparison("dob", input_is_string=True)
    code = cl.PostcodeComparison("postcode_fake")
    rest = [with_frequencies(cl.ExactMatch(name)) for name in ("birth_place", "occupation")]
    comparisons = {
        "full": [names, born, code, *rest],
        "name_dob_postcode": [names, born, code],
        "name_postcode": [names, code],
    }[variant]
    rules = [
        ("substr(first_name,1,3)", "substr(surname,1,4)"),
        ("surname", "dob"),
        ("first_name", "dob"),
        ("postcode_fake", "first_name"),
        ("postcode_fake", "surname"),
        ("dob", "birth_place"),
        ("substr(postcode_fake,1,3)", "dob"),
        ("substr(postcode_fake,1,3)", "first_name"),
        ("substr(postcode_fake,1,3)", "surname"),
        ("substr(first_name,1,2)", "substr(surname,1,2)", "substr(dob,1,4)"),
    ]
    sure = [
        ("first_name", "surname", "dob"),
        ("substr(first_name,1,2)", "surname", "substr(postcode_fake,1,2)"),
        ("dob", "postcode_fake"),
    ]
    train = [("first_name", "surname"), ("dob",)]
    if variant == "name_postcode":
        train = [("first_name", "surname"), ("postcode_fake",)]
    lacking = {"full": [], "name_dob_postcode": ["birth_place"], "name_postcode": ["birth_place", "dob"]}
    has = lambda rule: not any(word in part for word in lacking[variant] for part in rule)
    return {
        "comparisons": comparisons,
        "rules": [block_on(*rule) for rule in rules if has(rule)],
        "sure": [block_on(*rule) for rule in sure if has(rule)],
        "recall": 0.6,
        "train": [block_on(*rule) for rule in train],
        "derived": "first_name || ' ' || surname as first_name_surname_concat",
    }


def febrl4(variant):
    number = variant == "full"
    comparisons = names(("given_name", "surname")) + [
        cl.DateOfBirthComparison(
            "date_of_birth", input_is_string=True, datetime_format="%Y%m%d", invalid_dates_as_null=True
        ),
        with_frequencies(cl.ExactMatch("street_number")),
        with_frequencies(cl.DamerauLevenshteinAtThresholds("postcode", [1, 2])),
    ]
    rules = [
        block_on("given_name", "surname"),
        "l.given_name = r.surname and l.surname = r.given_name",
        block_on("date_of_birth"),
        block_on("state", "address_1"),
        block_on("street_number", "address_1"),
        block_on("postcode"),
    ]
    sure = [block_on("given_name", "surname", "date_of_birth")]
    if number:
        comparisons.append(cl.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2]))
        rules.append(block_on("soc_sec_id"))
        sure.append(block_on("soc_sec_id"))
    return {
        "comparisons": comparisons,
        "rules": rules,
        "sure": sure,
        "recall": 0.8 if number else 0.5,
        "train": [block_on("date_of_birth"), block_on("postcode")],
        "derived": None,
    }


def fake_1000(_variant):
    return {
        "comparisons": names(("first_name", "surname"))
        + [
            cl.DateOfBirthComparison("dob", input_is_string=True),
            with_frequencies(cl.ExactMatch("city")),
            cl.EmailComparison("email"),
        ],
        "rules": [
            block_on("first_name"),
            block_on("surname"),
            block_on("dob"),
            block_on("email"),
        ],
        "sure": [
            "l.first_name = r.first_name and levenshtein(r.dob, l.dob) <= 1",
            "l.surname = r.surname and levenshtein(r.dob, l.dob) <= 1",
            "l.first_name = r.first_name and levenshtein(r.surname, l.surname) <= 2",
            block_on("email"),
        ],
        "recall": 0.7,
        "train": [block_on("dob"), block_on("email"), block_on("first_name")],
        "derived": None,
    }


def nation(_variant):
    middle = cl.CustomComparison(
        output_column_name="middle",
        comparison_levels=[
            cll.NullLevel("middle"),
            cll.ExactMatchLevel("middle", term_frequency_adjustments=True),
            {
                "sql_condition": "substr(middle_l,1,1) = substr(middle_r,1,1)",
                "label_for_charts": "initial",
            },
            cll.ElseLevel(),
        ],
    )
    area = cl.CustomComparison(
        output_column_name="zip",
        comparison_levels=[
            cll.NullLevel("zip"),
            cll.ExactMatchLevel("zip", term_frequency_adjustments=True),
            {"sql_condition": "substr(zip_l,1,3) = substr(zip_r,1,3)", "label_for_charts": "area"},
            cll.ElseLevel(),
        ],
    )
    return {
        "comparisons": names(("given", "surname"))
        + [
            middle,
            cl.ExactMatch("suffix"),
            cl.DateOfBirthComparison("dob", input_is_string=True),
            cl.DamerauLevenshteinAtThresholds("tin", [1]),
            with_frequencies(cl.ExactMatch("house")),
            with_frequencies(cl.JaroWinklerAtThresholds("street", [0.9])),
            cl.ExactMatch("unit"),
            area,
        ],
        "rules": [
            block_on("tin"),
            block_on("given", "surname", "zip"),
            block_on("surname", "dob"),
            block_on("given", "dob"),
            block_on("surname", "substr(given,1,1)", "zip"),
            block_on("given", "house", "street"),
            block_on("house", "street", "zip"),
            block_on("dob", "substr(zip,1,3)"),
            block_on("given", "surname", "substr(dob,1,4)"),
        ],
        "derived": None,
    }


# What a linker sees of people and requests: the same columns.
PEOPLE = "select * from people_read"
REQUESTS = "select * exclude truth from requests_read"
NATION_PEOPLE = "select * exclude (person, current) from people_read"
NATION_REQUESTS = "select * exclude (truth, answerable, part) from requests_read where part = 'measure'"

SETS = {"historical_50k": historical, "febrl4": febrl4, "fake_1000": fake_1000, "nation": nation}


class Side:
    """One database with people and requests registered."""

    def __init__(self, folder, derived):
        self.connection = duckdb.connect()
        self.connection.execute(f"set threads to {THREADS}")
        self.api = DuckDBAPI(self.connection)
        self.registered = 0
        more = f", {derived}" if derived else ""
        for name in ("people", "requests"):
            path = f"{folder}/{name}.csv"
            self.connection.execute(
                f"create table {name}_read as select *{more} from "
                f"read_csv('{path}', all_varchar = true, header = true)"
            )

    def rows(self, sql, name):
        """What the query gives, registered under the name of a data set."""
        self.registered += 1
        return self.api.register(
            self.connection.sql(sql),
            table_name=f"{name}_{self.registered}",
            dataset_display_name=name,
        )


def settings(parts):
    return SettingsCreator(
        link_type="link_only",
        comparisons=parts["comparisons"],
        blocking_rules_to_generate_predictions=parts["rules"],
        retain_matching_columns=False,
    )


def trained_by_em(linker, parts, name):
    linker.training.estimate_probability_two_random_records_match(parts["sure"], recall=parts["recall"])
    linker.training.estimate_u_using_random_sampling(max_pairs=U_PAIRS.get(name, 1e7), seed=1)
    for rule in parts["train"]:
        linker.training.estimate_parameters_using_expectation_maximisation(
            rule, estimate_without_term_frequencies=True
        )


def trained_by_labels(linker, pairs, probability):
    linker.training.estimate_u_using_random_sampling(max_pairs=pairs, seed=1)
    linker.training.estimate_m_from_label_column("truth_label")
    model = linker.misc.save_model_to_json()
    model["probability_two_random_records_match"] = probability
    filled = 0
    for comparison in model["comparisons"]:
        for level in comparison["comparison_levels"]:
            if level.get("is_null_level"):
                continue
            if not isinstance(level.get("m_probability"), float):
                level["m_probability"] = UNSEEN_M
                filled += 1
            if not isinstance(level.get("u_probability"), float):
                level["u_probability"] = 1e-7
                filled += 1
    return model, filled


def ranked(side, pairs, person="unique_id"):
    """For each request with a candidate: weight, probability and gap of the best, whether right."""
    table = pairs.physical_name
    side.connection.execute(
        f"""
        create or replace table pair as
        select q.unique_id as request, q.truth, p.{person} as person,
            max(s.match_weight) as weight, max(s.match_probability) as probability
        from (
            select case when source_dataset_l = 'people' then unique_id_l else unique_id_r end as person_row,
                case when source_dataset_l = 'people' then unique_id_r else unique_id_l end as request_row,
                match_weight, match_probability
            from {table}
        ) s
        join requests_read q on q.unique_id = s.request_row
        join people_read p on p.unique_id = s.person_row
        group by all
        """
    )
    side.connection.execute(
        f"""
        create or replace table best as
        select request, arg_max(person, (weight, person)) = any_value(truth) as is_right,
            max(weight) as weight, max(probability) as probability,
            coalesce(max(weight) - list_sort(list(weight), 'DESC')[2], 1000) >= {GAP} as ahead
        from pair group by request
        """
    )


def counted(side, which):
    """Recall at bearable shares of wrong answers, over the requests `which` selects."""
    on_file = "(select unique_id from people_read)" if which["person"] == "unique_id" else (
        f"(select {which['person']} from people_read)"
    )
    present = side.connection.execute(
        f"select count(*) from requests_read q where ({which['sql']}) and ({which['counts']}) "
        f"and truth in {on_file}"
    ).fetchall()[0][0]
    requests = side.connection.execute(
        f"select count(*) from requests_read q where {which['sql']}"
    ).fetchall()[0][0]
    rows = side.connection.execute(
        f"""
        select b.weight, b.probability, coalesce(b.is_right, false), b.ahead, ({which['counts']})
        from best b join requests_read q on q.unique_id = b.request where {which['sql']}
        order by b.weight desc
        """
    ).fetchall()
    def curve(rows):
        found = {"recall_at_1_percent": 0, "recall_at_0_1_percent": 0, "recall_at_zero": 0}
        shares = {"recall_at_1_percent": 10, "recall_at_0_1_percent": 1, "recall_at_zero": 0}
        answers = wrong = right = 0
        for place, (weight, _, is_right, _, counts) in enumerate(rows):
            answers += 1
            wrong += not is_right
            right += is_right and counts
            if place + 1 < len(rows) and rows[place + 1][0] == weight:
                continue
            for name, share in shares.items():
                if wrong * 1000 <= answers * share:
                    found[name] = right
        return {name: round(value / max(present, 1), 4) for name, value in found.items()}

    def nominal(rows):
        taken = [row for row in rows if row[1] >= NOMINAL]
        wrong = sum(not row[2] for row in taken)
        return {
            "answers": len(taken),
            "wrong": wrong,
            "wrong_rate": round(wrong / max(len(taken), 1), 6),
            "recall": round(sum(row[2] and row[4] for row in taken) / max(present, 1), 4),
        }

    ahead = [row for row in rows if row[3]]
    return {
        "requests": requests,
        "present": present,
        "best": curve(rows),
        "best_with_gap": curve(ahead),
        "at_nominal_0.999": nominal(rows),
        "at_nominal_0.999_with_gap": nominal(ahead),
    }


def measured(side, parts, model, selections, person="unique_id", people=PEOPLE, requests=REQUESTS):
    start = time.perf_counter()
    linker = Linker([side.rows(people, "people"), side.rows(requests, "requests")], model)
    for name in frequency_columns(model):
        linker.table_management.compute_tf_table(name)
    ready = time.perf_counter()
    pairs = linker.inference.predict()
    took = time.perf_counter() - ready
    table = pairs.physical_name
    count = side.connection.execute(f"select count(*) from {table}").fetchall()[0][0]
    asked = side.connection.execute(f"select count(*) from ({requests})").fetchall()[0][0]
    ranked(side, pairs, person)
    return {
        "frequency_seconds": round(ready - start, 2),
        "predict_seconds": round(took, 2),
        "requests_per_second": round(asked / took, 1),
        "pairs": count,
        **{name: counted(side, {"person": person, **which}) for name, which in selections.items()},
    }


def frequency_columns(model):
    columns = set()
    for comparison in model["comparisons"]:
        for level in comparison["comparison_levels"]:
            column = level.get("tf_adjustment_column")
            if column:
                columns.add(column)
    return sorted(columns)


def greatest(counts):
    """The greatest recall at 0.1% wrong, with or without the gap rule."""
    return max(count[rule]["recall_at_0_1_percent"] for count in counts for rule in ("best", "best_with_gap"))


def labelled(name, variant, folder, measured_list):
    parts = SETS[name](variant)
    side = Side(folder, parts["derived"])
    connection = side.connection
    connection.execute(
        f"create table rest as select column0 as id from "
        f"read_csv('{measured_list}', header = false, skip = 1, all_varchar = true, delim = ',')"
    )
    selections = {
        "all": {"sql": "true", "counts": "true"},
        "rest": {"sql": "q.unique_id in (select id from rest)", "counts": "true"},
    }
    start = time.perf_counter()
    linker = Linker(
        [
            side.rows(PEOPLE, "people"),
            side.rows(REQUESTS, "requests"),
        ],
        settings(parts),
    )
    trained_by_em(linker, parts, name)
    by_em = time.perf_counter() - start
    em_model = linker.misc.save_model_to_json()
    probability = em_model["probability_two_random_records_match"]
    unlearned = measured(side, parts, em_model, selections)
    start = time.perf_counter()
    linker = Linker(
        [
            side.rows("select *, unique_id as truth_label from people_read", "people"),
            side.rows(
                "select * exclude truth, truth as truth_label from requests_read "
                "where unique_id not in (select id from rest)",
                "requests",
            ),
        ],
        settings(parts),
    )
    label_model, filled = trained_by_labels(linker, U_PAIRS.get(name, 1e7), probability)
    by_labels = time.perf_counter() - start
    learned = measured(side, parts, label_model, {"rest": selections["rest"]})
    by_label = learned["rest"]
    rest = unlearned["rest"]
    return {
        "set": name,
        "variant": variant,
        # The best of everything Splink can do here, with and without the gap rule.
        "recall_at_0_1_percent_all": greatest([unlearned["all"]]),
        "recall_at_0_1_percent_rest": greatest([rest, by_label]),
        "requests_per_second": unlearned["requests_per_second"],
        "m_by_em": {"train_seconds": round(by_em, 2), **unlearned},
        "m_by_labels": {"train_seconds": round(by_labels, 2), "levels_filled": filled, **learned},
    }


STRATA = {
    "all": "true",
    "with_birth_date": "dob is not null",
    "without_birth_date": "dob is null",
    "without_birth_date_with_tin": "dob is null and tin is not null",
}


def nation_model(folder, pairs):
    """The nation's side and the model trained on the requests marked `train`."""
    parts = SETS["nation"]("")
    start = time.perf_counter()
    side = Side(folder, None)
    people = side.connection.execute("select count(*) from people_read").fetchall()[0][0]
    persons = side.connection.execute("select count(distinct person) from people_read").fetchall()[0][0]
    read = time.perf_counter() - start
    start = time.perf_counter()
    linker = Linker(
        [
            side.rows(
                "select * exclude (person, current), case when current = '1' then person end as truth_label "
                "from people_read",
                "people",
            ),
            side.rows(
                "select * exclude (truth, answerable, part), truth as truth_label from requests_read "
                "where part = 'train'",
                "requests",
            ),
        ],
        settings(parts),
    )
    # What two random rows have: nine in ten of those asked for are on file.
    model, filled = trained_by_labels(linker, pairs, 0.88 / people)
    train = time.perf_counter() - start
    return side, parts, model, {
        "rows": people,
        "people": persons,
        "read_seconds": round(read, 2),
        "train_seconds": round(train, 2),
        "levels_filled": filled,
    }


def whole_nation(folder):
    side, parts, model, told = nation_model(folder, U_PAIRS["nation"])
    selections = {
        name: {"sql": f"part = 'measure' and {sql}", "counts": "answerable = '1'"}
        for name, sql in STRATA.items()
    }
    selections["present"] = {"sql": "part = 'measure'", "counts": "true"}
    found = measured(side, parts, model, selections, "person", NATION_PEOPLE, NATION_REQUESTS)
    return {
        "set": "nation",
        "recall_at_0_1_percent_all": greatest([found["all"]]),
        "recall_at_0_1_percent_with_birth_date": greatest([found["with_birth_date"]]),
        "recall_at_0_1_percent_without_birth_date": greatest([found["without_birth_date_with_tin"]]),
        "requests_per_second": found["requests_per_second"],
        **told,
        "m_by_labels": found,
    }


def lookup(folder, count):
    """One request at a time: `predict_between` people and a single row."""
    side, parts, model, told = nation_model(folder, U_PAIRS_LOOKUP)
    people = side.rows(NATION_PEOPLE, "people")
    all_requests = side.rows(NATION_REQUESTS, "requests")
    start = time.perf_counter()
    linker = Linker([people, all_requests], model)
    for name in frequency_columns(model):
        linker.table_management.compute_tf_table(name)
    frequencies = time.perf_counter() - start
    times = []
    for number in range(count):
        one = side.rows(
            f"{NATION_REQUESTS} order by unique_id limit 1 offset {number}",
            "requests",
        )
        start = time.perf_counter()
        pairs = linker.inference.predict_between(people, one, warning_mode="never")
        side.connection.execute(f"select count(*) from {pairs.physical_name}").fetchall()
        times.append(time.perf_counter() - start)
        pairs.drop_table_from_database_and_remove_from_cache()
    times.sort()
    return {
        "set": "nation",
        **told,
        "frequency_seconds": round(frequencies, 2),
        "requests": count,
        "p50_seconds": round(times[len(times) // 2], 4),
        "p99_seconds": round(times[min(len(times) - 1, len(times) * 99 // 100)], 4),
        "max_seconds": round(times[-1], 4),
    }


def main():
    logging.getLogger("splink").setLevel(logging.ERROR)
    what, *words = sys.argv[1:]
    done = {"labelled": labelled, "nation": whole_nation}
    document = lookup(words[0], int(words[1])) if what == "lookup" else done[what](*words)
    document["peak_bytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps(document))


main()
