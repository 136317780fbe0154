"""Makes the files of this folder again: one small request, written by several programs.

Place in the flow: by hand, `python3 make.py`, in this folder; the files are kept. It wants openpyxl,
pandas and LibreOffice (`soffice`). Every person, number and address is made up.

Left to others: what must be read from each file (`tests/programs.rs`).
"""

import csv
import datetime
import io
import pathlib
import shutil
import subprocess
import tempfile
import zipfile

import openpyxl
import openpyxl.comments
import pandas

HERE = pathlib.Path(__file__).resolve().parent

HEADERS = (
    "given_names surnames date_of_birth tin address_line_1 city state postal_code address_as_of asks_for "
    "tax_periods statute case_number case_opened_on reason officer_name officer_id"
).split()
# The same columns in other words.
SYNONYMS = [
    "First Name", "LAST NAME", "DOB", "SSN / ITIN", "Street Address", "Town", "ST", "Zip Code", "address date",
    "Question", "Tax Years", "Offense", "Case No.", "Case Opened", "Specific Reason*", "Agent", "Agent ID",
]
SAME = ["verify", "2023-2024", "8 U.S.C. 1253(a)(1)(A)"]
ROWS = [
    ["Mariela", "Quintero Vale", "1988-04-17", "666-12-3456", "1420 Marlin St", "Reno", "NV", "89501", "2026-05-24",
     *SAME, "25-CR-1187", "2026-03-16", 'Left the "halfway house", unserved summons', "Dana Ortiz", "OFF-1001"],
    ["José", "Núñez", "1979-12-02", "666-27-1190", "77 Sage Hill Rd", "Cambridge", "MA", "02138", "2026-05-24",
     *SAME, "0251240", "2026-03-16", "Ledger shows a refund; find the cheque", "Dana Ortiz", "OFF-1001"],
    ["“Søren” Åke", "O’Brien–Müller", "1991-07-23", "666-41-8052", "903 Kirman Ave ", "Reno\u00a0", "NV", "89502",
     "2026-05-24", *SAME, "25-CR-1302", "2026-03-16", "Employer closed\nSubpoena expires", "Dana Ortiz", "OFF-1001"],
]
DATES = [place for place, name in enumerate(HEADERS) if name in ("date_of_birth", "address_as_of", "case_opened_on")]


def as_csv(rows, separator=",", end="\n"):
    text = io.StringIO()
    csv.writer(text, delimiter=separator, lineterminator=end).writerows(rows)
    return text.getvalue()


def by_hand():
    table = [HEADERS, *ROWS]
    (HERE / "hand.csv").write_bytes(as_csv(table).encode())
    (HERE / "hand-excel.csv").write_bytes(as_csv(table, end="\r\n").encode("utf-8-sig"))
    (HERE / "hand-cp1252.csv").write_bytes(as_csv([SYNONYMS, *ROWS], ";", "\r\n").encode("cp1252"))
    (HERE / "hand-utf16.txt").write_bytes(as_csv(table, "\t", "\r\n").encode("utf-16"))


def by_openpyxl():
    for name, is_write_only in [("openpyxl.xlsx", False), ("openpyxl-write-only.xlsx", True)]:
        book = openpyxl.Workbook(write_only=is_write_only)
        sheet = book.create_sheet("Subjects") if is_write_only else book.active
        sheet.title = "Subjects"
        sheet.append(SYNONYMS)
        for row in ROWS:
            sheet.append(
                [datetime.date.fromisoformat(text) if place in DATES else text for place, text in enumerate(row)]
            )
        if not is_write_only:
            for line in sheet.iter_rows(min_row=2):
                for place in DATES:
                    line[place].number_format = "mm/dd/yyyy"
        book.save(HERE / name)


def by_openpyxl_odd():
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Subjects"
    sheet.append(HEADERS)
    for row in ROWS:
        sheet.append(row)
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["D"].hidden = True
    sheet["P2"] = '="Dana"&" "&"Ortiz"'
    sheet["A4"].comment = openpyxl.comments.Comment("said aside", "a clerk")
    sheet.merge_cells("S1:T1")
    more = book.create_sheet("Subjects 2")
    more.append(HEADERS)
    more.append(ROWS[0])
    book.create_sheet("Notes")["A1"] = "for us"
    hidden = book.create_sheet("Old list")
    hidden["A1"] = "kept"
    hidden.sheet_state = "hidden"
    book.save(HERE / "openpyxl-odd.xlsx")


def by_pandas():
    texts = pandas.DataFrame(ROWS, columns=HEADERS)
    texts.to_csv(HERE / "pandas.csv", index=False)
    texts.to_csv(HERE / "pandas-index.csv")
    texts.to_excel(HERE / "pandas.xlsx", sheet_name="Subjects", index=False)
    # As pandas reads it where nobody says otherwise: numbers for ZIP codes, and times for dates.
    typed = pandas.read_csv(HERE / "hand.csv", parse_dates=[HEADERS[place] for place in DATES])
    typed.to_excel(HERE / "pandas-typed.xlsx", sheet_name="Subjects")


def by_libreoffice():
    types = {"text": "2", "typed": "1"}
    for name, kind in types.items():
        columns = "/".join(f"{place + 1}/{kind}" for place in range(len(HEADERS)))
        # Separator, quote, UTF-8, first line, columns, English (USA), not quoted as text, detect numbers.
        options = f"CSV:44,34,76,1,{columns},1033,false,{'true' if name == 'typed' else 'false'}"
        for target in ["xlsx", "ods"]:
            convert("hand.csv", f"libreoffice-{name}.{target}", [f"--infilter={options}"], sheet="Subjects")
    convert("openpyxl.xlsx", "libreoffice.csv", [], options=":Text - txt - csv (StarCalc):44,34,76,1,,1033,false,true")
    for target in ["xlsx", "ods"]:
        convert("openpyxl-odd.xlsx", f"libreoffice-odd.{target}", [])


def convert(source, target, more, options="", sheet=None):
    """Converts a file; LibreOffice names the sheet of a csv after the file."""
    kind = target.rsplit(".", 1)[1]
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        given = folder / (f"{sheet}.csv" if sheet else source)
        shutil.copy(HERE / source, given)
        out = folder / "out"
        command = ["soffice", "--headless", f"-env:UserInstallation=file://{folder}/profile", *more]
        command += ["--convert-to", kind + options, "--outdir", str(out), str(given)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        shutil.move(out / f"{given.stem}.{kind}", HERE / target)


def with_macros():
    """An xlsm: a workbook with the part that macros are kept in."""
    with zipfile.ZipFile(HERE / "openpyxl.xlsx") as source, zipfile.ZipFile(HERE / "macros.xlsm", "w") as target:
        for entry in source.infolist():
            content = source.read(entry.filename)
            if entry.filename == "[Content_Types].xml":
                plain = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
                content = content.replace(plain, b"application/vnd.ms-excel.sheet.macroEnabled.main+xml")
            target.writestr(entry.filename, content, zipfile.ZIP_DEFLATED)
        target.writestr("xl/vbaProject.bin", b"no macro, only the name of its part", zipfile.ZIP_DEFLATED)


if __name__ == "__main__":
    by_hand()
    by_openpyxl()
    by_openpyxl_odd()
    by_pandas()
    by_libreoffice()
    with_macros()
