"""Writes the vectors of this folder from spec/sealed-address.md, without the Rust code.

A second implementation on purpose: it shares nothing with crates/seal. Run it with Python 3 and
the `cryptography` package; the tests read only the JSON files it writes. What it wrote of suite 1 stays
in `entries-suite-1.json`: no reader takes it any more.
"""

import hashlib
import hmac
import itertools
import json
import pathlib

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import algorithms
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash
from cryptography.hazmat.primitives.kdf.kbkdf import CounterLocation, KBKDFCMAC, Mode

HERE = pathlib.Path(__file__).parent


def canonical(label, *values):
    out = b""
    for value in (label, *values):
        if isinstance(value, int):
            value = value.to_bytes(8, "big")
        elif isinstance(value, str):
            value = value.encode()
        out += len(value).to_bytes(4, "big") + value
    return out


def mac(key, message):
    return hmac.new(key, message, hashlib.sha256).digest()


def xor(values):
    total = bytes(32)
    for value in values:
        total = bytes(a ^ b for a, b in zip(total, value))
    return total


def sha256(data):
    return hashlib.sha256(data).digest()


def derive(secret, label, context=b""):
    info = label + context + (256).to_bytes(4, "big")
    return ConcatKDFHash(algorithm=hashes.SHA256(), length=32, otherinfo=info).derive(secret)


def share_value(key, label, digest):
    return KBKDFCMAC(
        algorithm=algorithms.AES, mode=Mode.CounterMode, length=32, rlen=1, llen=4,
        location=CounterLocation.BeforeFixed, label=label, context=digest, fixed=None,
    ).derive(key)


class Epoch:
    def __init__(self, register, epoch, needed, keepers, seed):
        self.register, self.epoch, self.needed, self.keepers = register, epoch, needed, keepers
        self.seed = seed
        size = len(keepers) - needed + 1
        self.sets = list(itertools.combinations(range(len(keepers)), size))
        self.shares = [self.derive("share", n) for n in range(len(self.sets))]
        self.gate = self.derive("gate", 0)
        self.builder = self.derive("builder", 0)

    def derive(self, label, number):
        label_bytes = "countersign/seeded-epoch-keys/v1"
        return mac(self.seed, canonical(label_bytes, self.register, self.epoch, label, number))

    def builder_value(self, purpose, *parts):
        return mac(self.builder, canonical("countersign/builder/v1", purpose, *parts))

    def token(self, kind, part):
        gate_token = mac(self.gate, canonical("countersign/token/v1", kind, part))
        return gate_token, [share_value(key, b"token-half", gate_token) for key in self.shares]

    def entry_bytes(self, label, record, entry, periods):
        years = b"".join(year.to_bytes(2, "big") for year in sorted(periods))
        return canonical(label, self.register, self.epoch, record, entry, years)

    def seal(self, record, entry, periods, address, keys):
        plain = self.entry_bytes("countersign/slot/v2", record, entry, periods)
        court = self.entry_bytes("countersign/court-order-slot/v2", record, entry, periods)
        entry_digest = sha256(plain)
        secret = self.builder_value("address-secret", entry_digest)
        slots, values = [], []
        for key in keys:
            if key is None:
                x = court + bytes(4)
            else:
                x = plain + len(key).to_bytes(4, "big") + key.encode()
            slot_digest = sha256(x)
            given = [share_value(share, b"slot-value", slot_digest) for share in self.shares]
            combined = xor(given)
            commitment = derive(combined, b"slot-commitment/v2", slot_digest)
            slots.append(commitment + xor([secret, derive(combined, b"slot-pad/v2")]))
            values.append([value.hex() for value in given])
        count = 1
        while count < len(slots):
            count *= 2
        for number in range(len(slots), count):
            draw = [self.builder_value("dummy", entry_digest, bytes([number, p])) for p in range(2)]
            slots.append(draw[0] + draw[1])
        body = b"".join(bytes([len(f.encode())]) + f.encode() for f in address)
        plaintext = (len(body).to_bytes(2, "big") + body).ljust(160, b"\x00")
        key = derive(secret, b"sealing-key/v2")
        sealed = bytes([2, count]) + AESGCM(key).encrypt(bytes(12), plaintext, entry_digest)
        return sealed + b"".join(sorted(slots)), values


def header(record, entries):
    values = [b"".join(y.to_bytes(2, "big") for y in sorted(years)) for years in entries]
    return canonical("countersign/record-header/v1", record, len(entries), *values)


def tree_root(leaves):
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    parts = tree_root(leaves[:split]) + tree_root(leaves[split:])
    return hashlib.sha256(b"\x01" + parts).digest()


def good():
    street = "countersign-key-v1|street|{}|WISTERIA|89501"
    address = ["100 Wisteria Ln", "Apt 4", "Reno", "NV", "89501-0001"]
    accented = ["Calle Ñandú 7", "", "Ponce", "PR", "00716"]
    cases = []
    for needed, names, record, entry, periods, text, keys in [
        (3, ["k1", "k2", "k3", "k4"], 0, 0, [2023], address, [street.format(100)]),
        (3, ["k1", "k2", "k3", "k4"], 7, 1, [2023, 2021], accented, [street.format(n) for n in range(3)]),
        (2, ["north", "south", "east"], 4294967295, 65535, [1913, 2199], ["x" * 153, "", "", "", ""], [street.format(n) for n in range(8)]),
        (3, ["k1", "k2", "k3", "k4"], 7, 2, [2022], address, [street.format(100), None]),
    ]:
        epoch = Epoch("NATION-0123456789abcdef", 1, needed, names, bytes(range(32)))
        sealed, values = epoch.seal(record, entry, periods, text, keys)
        cases.append({
            "register": epoch.register, "epoch": 1, "needed": needed, "keepers": names,
            "seed": epoch.seed.hex(), "record": record, "entry": entry, "periods": periods,
            "address": text, "keys": keys, "values": values, "sealed": sealed.hex(),
        })
    return cases


