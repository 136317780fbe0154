"""Makes one request of many rows as a csv, an xlsx with shared strings and an xlsx with inline strings.

Place in the flow: `cargo xtask bench examine` runs it once and reads the files with every program.
Every person, address and number is made up; taxpayer numbers are of a range that is never issued. The
same seed gives the same rows. Standard library only.

Use: make.py FOLDER ROWS SEED
"""

import random
import sys
import zipfile

SHEET_ROWS = 640_000
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
CONTENT = "application/vnd.openxmlformats-officedocument.spreadsheetml"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

HEADERS = (
    "given_names surnames suffix date_of_birth tin address_line_1 address_line_2 city state "
    "postal_code address_as_of asks_for tax_periods statute case_number case_opened_on reason "
    "officer_name officer_id final_order_date final_order_case_number order_ground finality_basis "
    "review_status stay_or_relief"
).split()

SYLLABLES = "ma ri el da no ka su te lo vi ra be ni go ha ze fo li pu sa mo ti ju ke an or es in".split()
# Where a ZIP code, a city and a state agree.
PLACES = [
    ("Reno", "NV", "89501"),
    ("Sacramento", "CA", "95814"),
    ("El Paso", "TX", "79901"),
    ("Tampa", "FL", "33602"),
    ("Albany", "NY", "12207"),
    ("Springfield", "IL", "62701"),
    ("Cambridge", "MA", "02138"),
    ("Phoenix", "AZ", "85004"),
]
# What stood in the place of addresses in 2025.
NO_ADDRESS = [
    "Failed to Provide",
    "Unknown Address",
    "NA NA",
    "Don't Care 12345",
    "County Jail",
    "Homeless",
    "ICE Field Office",
    "None Given",
]
REASON = (
    "{} signed for the certified notice of {} and has not reported since; the summons for the hearing "
    "in {} is unserved and the witness at {} must be asked again"
)


def word(dice, syllables):
    return "".join(dice.choice(SYLLABLES) for _ in range(syllables)).capitalize()


class Rows:
    """Rows one after the other."""

    def __init__(self, seed):
        dice = self.dice = random.Random(seed)
        self.given = [word(dice, dice.randint(2, 3)) for _ in range(5_000)]
        self.surnames = [word(dice, dice.randint(2, 4)) for _ in range(90_000)]
        self.streets = [word(dice, dice.randint(2, 3)) for _ in range(20_000)]
        self.officers = [(f"{word(dice, 2)} {word(dice, 3)}", f"OFF-{1000 + n}") for n in range(400)]

    def row(self, number):
        dice = self.dice
        pick = dice.random
        given = self.given[int(pick() * 5_000)]
        surname = self.surnames[int(pick() * 90_000)]
        city, state, code = PLACES[int(pick() * 8)]
        officer = self.officers[int(pick() * 400)]
        street = f"{1 + int(pick() * 9_999)} {self.streets[int(pick() * 20_000)]} St"
        month, day = 1 + int(pick() * 12), 1 + int(pick() * 28)
        if number % 10 == 3:
            street = NO_ADDRESS[int(pick() * 8)]
        reason = REASON.format(given, f"2025-{month:02}-{day:02}", city, street)
        if number % 4 == 1:
            reason = "Final order on file; the address is needed for enforcement"
        return [
            given,
            surname,
            "Jr" if number % 40 == 7 else "",
            f"19{50 + int(pick() * 50)}-{month:02}-{day:02}",
            f"666-{1 + number // 9_999 % 99:02}-{1 + number % 9_999:04}" if number % 5 else "",
            street,
            f"Apt {number % 900}" if number % 3 == 0 else "",
            city,
            state,
            code,
            "2026-03-01" if number % 50 else "03/04/2026",
            "verify" if number % 2 else "address",
            "2023-2024",
            "8 U.S.C. 1253(a)(1)(A)" if number % 6 else "8 U.S.C. 1229a",
            f"25-CR-{number:07}",
            "2026-03-16",
            reason,
            officer[0],
            officer[1],
            f"202{int(pick() * 5)}-{month:02}-{day:02}",
            f"RNO-2024-{number:07}",
            "8 U.S.C. 1227(a)(1)(B)",
            "appeal-time-expired",
            "none",
            "none",
        ]


def escape(text):
    return text.replace("&", "&amp;").replace("<", "&lt;")


def relation(number, kind, target):
    return f'<Relationship Id="rId{number}" Type="{OFFICE}/{kind}" Target="{target}"/>'


