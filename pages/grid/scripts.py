"""The grid's scripts: modules served as they are, under an address that changes with their text."""

import hashlib
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

HERE = Path(__file__).parent
SCRIPTS = {path.name: path.read_bytes() for path in sorted(HERE.glob("*.js"))}
VERSION = hashlib.sha256(b"".join(SCRIPTS.values())).hexdigest()[:12]
FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}
# Streamlit's own script lies at <root>/static/js/: so the app's root is known whatever proxies do.
# Modules are named ahead of the imports that need them, so that they arrive side by side.
LOADER = f"""
const own = document.querySelector('script[src*="static/js/"]').src;
const folder = new URL("../../grid/{VERSION}/", own);
for (const name of {sorted(SCRIPTS)}) {{
  const link = document.createElement("link");
  Object.assign(link, {{ rel: "modulepreload", href: new URL(name, folder).href }});
  document.head.append(link);
}}
const {{ default: mount }} = await import(new URL("mount.js", folder).href);
export default mount;
"""


def script(request: Request) -> Response:
    """Answer with one module of this version."""
    text = SCRIPTS.get(request.path_params["name"])
    if text is None or request.path_params["version"] != VERSION:
        return PlainTextResponse("There is no such script: load the page again.", 404)
    return Response(text, headers=FOREVER, media_type="text/javascript")


def grid_routes() -> list[BaseRoute]:
    """Return the route of the scripts, for `st.App(routes=...)`."""
    return [Route("/grid/{version}/{name}", script)]
