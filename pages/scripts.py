"""Scripts of a component: modules served as they are, under an address that changes with them."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}


class Scripts:
    """The modules of one component, served below `<root>/<name>/<version>/`."""

    def __init__(self, name: str, paths: Iterable[Path], entry: str) -> None:
        """Read the modules.

        Args:
            entry: the one that Streamlit is to call.
        """
        self.name = name
        self.texts = {path.name: path.read_bytes() for path in sorted(paths)}
        self.version = hashlib.sha256(b"".join(self.texts.values())).hexdigest()[:12]
        # Streamlit's own script lies at <root>/static/js/: so the app's root is known whatever
        # proxies do. Modules are named ahead of the imports that need them, so that they arrive
        # side by side.
        self.loader = f"""
const own = document.querySelector('script[src*="static/js/"]').src;
const folder = new URL("../../{name}/{self.version}/", own);
for (const name of {sorted(self.texts)}) {{
  const link = document.createElement("link");
  Object.assign(link, {{ rel: "modulepreload", href: new URL(name, folder).href }});
  document.head.append(link);
}}
const {{ default: mount }} = await import(new URL("{entry}", folder).href);
export default mount;
"""

    def routes(self) -> list[BaseRoute]:
        """Return the route of the scripts, for `st.App(routes=...)`."""
        return [Route(f"/{self.name}/{{version}}/{{file}}", self._answer)]

    def _answer(self, request: Request) -> Response:
        text = self.texts.get(request.path_params["file"])
        if text is None or request.path_params["version"] != self.version:
            return PlainTextResponse("There is no such script: load the page again.", 404)
        return Response(text, headers=FOREVER, media_type="text/javascript")
