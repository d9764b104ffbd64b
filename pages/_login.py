"""Who is here, and what they may do: Streamlit's own login, where secrets.toml has [auth].

`[roles]` beside it lists who may log in. Without [auth] nobody is asked, and everybody may do
everything; who labels is a name that the browser keeps.
"""

import json
import logging
import os
from collections.abc import Mapping
from functools import cache
from typing import Any

import requests
import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.auth_util import get_cookie_with_chunks
from streamlit.errors import StreamlitAuthError
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from explorer.errors import BadInput
from explorer.people import PERSON_COOKIE, Person, Role, Roles, read_person
from pages._words import escape_markdown

state = st.session_state
# Other windows of this browser may have logged out, or logged in as somebody else: a window that is
# come back to shows who is here now. Who has just logged in is led on to the address that asked
# for it, because the way there and back ends at the start page.
_WATCH = """
export default function ({ data }) {
  try {
    if (!data.known) {
      // While somebody logs out, their page may be drawn once more: nobody asked for that one.
      if (data.asked && !window.vdeKnown) sessionStorage.setItem("vdeAsked", location.href);
    } else {
      window.vdeKnown = true;
      const asked = sessionStorage.getItem("vdeAsked");
      sessionStorage.removeItem("vdeAsked");
      if (asked && asked !== location.href) location.replace(asked);
    }
  } catch { /* storage is closed to us: they begin at the start page */ }
  const look = async () => {
    const answer = await fetch("api/person").catch(() => null);
    if (!answer?.ok || (await answer.json()).name === data.name) return;
    if (data.name) location.assign("./"); // what was open is nobody else's
    else location.reload();
  };
  window.addEventListener("focus", look);
  return () => window.removeEventListener("focus", look);
}
"""
LOG = logging.getLogger("pages")
FAILED = "login_failed"
PATIENCE = 10.0  # seconds until a provider does not answer
MAY = {Role.LOOK: "may look", Role.LABEL: "may label", Role.OWN: "owns this app"}


