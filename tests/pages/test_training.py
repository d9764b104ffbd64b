"""The Data page while a similarity head is trained."""

from threading import Event, Thread

from streamlit.delta_generator import DeltaGenerator

from explorer.tuning import TuningJob
from pages._current import shared_explorer
from pages.adding import deletion
from tests.pages.test_screens import run


def test_what_is_below_a_training_is_drawn_meanwhile(concept, monkeypatch):
    last_drawn, told = Event(), []
    job = TuningJob("things", "look", "label", words="Epoch 1")
    progress = DeltaGenerator.progress

    def tell(at, share, text=None):
        told.append(text)
        return progress(at, share, text)

    def draw(*_):
        job.words = "Epoch 2"
        last_drawn.set()

    monkeypatch.setattr(DeltaGenerator, "progress", tell)
    monkeypatch.setattr(deletion, "draw_deletion", draw)
    job.thread = Thread(target=lambda: last_drawn.wait(60) and Event().wait(1), daemon=True)
    job.thread.start()
    job.error = "No photo has a label."
    monkeypatch.setattr(shared_explorer().tunings, "latest", job)
    test = run("data.py")
    assert last_drawn.is_set()
    assert told[0] == "Epoch 1."
    assert told[-1] == "Epoch 2."
    assert "No photo has a label." in [one.value for one in test.error]
