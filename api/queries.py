"""What is looked for, as requests have it: in a query string, or richer in a JSON body."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from api.fields import Address, Name, Numbers, PhotoId, Picture, Sent, Within, Words
from explorer.fetching import fetch_picture
from explorer.pictures import picture_from, picture_from_text
from explorer.query import Query


class SimpleQuery(BaseModel):
    """What a query string can ask for."""

    collection: Annotated[Name | None, Field(description="default: the first")] = None
    text: Annotated[Words | None, Field(description="a phrase")] = None
    minus: list[Words] = Field(
        [], max_length=20, description="phrases that the photos should not be like"
    )
    photo_ids: list[PhotoId] = Field(
        [], max_length=100, description="photos of the collection to find more like"
    )
    image_url: Annotated[
        Address | None,
        Field(description="address of a picture; refused unless the server is set to fetch"),
    ] = None

    def query(self) -> Query:
        """Gather everything that is looked for.

        Raises:
            BadInput, NotAllowed: a picture cannot be read or had.
        """
        phrases = [(self.text, 1.0)] if self.text else []
        phrases += [(text, -1.0) for text in self.minus]
        pictures = [picture_from(fetch_picture(self.image_url))] if self.image_url else []
        return Query(phrases, pictures, self.photo_ids)


class Phrase(Sent):
    """Words, and how much they count."""

    text: Words
    weight: Annotated[float, Within(-10, 10)] = 1


class RichQuery(SimpleQuery):
    """What a JSON body can ask for: also weights, pictures and a vector."""

    model_config = ConfigDict(strict=True)

    phrases: list[Phrase] = Field([], max_length=20, description="weighted phrases")
    images: list[Picture] = Field([], max_length=16)
    vector: Annotated[
        Annotated[Numbers, Field(min_length=1)] | None,
        Field(description="a vector of the collection's encoder, of any length but zero"),
    ] = None

    def query(self) -> Query:
        """Gather everything that is looked for.

        Raises:
            BadInput, NotAllowed: a picture cannot be read or had.
        """
        asked = super().query()
        phrases = [*asked.phrases, *((phrase.text, phrase.weight) for phrase in self.phrases)]
        pictures = [*map(picture_from_text, self.images), *asked.pictures]
        return Query(phrases, pictures, asked.photo_ids, [self.vector] if self.vector else [])
