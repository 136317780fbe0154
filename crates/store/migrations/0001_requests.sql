-- Requests and their rows. Columns ending in _sealed are encrypted for their place (seal::rest).
-- Migrations are only ever added; this file does not change.
CREATE TABLE request (
    position      INTEGER PRIMARY KEY AUTOINCREMENT,
    id            TEXT NOT NULL UNIQUE,
    envelope_sealed BLOB NOT NULL,
    given_sealed  BLOB NOT NULL,
    file          TEXT NOT NULL,
    received      INTEGER NOT NULL,
    findings_sealed BLOB NOT NULL,
    state         TEXT NOT NULL CHECK (state IN ('received', 'issued')),
    request_leaf  TEXT,
    refusals_leaf TEXT,
    receipt       TEXT,
    issued_leaf   TEXT
) STRICT;

CREATE TABLE row (
    request       TEXT NOT NULL REFERENCES request (id),
    sheet         INTEGER NOT NULL CHECK (sheet > 0),
    row           INTEGER NOT NULL CHECK (row > 0),
    position      INTEGER NOT NULL,
    opening_sealed BLOB NOT NULL,
    findings_sealed BLOB NOT NULL,
    state         TEXT NOT NULL,
    faces         TEXT NOT NULL,
    face_leaf     TEXT,
    identity_sealed BLOB,
    statement     TEXT,
    case_id       TEXT UNIQUE,
    approvals     TEXT NOT NULL,
    lapsed        INTEGER NOT NULL CHECK (lapsed IN (0, 1)),
    matter_leaf   TEXT,
    answer        TEXT,
    version       INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (request, sheet, row)
) STRICT;

-- Nothing is ever deleted by the gate; what was signed for never changes.
CREATE TRIGGER request_stays BEFORE DELETE ON request
BEGIN SELECT RAISE(ABORT, 'requests are not deleted'); END;

CREATE TRIGGER row_stays BEFORE DELETE ON row
BEGIN SELECT RAISE(ABORT, 'rows are not deleted'); END;

CREATE TRIGGER request_words_stay BEFORE UPDATE ON request
WHEN OLD.id <> NEW.id OR OLD.envelope_sealed <> NEW.envelope_sealed OR OLD.file <> NEW.file
  OR OLD.received <> NEW.received OR OLD.given_sealed <> NEW.given_sealed
BEGIN SELECT RAISE(ABORT, 'what was submitted does not change'); END;

CREATE TRIGGER row_words_stay BEFORE UPDATE ON row
WHEN OLD.request <> NEW.request OR OLD.sheet <> NEW.sheet OR OLD.row <> NEW.row
  OR OLD.opening_sealed <> NEW.opening_sealed OR OLD.findings_sealed <> NEW.findings_sealed
BEGIN SELECT RAISE(ABORT, 'what was submitted does not change'); END;

CREATE TRIGGER issued_stays BEFORE UPDATE ON request
WHEN OLD.state = 'issued' AND NEW.state <> 'issued'
BEGIN SELECT RAISE(ABORT, 'an issued request stays issued'); END;

CREATE TRIGGER issued_rows_stay BEFORE UPDATE ON row
WHEN (SELECT state FROM request WHERE id = OLD.request) = 'issued'
BEGIN SELECT RAISE(ABORT, 'rows of an issued request do not change'); END;
