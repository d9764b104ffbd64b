"""`/api/exports`: files that pages have prepared, streamed from disk."""

from typing import Annotated

from fastapi import Path, Query, Request
from fastapi.responses import FileResponse

from api.access import check_signed
from api.fields import Asked
from api.routing import Explorer_, bytes_of, make_router
from explorer.addresses import DOWNLOAD
from explorer.downloads import find_download


class Download(Asked):
    """What the file is called where it arrives; the signature, where a token is set."""

    name: Annotated[str, Query(max_length=200)] = ""
    key: Annotated[str, Query(max_length=100)] = ""


def _check(request: Request) -> None:
    given = request.path_params
    check_signed(request, DOWNLOAD, f"{given['place']}/{given['file']}")


router = make_router(_check, counted=False)
_Part = Annotated[str, Path(max_length=200)]


@router.get("/api/exports/{place}/{file}", response_class=FileResponse, responses=bytes_of("*/*"))
def download(
    place: _Part, file: _Part, asked: Annotated[Download, Query()], explorer: Explorer_
) -> FileResponse:
    """A file that was prepared on a page, for a day; parts of it can be asked for."""
    path = find_download(explorer.store, place, file)
    return FileResponse(path, filename=asked.name or file, headers={"Cache-Control": "no-store"})
