from types import SimpleNamespace

import pytest

from explorer.languages import hint_at_language, is_english

ENGLISH = [
    "a house by the lake", "dog", "a café in Paris", "men on a boat", "shoes -sneakers",
    "crème brûlée", "5 µm particles", "", "1960s cars", "a die-cast car", "an ox and a van",
    "nos. 1 to 3", "a pie with jalapeño", "Los Angeles", "Big Sur",
    "the MIT campus", "an old DOS computer",
]  # fmt: skip
FOREIGN = [
    "ein Haus am See", "une maison au bord du lac", "una casa junto al lago", "дом у озера",
    "湖のほとりの家", "bir ev", "een huis bij het meer", "ett hus vid sjön", "mädchen", "쌍둥이",
    "casa com piscina", "بيت", "il gatto nel giardino", "dom przy jeziorze oraz las",
]  # fmt: skip


@pytest.mark.parametrize("text", ENGLISH)
def test_english_is_taken_for_english(text):
    assert is_english(text)


@pytest.mark.parametrize("text", FOREIGN)
def test_other_languages_are_told_by_their_letters_and_their_short_words(text):
    assert not is_english(text)


def test_only_an_encoder_of_english_alone_hints():
    def encoder(kind, name):
        return SimpleNamespace(kind=kind, name=name)

    for kind, name in [("clip", "openai/clip-vit-base-patch32"), ("offline", "offline"),
                       ("siglip", "google/siglip-base-patch16-224")]:  # fmt: skip
        assert "English" in hint_at_language("ein Haus am See", encoder(kind, name))
        assert hint_at_language("a house by the lake", encoder(kind, name)) == ""
    for kind, name in [("siglip", "google/siglip2-base-patch16-224"), ("metaclip_2", "x"),
                       ("clip", "M-CLIP/XLM-Roberta"), ("chinese_clip", "x"),
                       ("siglip", "google/siglip-base-patch16-256-i18n")]:  # fmt: skip
        assert hint_at_language("ein Haus am See", encoder(kind, name)) == ""
