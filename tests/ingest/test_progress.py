"""How far an ingest says it is."""

from ingest import Progress


def test_work_moves_while_nothing_is_stored_yet():
    assert Progress(total=300, downloaded=60).fraction == 60 / 900
    assert Progress(total=300, downloaded=60, encoded=30).fraction == 90 / 900


def test_a_photo_counts_whole_once_it_is_stored_known_or_failed():
    stored = Progress(total=4, downloaded=2, encoded=1, cached=1, inserted=2, skipped=1, failed=1)
    assert stored.fraction == 1
    assert Progress(total=4, downloaded=4, failed=4).fraction == 1


def test_a_row_and_a_vector_that_a_source_holds_count_whole():
    assert Progress(total=4, inserted=3, updated=1).fraction == 1


def test_without_a_known_size_there_is_no_fraction():
    assert Progress(downloaded=6).fraction is None
    assert Progress(downloaded=6).work == 2
