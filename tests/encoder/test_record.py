from encoder.__main__ import describe_encoder
from encoder.record import describe_training, write_record
from tests.encoder.tiny_clip import save_tiny_clip

ASKED = {"caption_to_picture": {"recall@1": {"chance": 0.01, "before": 0.05, "after": 0.31}}}
RECORD = {"mode": "full", "base": "a/clip", "pictures": 1200, "captions": 6000, "held_out": ASKED}


def test_a_model_trained_here_says_how(tmp_path):
    folder = save_tiny_clip(tmp_path / "mine")
    assert describe_training(str(folder)) == ""
    write_record(folder, RECORD)
    words = (
        "a/clip trained further with a data set of 1,200 pictures and 6,000 captions, "
        "held-out recall@1 0.05 -> 0.31"
    )
    assert describe_training(str(folder)) == words
    assert describe_encoder(str(folder))["training"] == words


def test_a_record_that_cannot_be_read_is_none(tmp_path):
    for text in ("{", "[]", '{"mode": "full"}', '{"mode": "other", "base": 1}'):
        (tmp_path / "training.json").write_text(text, "utf-8")
        assert describe_training(str(tmp_path)) == ""
    assert describe_training("openai/clip-vit-base-patch32") == ""
