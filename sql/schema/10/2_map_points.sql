-- Where photos lie on the maps, from 0 to 1 each way.
-- columns: version: of the map; revision: of the photo, which is placed again when it is replaced;
--          place: number of its group; anchor: 1 where it was laid out itself, 0 where it was
--          placed by its neighbours
CREATE TABLE IF NOT EXISTS map_points (
    collection String, version UInt64, photo_id String, revision UInt64,
    x Float32, y Float32, place UInt16, anchor UInt8
) ENGINE = MergeTree ORDER BY (collection, version, photo_id)
SETTINGS non_replicated_deduplication_window = 1000