class TellFailedLogin:
    """Let the page of the login know of one that came to nothing, which Streamlit tells its log."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; one back from the provider has a word more where it brings nobody."""

        async def tell(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                kept = (cookie.partition("=") for cookie in headers.getlist("set-cookie"))
                is_in = any(n.startswith(USER_COOKIE_NAME) and v[:2] != '""' for n, _, v in kept)
                if "location" in headers and not is_in:
                    headers["location"] += f"?{FAILED}=1"
            await send(message)

        is_back = scope["type"] == "http" and scope["path"].endswith("/oauth2callback")
        await self._app(scope, receive, tell if is_back else send)


def has_login() -> bool:
    """Tell whether people log in to this app."""
    return "auth" in _settings()


def check_login() -> None:
    """Read the settings of the login, so that a mistake in them is told at the start.

    Raises:
        ValueError: secrets.toml or its [roles] cannot be read, these stand without [auth], or
            nobody could log in by it.
    """
    try:
        Roles.read(_section("roles"))
    except BadInput as error:
        raise ValueError(str(error)) from error
    if has_login() and not _providers():
        raise ValueError("[auth] in secrets.toml has no client_id: nobody could log in.")
    if _section("roles") and not has_login():
        raise ValueError("secrets.toml has [roles] without [auth]: nobody could log in.")


def current_person() -> Person:
    """Return who this window belongs to."""
    if has_login():
        return _person_of(st.user.to_dict())
    if "person" in state:
        return Person(str(state.person).strip())
    return Person(read_person(st.context.cookies.get(PERSON_COOKIE, "")))


def may(least: Role) -> bool:
    """Tell whether who is here may do as much."""
    return current_person().role >= least


def identify(request: Request) -> Person | None:
    """Return who sends a request, by the cookie of the login; None where the app has none."""
    if not has_login():
        return None
    secret = get_cookie_secret()

    def read_cookie(name: str) -> bytes | None:
        value = request.cookies.get(name)
        return decode_signed_value(secret, name, value.encode("latin-1")) if value else None

    found = get_cookie_with_chunks(read_cookie, USER_COOKIE_NAME)
    return _person_of(json.loads(found) if found else {})


def ask_login() -> None:
    """Draw what somebody sees who may not enter: the login, or why it is not enough."""
    person = current_person()
    if person.name:
        st.error(
            escape_markdown(
                f"{person.name} may not use this app: ask its owner to be listed under [roles]."
            )
        )
        st.button("Log out", on_click=st.logout)
        return
    if st.user.to_dict().get("is_logged_in"):
        st.error("Your login tells no confirmed e-mail address: log in with another account.")
        st.button("Log out", on_click=st.logout)
        return
    st.title("Visual Dataset Explorer")
    for name in _providers():
        words = f"Log in with {name}" if name else "Log in"
        st.button(words, on_click=_log_in, args=[name], type="primary")
    if state.pop("no_provider", False):
        st.error("The login does not answer: try again in a moment, or tell who runs this app.")
    if st.query_params.pop(FAILED, None):
        state[FAILED] = True
    if state.get(FAILED):
        st.error(
            "The login did not succeed: try again, or tell who runs this app, whose log says why."
        )


def watch_login(*, asked: bool) -> None:
    """Let this window follow who logs in and out in others of its browser.

    Args:
        asked: whether its address names more than the start page.
    """
    if has_login():
        watch = st.components.v2.component("watch_login", js=_WATCH)
        person = current_person()
        known = person.role > Role.NOTHING
        watch(key="watch_login", data={"name": person.name, "known": known, "asked": asked})


def draw_person() -> None:
    """Say who is logged in, and offer to log out."""
    person = current_person()
    if person.known:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(escape_markdown(f"{person.name} {MAY[person.role]}."))
            st.button("Log out", on_click=st.logout, type="tertiary")


def separate_people() -> None:
    """Keep nothing in a session that somebody else has left there."""
    name = current_person().name
    if has_login() and state.get("session_of", name) != name:
        state.clear()
    if has_login():
        state.session_of = name


def _person_of(claims: Mapping[str, object]) -> Person:
    """Return who a login says it is; an address that is not confirmed is nobody's."""
    address = str(claims.get("email") or "").strip().casefold()
    if not claims.get("is_logged_in") or claims.get("email_verified", True) is not True:
        address = ""
    return Person(address, Roles.read(_section("roles")).role_of(address), known=True)


def _log_in(provider: str) -> None:
    """Lead to a provider that answers; Streamlit leads to an empty page where it does not."""
    section: Mapping[str, Any] = _section("auth")
    address = (section[provider] if provider else section).get("server_metadata_url", "")
    try:
        requests.get(address, timeout=PATIENCE).raise_for_status()
    except requests.exceptions.SSLError:
        pass  # Streamlit's own client may know other certificates
    except requests.RequestException as error:
        LOG.error("the login's provider cannot be used: %s", error)
        state.no_provider = True
        return
    try:
        st.login(*filter(None, [provider]))
    except StreamlitAuthError as error:  # the settings were changed while the app runs
        LOG.error("the login cannot be used: %s", error)
        state.no_provider = True


def _section(name: str) -> Mapping[str, Any]:
    """Return a section of secrets.toml, empty where there is none.

    Raises:
        ValueError: it is no section.
    """
    found = _settings().get(name, {})
    if not isinstance(found, Mapping):
        raise ValueError(f"{name} in secrets.toml must be a section, [{name}].")
    return found


@cache
def _settings() -> Mapping[str, Any]:
    """Return what secrets.toml said at the start.

    Streamlit reads it anew as it changes, and goes on without a file that cannot be read, as a half
    saved one cannot: nobody would be asked to log in.

    Raises:
        ValueError: it cannot be read.
    """
    try:
        return st.secrets.to_dict()
    except (OSError, UnicodeDecodeError) as error:
        missing = getattr(error, "error_id", "") == "no-secrets-found"
        if missing and not os.environ.get("STREAMLIT_SECRETS_FILES"):
            return {}
        raise ValueError(f"The settings of the login cannot be read: {error}") from error


def _providers() -> list[str]:
    """Return the names of the login's providers; the one without a name is empty."""
    section = _section("auth")
    named = [
        name
        for name, value in section.items()
        if isinstance(value, Mapping) and "client_id" in value
    ]
    return [*([""] if "client_id" in section else []), *named]
