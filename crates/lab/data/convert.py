"""Makes the compact tables of this folder from the published sources (see README.md).

Usage: convert.py SOURCE_FOLDER. Needs pandas and pyarrow. Output bytes depend on the sources only.
"""
import csv, gzip, io, re, sys
from pathlib import Path
import pandas as pd

SOURCE, HERE = Path(sys.argv[1]), Path(__file__).parent
GROUPS = ["white", "black", "api", "aian", "2prace", "hispanic"]
ZCTA_GROUPS = ["white", "black", "api", "native", "multiple", "hispanic"]
HEADER = "white,black,api,native,multiple,hispanic"


def write(name, lines):
    text = "".join(line + "\n" for line in lines).encode("ascii")
    with open(HERE / name, "wb") as out, gzip.GzipFile("", "wb", 9, out, mtime=0) as packed:
        packed.write(text)


def plain(name):
    return isinstance(name, str) and re.fullmatch(r"[A-Z]{2,20}", name)


def by_group(row):
    return ",".join(str(round(row.count_ * max(getattr(row, g), 0) / 100)) for g in ["g0", "g1", "g2", "g3", "g4", "g5"])


def census(file):
    frame = pd.read_parquet(SOURCE / "us_census_names" / file)
    frame = frame.rename(columns={"count": "count_", **{f"pct{g}": f"g{i}" for i, g in enumerate(GROUPS)}})
    return frame[frame.name.map(lambda n: bool(plain(n))) & (frame.name != "ALL OTHER NAMES")].fillna(0)


surnames = census("census_2020.parquet")
write("surnames.csv.gz", ["name," + HEADER] + [f"{r.name},{by_group(r)}" for r in surnames.rename_axis("i").rename(columns={"name": "surname"}).assign(name=surnames.name.values).itertuples(index=False)])

given = census("census_2020_first_names.parquet")
write("given_names.csv.gz", ["name,male_per_mille," + HEADER] + [f"{r.name},{round(r.pctmale * 10)},{by_group(r)}" for r in given.itertuples(index=False)])

births = pd.read_csv(SOURCE / "ssa_names" / "first-name-counts-by-year.csv", skipinitialspace=True)
births.columns = [c.strip() for c in births.columns]
births["Name"] = births.Name.str.upper().str.strip()
births = births[births.Name.map(lambda n: bool(plain(n)))]
births["from"] = births.Year // 5 * 5
births = births.groupby(["from", "Sex", "Name"]).Count.sum().reset_index()
births = births.sort_values(["from", "Sex", "Count", "Name"], ascending=[True, True, False, True])
lines, last = ["from_year,sex,name,count"], None
for r in births.itertuples(index=False):
    lines.append(f"{r[0]},{r.Sex[0]},{r.Name},{r.Count}")
write("births.csv.gz", lines)

ages = pd.read_csv(SOURCE / "ssa_names" / "ages.csv")
write("ages.csv.gz", ["age,count"] + [f"{a},{c}" for a, c in zip(ages.Age, ages.Count)])

zips = pd.read_csv(SOURCE / "places" / "zip_city_state.csv", dtype=str)
shares = pd.read_csv(SOURCE / "zcta" / "prob_zcta_given_race_2010.csv", dtype={"zcta5": str}).fillna(0)
places = zips.merge(shares, left_on="zip", right_on="zcta5").sort_values("zip")
places = places[~places.state.isin(["AA", "AE", "AP"])]
lines = ["zip,city,state," + HEADER]
for r in places.itertuples(index=False):
    city = r.city.upper().encode("ascii", "ignore").decode()
    if re.fullmatch(r"[A-Z][A-Z .'-]*", city):
        lines.append(f"{r.zip},{city},{r.state}," + ",".join(str(round(float(f"{getattr(r, g):.3g}") * 1e9)) for g in ZCTA_GROUPS))
write("places.csv.gz", lines)

