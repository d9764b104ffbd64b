"""Kinds of fields that requests are made of, each with its limits and what it says beyond them."""

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    WithJsonSchema,
)
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

# Beyond, a vector's length overflows.
LARGEST = 1e15


class Asked(BaseModel):
    """The fields of a query string: all known, read from text."""

    model_config = ConfigDict(extra="forbid")


class Sent(BaseModel):
    """A JSON body: all fields known, each of the very kind that is asked for."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Lenient(BaseModel):
    """A JSON body of a client that may send more than is known here."""

    model_config = ConfigDict(extra="ignore", strict=True)


@dataclass(frozen=True)
class Within:
    """A number's bounds, both allowed. A whole number may be written as 5.0, as JSON has it."""

    low: float
    high: float

    def check(self, value: float) -> float:
        """Return the number.

        Raises:
            PydanticCustomError: it is outside, or not finite.
        """
        if self.low <= value <= self.high:
            return value
        raise _refuse(f"must be a number from {self.low} to {self.high}, not {str(value)[:40]}")

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        inner = handler(source)
        if source is int:
            inner = core_schema.no_info_before_validator_function(_whole, inner)
        return core_schema.no_info_after_validator_function(self.check, inner)

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {**handler(schema), "minimum": self.low, "maximum": self.high}


def _refuse(message: str) -> PydanticCustomError:
    return PydanticCustomError("own", "{words}", {"words": message})


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _check_text(text: str) -> str:
    if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise _refuse("holds a character that is not text")
    return text


def read_time(value: Any) -> Any:
    """Read ISO 8601, a day or a time.

    Raises:
        PydanticCustomError: it is none, or not from 1900 to 2299.
    """
    try:
        time = datetime.fromisoformat(str(value).strip().replace("Z", "+00:00"))
    except ValueError as error:
        raise _refuse("must be a time such as 2021-05-31") from error
    if not 1900 <= time.year <= 2299:
        raise _refuse("must lie between 1900 and 2299")
    return time


def _check_vector(vector: list[float]) -> list[float]:
    if all(-LARGEST <= number <= LARGEST for number in vector):
        return vector
    if all(map(math.isfinite, vector)):
        raise _refuse(f"holds a number beyond {LARGEST:g}")
    raise _refuse("holds a number that is not finite")


_PLAIN = AfterValidator(_check_text)
Text = Annotated[str, _PLAIN]
Words = Annotated[str, Field(min_length=1, max_length=2000), _PLAIN]
Address = Annotated[str, Field(max_length=2000), _PLAIN]
Name = Annotated[str, Field(max_length=63), _PLAIN]
PhotoId = Annotated[str, Field(min_length=1, max_length=1000), _PLAIN]
ConceptId = Annotated[str, Field(min_length=1, max_length=64), _PLAIN]
Picture = Annotated[
    str, Field(min_length=1, max_length=20 * 2**20, description="a picture in base64"), _PLAIN
]
Numbers = Annotated[list[float], Field(max_length=4096), AfterValidator(_check_vector)]
Time = Annotated[
    datetime,
    BeforeValidator(read_time),
    WithJsonSchema({"type": "string", "format": "date-time", "maxLength": 40}),
]
