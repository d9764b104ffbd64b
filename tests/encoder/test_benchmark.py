import torch

from encoder.benchmark import MODELS, measure_models


def test_a_models_size_and_pace_are_measured():
    name = "openai/clip-vit-base-patch32"
    (row,) = measure_models([name], torch.device("cpu"), 4)
    assert (row["model"], row["weights_millions"], row["seeing_millions"]) == (name, 151, 87)
    assert row["pictures_per_second"] > 0


def test_every_model_of_the_list_has_its_known_number_of_weights():
    """In millions, as the models' own pages state them."""
    from transformers import AutoModel

    known = {
        "google/siglip2-base-patch16-224": 375,
        "google/siglip2-base-patch16-naflex": 375,
        "OFA-Sys/chinese-clip-vit-base-patch16": 188,
        "openai/clip-vit-large-patch14": 428,
        "BAAI/AltCLIP": 864,
        "kakaobrain/align-base": 172,
        "google/siglip2-so400m-patch14-384": 1136,
        "facebook/metaclip-2-worldwide-huge-quickgelu": 1859,
    }
    for name, millions in known.items():
        with torch.device("meta"):
            model = AutoModel.from_config(MODELS[name][0])
        weights = sum(part.numel() for part in model.parameters()) / 1e6
        assert abs(weights - millions) < 0.02 * millions, f"{name}: {weights:.0f} million"
