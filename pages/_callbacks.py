"""Callbacks that the next click does not cut short."""

from typing import Any

from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.state.safe_session_state import SafeSessionState


def finish_callbacks() -> None:
    """Let every callback run to its end.

    Streamlit gives way to the next click wherever a script reads the session's state, in
    callbacks too, and does not begin the one that it left again: what somebody typed was lost
    where the click that took the box its focus came before it was stored. Here the click is heard
    once the callbacks have run, before the page is drawn.
    """
    if hasattr(SafeSessionState.on_script_will_rerun, "__wrapped__"):
        return
    begin = SafeSessionState.on_script_will_rerun

    def finish(self: SafeSessionState, *states: Any, **options: Any) -> None:
        context = get_script_run_ctx()
        requests = context and context.script_requests
        if requests is None:
            begin(self, *states, **options)
            return
        vars(requests)["on_scriptrunner_yield"] = lambda: None
        try:
            begin(self, *states, **options)
        finally:
            del vars(requests)["on_scriptrunner_yield"]

    finish.__wrapped__ = begin  # type: ignore[attr-defined]
    SafeSessionState.on_script_will_rerun = finish  # type: ignore[method-assign]