TYPES = {"ST": "ST STREET", "AVE": "AVE AVENUE AV", "RD": "RD ROAD", "DR": "DR DRIVE", "LN": "LN LANE", "CT": "CT COURT", "BLVD": "BLVD BOULEVARD", "PL": "PL PLACE", "WAY": "WAY", "CIR": "CIR CIRCLE", "TER": "TER TERRACE TERR", "TRL": "TRL TRAIL", "PKWY": "PKWY PARKWAY", "LOOP": "LOOP", "CV": "CV COVE", "PT": "PT POINT", "SQ": "SQ SQUARE", "PIKE": "PIKE", "RUN": "RUN", "PATH": "PATH", "XING": "XING CROSSING", "RDG": "RDG RIDGE", "HL": "HL HILL", "VW": "VW VIEW"}
TYPE = {form: short for short, forms in TYPES.items() for form in forms.split()}
DIRECTION = {"N": "N", "S": "S", "E": "E", "W": "W", "NORTH": "N", "SOUTH": "S", "EAST": "E", "WEST": "W", "NE": "NE", "NW": "NW", "SE": "SE", "SW": "SW"}
streets = set()
for line in (SOURCE / "places" / "street_names.txt").read_text().splitlines():
    words, before, after = line.upper().split(), "", ""
    if len(words) > 2 and words[0] in DIRECTION:
        before, words = DIRECTION[words[0]], words[1:]
    if len(words) > 2 and words[-1] in DIRECTION:
        after, words = DIRECTION[words[-1]], words[:-1]
    if not 2 <= len(words) <= 4 or words[-1] not in TYPE or (before and after):
        continue
    core = words[:-1]
    if any(w in TYPE or w in DIRECTION or w in ("HWY", "HIGHWAY", "ROUTE", "RT", "STATE", "COUNTY", "US", "CO", "UNIT", "APT", "PO", "BOX") for w in core):
        continue
    if not all(re.fullmatch(r"[A-Z]{2,14}|[1-9][0-9]{0,2}(ST|ND|RD|TH)", w) for w in core):
        continue
    ordinal = re.fullmatch(r"(\d+)(ST|ND|RD|TH)", core[0])
    if ordinal:
        n = int(ordinal[1])
        right = "TH" if 10 < n % 100 < 14 else {1: "ST", 2: "ND", 3: "RD"}.get(n % 10, "TH")
        if ordinal[2] != right:
            continue
    streets.add(f"{before},{' '.join(core)},{TYPE[words[-1]]},{after}")
write("streets.csv.gz", ["before,core,type,after"] + sorted(streets))

rows = csv.reader(io.StringIO((SOURCE / "pseudopeople" / "nicknames.csv").read_text()))
next(rows)
write("nicknames.csv.gz", ["name,nicknames"] + [f"{r[0].strip().upper()},{' '.join(n.strip().upper() for n in r[1:] if re.fullmatch('[a-z]+', n.strip()))}" for r in rows if r and re.fullmatch("[a-z]+", r[0].strip())])
lines = ["where,from,to"]
for line in (SOURCE / "pseudopeople" / "phonetic_variations.csv").read_text().splitlines():
    r = line.split(",")
    if len(r) >= 7 and r[3:7] == ["None"] * 4 and r[0] in ("ALL", "START", "END", "MIDDLE") and re.fullmatch("[a-z]+", r[1]) and re.fullmatch("[a-z]+|@", r[2]):
        lines.append(f"{r[0].lower()},{r[1].upper()},{'' if r[2] == '@' else r[2].upper()}")
write("phonetic.csv.gz", lines)
lines = ["from,to"]
for line in (SOURCE / "pseudopeople" / "ocr_errors.csv").read_text().splitlines():
    r = line.split(",")
    if len(r) == 2 and all(re.fullmatch("[A-Za-z0-9]+", x) for x in r):
        lines.append(f"{r[0]},{r[1]}")
write("ocr.csv.gz", lines)
lines, key = ["key,neighbours"], None
table = {}
for line in (SOURCE / "pseudopeople" / "qwerty_errors.yaml").read_text().splitlines():
    if line.endswith(":"):
        key = line[:-1].strip("'\"")
        table[key] = ""
    elif line.startswith("- "):
        table[key] += line[2:].strip("'\"")
write("keyboard.csv.gz", lines + [f"{k.upper()},{v.upper()}" for k, v in table.items() if re.fullmatch("[a-z0-9]", k)])
