"""Composition root: opens the database once, mounts the pages and the HTTP routes."""

import contextlib
from collections.abc import AsyncIterator

import streamlit as st

from api import resources, routes
from api.sockets import answer_at_once


@contextlib.asynccontextmanager
async def lifespan(app: st.App) -> AsyncIterator[None]:
    """Hold the embedded database from start to stop, so that its owner is never in doubt."""
    resources.warm()
    answer_at_once()
    try:
        yield
    finally:
        resources.close()


app = st.App("pages/_navigation.py", lifespan=lifespan, routes=routes())
