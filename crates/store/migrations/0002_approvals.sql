-- When each reviewer signed an approval, so that the time between two of them is found by reviewer. A
-- look-up only: the signed notes stay in `row.approvals`. Filled here from the notes kept so far.
CREATE TABLE approval (
    request       TEXT NOT NULL,
    sheet         INTEGER NOT NULL,
    row           INTEGER NOT NULL,
    reviewer      TEXT NOT NULL,
    signed_at     INTEGER NOT NULL,
    PRIMARY KEY (request, sheet, row, reviewer),
    FOREIGN KEY (request, sheet, row) REFERENCES row (request, sheet, row)
) STRICT, WITHOUT ROWID;

CREATE INDEX approval_of_reviewer ON approval (reviewer, signed_at);

INSERT INTO approval (request, sheet, row, reviewer, signed_at)
SELECT request, sheet, row,
       substr(note, reviewer_at, instr(substr(note, reviewer_at), char(10)) - 1),
       unixepoch(substr(note, signed_at, instr(substr(note, signed_at), char(10)) - 1))
FROM (
    SELECT row.request AS request, row.sheet AS sheet, row.row AS row, note.value AS note,
           instr(note.value, char(10) || 'reviewer ') + 10 AS reviewer_at,
           instr(note.value, char(10) || 'signed-at ') + 11 AS signed_at
    FROM row, json_each(row.approvals) AS note
);

CREATE TRIGGER approval_stays BEFORE DELETE ON approval
BEGIN SELECT RAISE(ABORT, 'approvals are not deleted'); END;

CREATE TRIGGER approval_is_as_signed BEFORE UPDATE ON approval
BEGIN SELECT RAISE(ABORT, 'approvals do not change'); END;
