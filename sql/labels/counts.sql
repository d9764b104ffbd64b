-- The answers that count, of all concepts: how many, and the latest photos that are a yes.
-- parameters: concepts Array(String), strip UInt32 how many photos
-- result: concept_id String; yes, no UInt64; latest Array(String), the latest yes first
SELECT concept_id, countIf(label = 1) AS yes, countIf(label = -1) AS no,
    arraySlice(arrayReverseSort(pair -> pair.1,
        groupArrayIf((seq, photo_id), label = 1)).2, 1, {strip:UInt32}) AS latest
FROM (
    SELECT concept_id, photo_id, argMax(label, labels.seq) AS label, max(labels.seq) AS seq
    FROM labels WHERE concept_id IN {concepts:Array(String)}
    GROUP BY concept_id, photo_id
)
GROUP BY concept_id
