"""Merely reads a workbook with one library and prints how many rows there were.

Place in the flow: `cargo xtask bench examine` times it beside our own program.

Use: read.py LIBRARY FILE
"""

import sys


def by_openpyxl(path):
    import openpyxl

    book = openpyxl.load_workbook(path, read_only=True)
    return sum(sum(1 for _ in sheet.iter_rows(values_only=True)) for sheet in book)


def by_calamine(path):
    import python_calamine

    book = python_calamine.CalamineWorkbook.from_path(path)
    return sum(sum(1 for _ in book.get_sheet_by_name(name).iter_rows()) for name in book.sheet_names)


def by_pandas(path):
    import pandas

    if path.endswith(".csv"):
        return len(pandas.read_csv(path, dtype=str)) + 1
    sheets = pandas.read_excel(path, sheet_name=None, dtype=str, engine="openpyxl")
    return sum(len(sheet) + 1 for sheet in sheets.values())


READERS = {"openpyxl": by_openpyxl, "python-calamine": by_calamine, "pandas": by_pandas}

print(f'{{"rows":{READERS[sys.argv[1]](sys.argv[2])}}}')
