import os

import pytest

from explorer.errors import NotAllowed
from explorer.places import Places


@pytest.fixture
def tree(tmp_path, monkeypatch):
    monkeypatch.delenv("DATA_FOLDERS", raising=False)
    for name in ("shown/b", "shown/A", "shown/.hidden", "shown/@eaDir", "other/secret"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "shown" / "file.jpg").touch()
    (tmp_path / "shown" / "way_out").symlink_to(tmp_path / "other")
    return tmp_path


def test_on_this_machine_alone_every_folder_may_be_looked_into(tree):
    places = Places.of_app(only_here=True)
    assert places.folders(tree / "shown") == ["A", "b", "way_out"]
    assert places.start().is_dir()


def test_an_app_that_others_reach_shows_only_the_folders_it_names(tree, monkeypatch):
    monkeypatch.setenv("DATA_FOLDERS", os.pathsep.join([str(tree / "shown")]))
    for places in (Places.of_app(only_here=False), Places.of_app(only_here=True)):
        assert places.start() == tree / "shown"
        assert places.folders(tree / "shown") == ["A", "b"]
        for outside in ("other", "shown/way_out", "shown/../other", ""):
            with pytest.raises(NotAllowed, match="DATA_FOLDERS"):
                places.folders(tree / outside)


def test_an_app_that_others_reach_and_that_names_none_shows_none(tree):
    places = Places.of_app(only_here=False)
    for look in (places.start, lambda: places.check(tree)):
        with pytest.raises(NotAllowed, match="names those that may in DATA_FOLDERS"):
            look()


def test_a_folder_that_cannot_be_read_is_one_sentence(tree):
    with pytest.raises(NotAllowed, match="gone cannot be read: No such file or directory"):
        Places.of_app(only_here=True).folders(tree / "gone")
