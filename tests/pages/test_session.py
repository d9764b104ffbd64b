from pathlib import Path

from encoder.record import write_record
from pages._current import shared_explorer
from pages._session import encoder_note
from tests.encoder.test_record import RECORD
from tests.encoder.tiny_clip import save_tiny_clip


def test_a_model_trained_here_is_named_with_its_training(empty: Path) -> None:
    folder = save_tiny_clip(empty / "mine")
    collection = shared_explorer().database.create_collection("things", str(folder), 24)
    assert "trained further" not in encoder_note(collection)
    write_record(folder, RECORD)
    note = encoder_note(collection)
    assert "mine" in note
    assert "trained further with a data set of 1,200 pictures and 6,000 captions" in note


def test_the_offline_encoder_is_said_not_to_be_clip(empty: Path) -> None:
    collection = shared_explorer().database.create_collection("things", "offline", 512)
    assert "not CLIP" in encoder_note(collection)
