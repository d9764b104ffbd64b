-- The answers that count, of all concepts: how many, and the latest photos that are a yes. What
-- counts is what `vecdb.labels.settle_votes` says: the majority of the latest answer of each
-- person, the later one where as many say yes as no; an answer without a name gives way to a later
-- one with a name.
-- parameters: concepts Array(String), strip UInt32 how many photos; some_judged, judges
--          Array(String) the concepts where one person's answers alone count, and whose
-- result: concept_id String; yes, no UInt64; latest Array(String), the latest yes first
SELECT concept_id, countIf(label = 1) AS yes, countIf(label = -1) AS no,
    arraySlice(arrayReverseSort(pair -> pair.1,
        groupArrayIf((seq, photo_id), label = 1)).2, 1, {strip:UInt32}) AS latest
FROM (
    SELECT concept_id, photo_id, max(latest) AS seq,
        maxIf(latest, vote != 0 AND person != '') AS named,
        arrayReverseSort(one -> one.1, arrayFilter(
            one -> one.2 != 0 AND (one.3 != '' OR one.1 > named),
            groupArray((latest, vote, person)))) AS counted,
        arraySum(one -> one.2, counted) AS balance,
        if(balance != 0, sign(balance), counted[1].2) AS label
    FROM (
        SELECT concept_id, photo_id, toString(labels.`by`) AS person,
            argMax(labels.label, labels.seq) AS vote, max(labels.seq) AS latest
        FROM labels WHERE concept_id IN {concepts:Array(String)}
            AND (NOT has({some_judged:Array(String)}, concept_id)
                OR person = {judges:Array(String)}[indexOf({some_judged:Array(String)}, concept_id)])
        GROUP BY concept_id, photo_id, person
    )
    GROUP BY concept_id, photo_id
)
GROUP BY concept_id
