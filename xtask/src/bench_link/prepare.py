"""Makes people, requests and maps of the labelled sets.

Place in the flow: first step of `cargo xtask bench link`. One folder for each set: `people.csv`,
`requests.csv` with the column `truth`, and for each variant a map that `countersign-lab link` reads.

Left to others: linking and scoring.

Usage: prepare.py DATA OUT
"""

import csv
import gzip
import pathlib
import sys

import duckdb

HISTORICAL = ["first_name", "surname", "dob", "birth_place", "postcode_fake", "occupation"]
FAKE = ["first_name", "surname", "dob", "city", "email"]
FEBRL = [
    "given_name", "surname", "street_number", "address_1", "address_2", "suburb",
    "postcode", "state", "date_of_birth", "soc_sec_id",
]
NAMES = {"given": "first_name", "surname": "surname"}
FEBRL_ADDRESS = {
    "given": "given_name", "surname": "surname", "house_number": "street_number",
    "street": "address_1", "city": "suburb", "postcode": "postcode", "state": "state",
}
# For each set: for each variant, key of the map and column.
MAPS = {
    "febrl4": {
        "full": FEBRL_ADDRESS | {"dob": "date_of_birth", "tin": "soc_sec_id", "extra": ["address_2"]},
        "without_number": FEBRL_ADDRESS | {"dob": "date_of_birth", "extra": ["address_2"]},
    },
    "historical_50k": {
        "full": NAMES
        | {"dob": "dob", "postcode": "postcode_fake", "city": "birth_place", "extra": ["occupation"]},
        "name_dob_postcode": NAMES | {"dob": "dob", "postcode": "postcode_fake"},
        "name_postcode": NAMES | {"postcode": "postcode_fake"},
    },
    "fake_1000": {"full": NAMES | {"dob": "dob", "city": "city", "extra": ["email"]}},
}


def historical(data):
    """Rows of historical_50k in the order of the file: cluster, id, values."""
    path = data / "historical_figures_with_errors_50k.parquet"
    columns = ", ".join(HISTORICAL)
    # A Parquet file of one reader thread comes in its own order.
    connection = duckdb.connect()
    connection.execute("set threads to 1")
    rows = connection.execute(f"select cluster, unique_id, {columns} from '{path}'").fetchall()
    return [(row[0], row[1], ["" if v is None else str(v) for v in row[2:]]) for row in rows]


def fake(data):
    """The same of fake_1000."""
    with open(data / "fake_1000.csv", newline="", encoding="utf-8") as file:
        return [
            (row["cluster"], row["unique_id"], [row[name] for name in FAKE])
            for row in csv.DictReader(file)
        ]


def febrl(path):
    """Rows of one of the two febrl files."""
    with gzip.open(path, "rt", newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file, skipinitialspace=True):
            row = {name.strip(): value.strip() for name, value in row.items()}
            yield row["rec_id"].split("-")[1], row["rec_id"], [row[name] for name in FEBRL]


def first_and_rest(rows):
    """The first row of each cluster is on file, the others are asked."""
    people, requests, seen = [], [], set()
    for row in rows:
        (requests if row[0] in seen else people).append(row)
        seen.add(row[0])
    return people, requests


def write(path, heading, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(heading)
        writer.writerows(rows)


def table(columns, key):
    """A table of a map."""
    lines = [f"id = 'unique_id'"]
    for name, column in columns.items():
        lines.append(f"{name} = {column!r}")
    if key == "requests":
        lines.append("truth = 'truth'")
    return f"[{key}]\n" + "\n".join(lines) + "\n"


def main():
    data, out = (pathlib.Path(word) for word in sys.argv[1:3])
    sets = {
        "febrl4": (FEBRL, list(febrl(data / "febrl4a.csv.gz")), list(febrl(data / "febrl4b.csv.gz"))),
        "historical_50k": (HISTORICAL, *first_and_rest(historical(data))),
        "fake_1000": (FAKE, *first_and_rest(fake(data))),
    }
    for name, (columns, people, requests) in sets.items():
        folder = out / name
        folder.mkdir(parents=True)
        on_file = {cluster: number for cluster, number, _ in people}
        write(
            folder / "people.csv",
            ["unique_id", *columns],
            ([number, *values] for _, number, values in people),
        )
        write(
            folder / "requests.csv",
            ["unique_id", "truth", *columns],
            ([number, on_file.get(cluster, ""), *values] for cluster, number, values in requests),
        )
        for variant, keys in MAPS[name].items():
            text = table(keys, "people") + table(keys, "requests")
            (folder / f"{variant}.toml").write_text(text, encoding="utf-8")
        print(name, len(people), len(requests), file=sys.stderr)


main()
