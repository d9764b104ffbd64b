-- The highest number that any row was ordered by: what is written from now on gets higher ones, also
-- where the clock went back or the database came from a machine whose clock is ahead.
-- result: latest UInt64
SELECT greatest(
    (SELECT max(seq) FROM labels), (SELECT max(version) FROM concepts),
    (SELECT max(seq) FROM audit_answers), (SELECT max(version) FROM class_sets),
    (SELECT max(seq) FROM class_corrections), (SELECT max(version) FROM map_layouts)
) AS latest
