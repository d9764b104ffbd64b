"""Composition root: one explorer, the pages and the HTTP routes over it."""

import contextlib
import logging
from collections.abc import AsyncIterator
from threading import Event, Thread

import streamlit as st
from starlette.middleware import Middleware
from threadpoolctl import threadpool_limits

from api import routes
from api.media import GuardMedia
from api.prefix import BelowPrefix
from api.sockets import answer_at_once
from pages._current import shared_explorer
from pages._login import TellFailedLogin, check_login, identify
from pages._streamlit import finish_callbacks, spare_libraries, take_turns, tell_values
from pages.grid.page import page_data
from pages.grid.scripts import GRID
from pages.mapping.scripts import MAP

explorer = shared_explorer()


@contextlib.asynccontextmanager
async def lifespan(app: st.App) -> AsyncIterator[None]:
    """Hold the embedded database from start to stop, so that its owner is never in doubt."""
    # Fits are small: more BLAS threads gain nothing, and on a busy machine their spinning takes
    # many times what the fit does.
    threadpool_limits(1, user_api="blas")
    # What the engine says beyond the sentences that pages show.
    logging.getLogger("vecdb").addHandler(logging.StreamHandler())
    explorer.warm()
    answer_at_once()
    finish_callbacks()
    tell_values()
    take_turns()
    stop = Event()
    Thread(target=spare_libraries, args=[stop], daemon=True).start()
    try:
        yield
    finally:
        stop.set()
        explorer.close()


try:
    check_login()
    own = [*routes(explorer, page_data, identify), *GRID.routes(), *MAP.routes()]
except ValueError as error:  # a setting that cannot be meant
    raise SystemExit(str(error)) from None
prefix = st.get_option("server.baseUrlPath")
app = st.App(
    "pages/_navigation.py",
    lifespan=lifespan,
    routes=own,
    middleware=[
        Middleware(TellFailedLogin),
        Middleware(GuardMedia, prefix, identify),
        Middleware(BelowPrefix, prefix, own),
    ],
)
