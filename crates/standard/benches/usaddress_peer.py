"""The peer of the bench `labels`: usaddress from PyPI, asked the same addresses.

Usage: usaddress_peer.py ADDRESSES [TRAINING]

ADDRESSES holds one address a line. TRAINING holds one labelled address a line, `label<TAB>word<TAB>...`;
where it is given, usaddress's own features and its trainer's default settings are trained on it first,
and the model that the package brings is not used.

Prints the package's version, the seconds spent on labelling alone, then for each address its labels in
the form of TRAINING.
"""

import sys
import tempfile
import time
from importlib.metadata import version

import pycrfsuite
import usaddress


def lines(path):
    with open(path, encoding="utf-8") as file:
        return file.read().split("\n")[:-1]


def trained(path):
    trainer = pycrfsuite.Trainer(verbose=False)
    for line in lines(path):
        cells = line.split("\t")
        trainer.append(usaddress.tokens2features(cells[1::2]), cells[0::2])
    with tempfile.NamedTemporaryFile(suffix=".crfsuite") as model:
        trainer.train(model.name)
        tagger = pycrfsuite.Tagger()
        tagger.open(model.name)
        return tagger


def main():
    addresses = lines(sys.argv[1])
    if len(sys.argv) > 2:
        usaddress.TAGGER = trained(sys.argv[2])
    start = time.perf_counter()
    answers = [usaddress.parse(address) for address in addresses]
    seconds = time.perf_counter() - start
    print(version("usaddress"))
    print(seconds)
    for answer in answers:
        print("\t".join(f"{label}\t{word}" for word, label in answer))


main()
