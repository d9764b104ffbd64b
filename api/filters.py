"""Conditions on metadata as they come in requests, one field a condition."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.errors import Refused
from api.fields import Text, Time, Within
from explorer.conditions import read_conditions
from vecdb import Collection, Condition, Filter

_Count = Annotated[int, Within(0, 2**32 - 1)]
_Text = Annotated[Text, Field(min_length=1, max_length=500)]
_DAY = "ISO 8601, a day or a time, 1900 to 2299; UTC where it names no zone"


class Filters(BaseModel):
    """What photos must satisfy; fields that are left out ask nothing.

    A field that is not known names a column of the collection's own: `split=val`.
    """

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, _Text | float | bool]

    min_width: Annotated[_Count | None, Field(description="pixels")] = None
    min_height: Annotated[_Count | None, Field(description="pixels")] = None
    orientation: Literal["landscape", "portrait", "square"] | None = None
    description: Annotated[_Text | None, Field(description="a piece of the description")] = None
    photographer: _Text | None = None
    camera: _Text | None = None
    country: _Text | None = None
    city: _Text | None = None
    label: _Text | None = None
    taken_from: Annotated[Time | None, Field(description=_DAY)] = None
    taken_before: Annotated[Time | None, Field(description=_DAY)] = None
    min_views: _Count | None = None
    min_downloads: _Count | None = None
    no_duplicates: Annotated[
        bool | None,
        Field(description="leave out what ingest noted as near-duplicates of earlier photos"),
    ] = None
    where: list[_Text] = Field(
        [], max_length=20, description="conditions on any column: `split=val`, `iso>=400`"
    )

    def filter(self, collection: Collection) -> Filter | None:
        """Return the conditions, None where there are none.

        Raises:
            BadCondition: one of `where` cannot be understood, or is on no column there is.
            Refused: 400, a field that is neither known nor a column of the collection.
        """
        names = set(Filters.model_fields) - {"where"}
        given: dict[str, Any] = {name: getattr(self, name) for name in names}
        given = {name: value for name, value in given.items() if value is not None}
        conditions = read_conditions(self.where, collection) + self._columns(collection)
        return Filter(**given, conditions=conditions) if given or conditions else None

    def _columns(self, collection: Collection) -> tuple[Condition, ...]:
        given = self.model_extra or {}
        held = collection.records.extra_columns() if given else []
        for name in given:
            if name not in held:
                known = ", ".join([*type(self).model_fields, *held])
                raise Refused(400, f"{name[:60]!a} is not known here; what is: {known}.")
        return tuple(Condition(name, "=", value) for name, value in given.items())
