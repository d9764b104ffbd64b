import json

import pytest

from vecdb.benchmark.plan import NAMES, Machine, check_costs, find_needs, main


def test_the_sums_give_what_was_measured() -> None:
    for row in check_costs():
        for name in NAMES:
            assert 0.65 <= row[f"{name}_planned"] / row[name] <= 1.5, (row["photos"], name)


def test_graphs_that_do_not_fit_one_machine_take_more_shards() -> None:
    small, large = (find_needs(photos, 512, Machine(64, 16)) for photos in (10**7, 10**9))
    assert small.shards == 1
    assert large.graph_memory_gib / large.shards <= 64 * 0.6
    assert large.shards > large.graph_memory_gib / 64
    assert find_needs(10**9, 512, Machine(512, 64)).shards < large.shards
    # Each shard builds its own graph at the same time as the others.
    assert large.build_hours < 20 * small.build_hours


def test_the_command_prints_a_column_a_size(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--photos", "1000000", "2000000", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["photos"] for row in rows] == [1_000_000, 2_000_000]
    assert rows[1]["disk_gib"] == pytest.approx(2 * rows[0]["disk_gib"], rel=0.02)
    assert main(["--check"]) == 0
    assert "build_s_planned" in capsys.readouterr().out


@pytest.mark.parametrize(
    "given",
    ["--photos 0", "--dim 2.5", "--memory nan", "--memory 1e-300", "--cores 0", "--gpu-rate inf"],
)
def test_an_impossible_size_is_bad_usage(given: str) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(given.split())
