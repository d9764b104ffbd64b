"""Who is here, and what they may do: Streamlit's own login, where secrets.toml has [auth].

`[roles]` beside it lists who may log in. Without [auth] nobody is asked, and everybody may do
everything; who labels is a name that the browser keeps.
"""

import json
from collections.abc import Mapping

import streamlit as st
from starlette.requests import Request
from streamlit.auth_util import get_cookie_with_chunks
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from explorer.errors import BadInput
from explorer.people import PERSON_COOKIE, Person, Role, Roles, read_person
from pages._words import escape_markdown

state = st.session_state
MAY = {Role.LOOK: "may look", Role.LABEL: "may label", Role.OWN: "owns this app"}


def has_login() -> bool:
    """Tell whether people log in to this app."""
    return bool(_section("auth"))


def check_login() -> None:
    """Read the settings of the login, so that a mistake in them is told at the start.

    Raises:
        BadInput: [roles] cannot be read, or stands without [auth].
    """
    Roles.read(_section("roles"))
    if _section("roles") and not has_login():
        raise BadInput("secrets.toml has [roles] without [auth]: nobody could log in.")


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
    if st.user.is_logged_in:
        st.error("Your login tells no confirmed e-mail address: log in with another account.")
        st.button("Log out", on_click=st.logout)
        return
    st.title("Visual Dataset Explorer")
    for name in _providers():
        words = f"Log in with {name}" if name else "Log in"
        st.button(words, on_click=st.login, args=[name] if name else [], type="primary")


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


def _section(name: str) -> Mapping[str, object]:
    """Return a section of secrets.toml, empty where there is none."""
    found: Mapping[str, object] = (
        st.secrets.get(name, {}) if st.secrets.load_if_toml_exists() else {}
    )
    return found


def _providers() -> list[str]:
    """Return the names of the login's providers; the one without a name is empty."""
    section = _section("auth")
    named = [
        name
        for name, value in section.items()
        if isinstance(value, Mapping) and "client_id" in value
    ]
    return [*([""] if "client_id" in section else []), *named]
