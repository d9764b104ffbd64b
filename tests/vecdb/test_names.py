import pytest

from vecdb.errors import BadName
from vecdb.statements import table_name


@pytest.mark.parametrize(
    ("written", "table"),
    [
        ("my photos", "my_photos"),
        ("  Été à la mer, 2020! ", "Ete_a_la_mer_2020"),
        ("2020 holidays", "_2020_holidays"),
        ("Straßen & Ærø/Łódź", "Strassen_AEro_Lodz"),
        ("_kept__as_it_is_", "_kept__as_it_is_"),
        ("unsplash_25k", "unsplash_25k"),
        ("ﬁnal ２０", "final_20"),
    ],
)
def test_what_people_write_becomes_a_tables_name(written: str, table: str) -> None:
    assert table_name(written) == table


@pytest.mark.parametrize(
    "written", ["", "  ", "!?", "labels", " concepts ", "отпуск 2020", "x" * 64]
)
def test_what_can_be_no_table_is_refused_in_one_sentence(written: str) -> None:
    with pytest.raises(BadName, match="cannot name a collection"):
        table_name(written)
