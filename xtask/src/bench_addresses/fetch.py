"""Fetches the address sets that the peer's source distribution brings and its wheel does not.

Usage: fetch.py FOLDER

Two of them are labelled from the fields of public records and not by hand: the addresses of Linn County,
Iowa (OpenAddresses) and those of OpenStreetMap. They are fetched and not kept in the repository because of
OpenStreetMap's licence (ODbL). The archive must have the digest stated here.
"""

import hashlib
import io
import pathlib
import sys
import tarfile
import urllib.request

RELEASE = (
    "https://files.pythonhosted.org/packages/5e/f9/"
    "860e55d404434bba2c5d31ea2052d3aba4ffd32b352ebb9fd400c8ccbec5/usaddress-0.5.16.tar.gz"
)
DIGEST = "f7e614e2489c159cf85be1b6f86edbfaf329dbeedef4d002a025757afd1ec6c6"
SETS = ("openaddress_us_ia_linn.xml", "synthetic_osm_data_xml.xml")


def main():
    folder = pathlib.Path(sys.argv[1])
    if all((folder / name).exists() for name in SETS):
        return
    with urllib.request.urlopen(RELEASE, timeout=120) as answer:
        archive = answer.read()
    if hashlib.sha256(archive).hexdigest() != DIGEST:
        sys.exit("the source distribution of usaddress is not the one expected")
    folder.mkdir(parents=True, exist_ok=True)
    with tarfile.open(fileobj=io.BytesIO(archive)) as members:
        for name in SETS:
            path = f"usaddress-0.5.16/training/{name}"
            (folder / name).write_bytes(members.extractfile(path).read())


main()