class Workbook:
    """An xlsx, written as it goes."""

    def __init__(self, path, shared):
        self.file = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6)
        self.numbers = {} if shared else None
        self.part = None
        self.sheets = 0
        self.line = 0
        self.columns = [chr(65 + place) for place in range(len(HEADERS))]

    def add(self, row):
        if self.part is None or self.line > SHEET_ROWS:
            self.end_sheet()
            self.sheets += 1
            self.line = 0
            self.part = self.file.open(f"xl/worksheets/sheet{self.sheets}.xml", "w", force_zip64=True)
            self.part.write(f'{HEAD}<worksheet xmlns="{MAIN}"><sheetData>'.encode())
            self.buffer = []
            self.write(HEADERS)
        self.write(row)

    def write(self, row):
        self.line += 1
        line, numbers = self.line, self.numbers
        if numbers is None:
            cells = [
                f'<c r="{column}{line}" t="inlineStr"><is><t>{escape(text)}</t></is></c>'
                for column, text in zip(self.columns, row)
                if text
            ]
        else:
            cells = [
                f'<c r="{column}{line}" t="s"><v>{numbers.setdefault(text, len(numbers))}</v></c>'
                for column, text in zip(self.columns, row)
                if text
            ]
        self.buffer.append(f'<row r="{line}">{"".join(cells)}</row>')
        if len(self.buffer) == 1_000:
            self.flush()

    def flush(self):
        self.part.write("".join(self.buffer).encode())
        self.buffer = []

    def end_sheet(self):
        if self.part is not None:
            self.flush()
            self.part.write(b"</sheetData></worksheet>")
            self.part.close()

    def end(self):
        self.end_sheet()
        strings = 0
        if self.numbers is not None:
            strings = len(self.numbers)
            with self.file.open("xl/sharedStrings.xml", "w", force_zip64=True) as part:
                part.write(f'{HEAD}<sst xmlns="{MAIN}" uniqueCount="{strings}">'.encode())
                items = [f"<si><t>{escape(text)}</t></si>" for text in self.numbers]
                for start in range(0, strings, 10_000):
                    part.write("".join(items[start : start + 10_000]).encode())
                part.write(b"</sst>")
        self.package()
        self.file.close()
        return strings

    def package(self):
        numbers = range(1, self.sheets + 1)
        names = {number: "Subjects" if number == 1 else f"Subjects {number}" for number in numbers}
        overrides = [("xl/workbook.xml", "sheet.main")]
        overrides += [(f"xl/worksheets/sheet{number}.xml", "worksheet") for number in numbers]
        related = [relation(number, "worksheet", f"worksheets/sheet{number}.xml") for number in numbers]
        if self.numbers is not None:
            overrides.append(("xl/sharedStrings.xml", "sharedStrings"))
            related.append(relation(self.sheets + 1, "sharedStrings", "sharedStrings.xml"))
        types = "".join(
            f'<Override PartName="/{name}" ContentType="{CONTENT}.{kind}+xml"/>' for name, kind in overrides
        )
        sheets = "".join(
            f'<sheet name="{names[number]}" sheetId="{number}" r:id="rId{number}"/>' for number in numbers
        )
        relations = f'<Relationships xmlns="{PACKAGE}/relationships">'
        for name, text in [
            (
                "[Content_Types].xml",
                f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
                'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
                f'<Default Extension="xml" ContentType="application/xml"/>{types}</Types>',
            ),
            ("_rels/.rels", f'{relations}{relation(1, "officeDocument", "xl/workbook.xml")}</Relationships>'),
            ("xl/workbook.xml", f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{sheets}</sheets></workbook>'),
            ("xl/_rels/workbook.xml.rels", f'{relations}{"".join(related)}</Relationships>'),
        ]:
            self.file.writestr(name, HEAD + text)


def main():
    folder, rows, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    source = Rows(seed)
    books = [Workbook(f"{folder}/shared.xlsx", True), Workbook(f"{folder}/inline.xlsx", False)]
    with open(f"{folder}/request.csv", "w", newline="", encoding="utf-8") as csv:
        csv.write(",".join(HEADERS) + "\n")
        for number in range(1, rows + 1):
            row = source.row(number)
            csv.write(",".join(row) + "\n")
            for book in books:
                book.add(row)
    strings = [book.end() for book in books]
    print(f'{{"rows":{rows},"seed":{seed},"shared_strings":{strings[0]}}}')


main()