def tokens():
    epoch = Epoch("NATION-0123456789abcdef", 1, 3, ["k1", "k2", "k3", "k4"], bytes(range(32)))
    cases = []
    for kind, part in [("zip5", "89501"), ("street", "WISTERIA"), ("tin", "666123456"), ("unit", "")]:
        gate_token, values = epoch.token(kind, part)
        cases.append({"kind": kind, "part": part, "gate": gate_token.hex(),
                      "values": [value.hex() for value in values], "token": xor(values).hex()})
    return {"register": epoch.register, "epoch": 1, "needed": 3, "keepers": epoch.keepers,
            "seed": epoch.seed.hex(), "tokens": cases}


def headers():
    lists = [[[2023]], [[2019, 2023], [2020]], [[2021], [2022], [2020, 2023]]]
    encoded = [header(n, entries) for n, entries in enumerate(lists)]
    leaves = [hashlib.sha256(b"\x00" + data).digest() for data in encoded]
    return {"headers": [{"record": n, "entries": e, "bytes": b.hex(), "leaf": l.hex()}
                        for n, (e, b, l) in enumerate(zip(lists, encoded, leaves))],
            "root": tree_root(leaves).hex()}


def bad_headers():
    ok = header(1, [[2019, 2023], [2020]])
    label = "countersign/record-header/v1"
    years = lambda *ys: b"".join(y.to_bytes(2, "big") for y in ys)
    return [{"why": why, "bytes": data.hex()} for why, data in [
        ("nothing", b""),
        ("cut short", ok[:-1]),
        ("a byte more", ok + b"\x00"),
        ("another label", canonical("countersign/record-header/v2", 1, 1, years(2020))),
        ("no entry", canonical(label, 1, 0)),
        ("fewer entries than counted", canonical(label, 1, 2, years(2020))),
        ("more entries than counted", canonical(label, 1, 1, years(2020), years(2021))),
        ("257 entries", canonical(label, 1, 257, *[years(1913 + n) for n in range(257)])),
        ("2^64 - 1 entries", canonical(label, 1, 2**64 - 1)),
        ("record beyond 32 bits", canonical(label, 2**32, 1, years(2020))),
        ("record of 4 bytes", canonical(label, b"\x00\x00\x00\x01", 1, years(2020))),
        ("an entry without period", canonical(label, 1, 2, years(2020), b"")),
        ("half a period", canonical(label, 1, 1, years(2020)[:1])),
        ("periods descending", canonical(label, 1, 1, years(2023, 2019))),
        ("a period twice in an entry", canonical(label, 1, 1, years(2020, 2020))),
        ("a period in two entries", canonical(label, 1, 2, years(2020), years(2020))),
        ("a period out of range", canonical(label, 1, 1, years(1912))),
        ("a length beyond the end", ok[:4] + b"\xff" * 4 + ok[8:]),
    ]]


def bad_entries(cases):
    """Entries that do not parse (stage `parse`) or parse and do not open (stage `open`)."""
    one, many = bytes.fromhex(cases[0]["sealed"]), bytes.fromhex(cases[1]["sealed"])
    flip = lambda data, place: data[:place] + bytes([data[place] ^ 1]) + data[place + 1:]
    slots = [many[178 + n * 64:242 + n * 64] for n in range(4)]
    return [{"why": why, "case": case, "stage": stage, "error": error, "sealed": data.hex()}
            for why, case, stage, error, data in [
        ("nothing", 0, "parse", "length", b""),
        ("one byte", 0, "parse", "length", b"\x02"),
        ("suite 0", 0, "parse", "suite", b"\x00" + one[1:]),
        ("suite 1", 0, "parse", "suite", b"\x01" + one[1:]),
        ("suite 3", 0, "parse", "suite", b"\x03" + one[1:]),
        ("no slot", 0, "parse", "slot-count", one[:1] + b"\x00" + one[2:178]),
        ("3 slots", 1, "parse", "slot-count", many[:1] + b"\x03" + many[2:178 + 192]),
        ("16 slots", 1, "parse", "slot-count", many[:1] + b"\x10" + many[2:]),
        ("cut by a byte", 0, "parse", "length", one[:-1]),
        ("a byte more", 0, "parse", "length", one + b"\x00"),
        ("a slot less than counted", 1, "parse", "length", many[:-64]),
        ("slots swapped", 1, "parse", "order", many[:178] + slots[1] + slots[0] + slots[2] + slots[3]),
        ("a slot twice", 1, "parse", "order", many[:178] + slots[0] + slots[0] + slots[2] + slots[3]),
        ("commitment changed", 0, "open", "no-key", flip(one, 209)),
        ("wrapped secret changed", 0, "open", "damaged", flip(one, 210)),
        ("wrapped secret's end changed", 0, "open", "damaged", flip(one, 241)),
        ("address changed", 0, "open", "damaged", flip(one, 2)),
        ("address's tag changed", 0, "open", "damaged", flip(one, 177)),
    ]]


def write(name, value):
    text = json.dumps(value, indent=1, ensure_ascii=False, sort_keys=True)
    (HERE / name).write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    CASES = good()
    write("entries-good.json", CASES)
    write("entries-bad.json", bad_entries(CASES))
    write("tokens-good.json", tokens())
    write("headers-good.json", headers())
    write("headers-bad.json", bad_headers())
