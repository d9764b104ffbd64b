from tests.ingest.fuzz import ingest_both


def test_a_slice_of_the_fuzz_loses_and_doubles_nothing(tmp_path, tiny_clip):
    rows, pictures = ingest_both(tmp_path, tiny_clip, 400, 150)
    assert rows.inserted > 80
    assert rows.failed > 80
    assert pictures.inserted > 20
    assert pictures.failed > 20
