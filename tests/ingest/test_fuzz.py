from tests.ingest.fuzz import ingest_both
from tests.ingest.fuzz_tables import read_tables
from tests.ingest.fuzz_tars import ingest_tree, read_tars


def test_a_slice_of_the_fuzz_loses_and_doubles_nothing(tmp_path, tiny_clip):
    rows, pictures = ingest_both(tmp_path, tiny_clip, 400, 150)
    assert rows.inserted > 80
    assert rows.failed > 80
    assert pictures.inserted > 20
    assert pictures.failed > 20


def test_a_slice_of_the_tars_and_folders_loses_and_doubles_nothing(tmp_path, tiny_clip):
    whole, saved = read_tars(tmp_path, 40)
    assert whole > 100
    assert saved > 50
    assert ingest_tree(tmp_path, tiny_clip, 15).inserted > 75


def test_a_slice_of_json_and_parquet_loses_and_doubles_nothing(tmp_path):
    assert read_tables(tmp_path, 200) > 500
