"""Where the app has Streamlit do otherwise than it does; look at each with a new Streamlit.

A quick next click loses neither callbacks nor the values that scripts set, and changes nothing
beside the run before it; the collection of garbage after each run of a script leaves the libraries
alone. Once a server that was gone is back, the page is drawn anew.
"""

import gc
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from threading import Event, Lock, RLock
from typing import Any
from weakref import WeakValueDictionary

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.state.common import RegisterWidgetResult, WidgetMetadata
from streamlit.runtime.state.safe_session_state import SafeSessionState
from streamlit.runtime.state.session_state import SessionState

FEW_MODULES = 50
# Called at the end of every run; sets one off when the connection is there again.
_WATCH = """
export default function ({ parentElement, setTriggerValue }) {
  const name = "data-test-connection-state";
  const app = document.querySelector(`[${name}]`);
  let before = app.getAttribute(name);
  delete document.body.dataset.outdated;
  const watch = new MutationObserver(() => {
    const now = app.getAttribute(name);
    if (now === "CONNECTED" && before !== now) {
      document.body.dataset.outdated = "";
      setTriggerValue("back", true);
    }
    before = now;
  });
  parentElement.vdeWatch?.disconnect();
  parentElement.vdeWatch = watch;
  watch.observe(app, { attributeFilter: [name] });
  return () => watch.disconnect();
}
"""
_SEEN = """
export default function ({ setTriggerValue }) {
  const tell = () => setTriggerValue("seen", true);
  window.addEventListener("focus", tell);
  return () => window.removeEventListener("focus", tell);
}
"""


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


def tell_values() -> None:
    """Tell a value that a script has set until the browser says that it shows it.

    Streamlit tells it once. Where the next click stops the script before what it drew was sent,
    the browser shows the widget empty, and Streamlit takes that for what the user wants.
    """
    if hasattr(SessionState.register_widget, "__wrapped__"):
        return
    register = SessionState.register_widget

    def tell(
        self: SessionState, metadata: WidgetMetadata[Any], user_key: str | None
    ) -> RegisterWidgetResult[Any]:
        unheard = user_key is not None and metadata.id not in self._new_widget_state
        result = register(self, metadata, user_key)
        if unheard and result.value != metadata.deserializer(None):
            return replace(result, value_changed=True)
        return result

    tell.__wrapped__ = register  # type: ignore[attr-defined]
    SessionState.register_widget = tell  # type: ignore[method-assign]


def take_turns() -> None:
    """Let one run at a time change what a session holds.

    Streamlit tells a run to stop and begins the next one at once, each with a lock of its own:
    while the callbacks of the first still run, both change the session's values. The next one broke
    off over that ("dictionary changed size during iteration"), and its click was lost.
    """
    if hasattr(SessionState.on_script_will_rerun, "__wrapped__"):
        return
    one_by_one, turns = Lock(), WeakValueDictionary[int, Any]()

    def in_turn(change: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(change)
        def change_alone(self: SessionState, *values: Any, **options: Any) -> Any:
            with one_by_one:
                turn = turns.setdefault(id(self), RLock())
            with turn:
                return change(self, *values, **options)

        return change_alone

    for name in ("on_script_will_rerun", "register_widget", "on_script_finished"):
        setattr(SessionState, name, in_turn(getattr(SessionState, name)))


def run_when_back() -> None:
    """Run the script once the server is back after it was gone.

    Streamlit waits for the next press: until then the files that a page offers are those of the
    server before, which the new one does not have. The style sheet shuts them meanwhile.
    """
    watch = st.components.v2.component("run_when_back", js=_WATCH)
    watch(key="back", data={"at": time.time()}, on_back_change=lambda: None)


def run_when_seen() -> None:
    """Run the script when somebody comes back to the window.

    What others have begun meanwhile is not on a page that waits for nothing.
    """
    watch = st.components.v2.component("run_when_seen", js=_SEEN)
    watch(key="seen", on_seen_change=lambda: None)


def pressed_button() -> bool:
    """Tell whether this run comes of a button.

    Where no run of the session has ended before, it was drawn by another server: no callback of
    it is known yet, so none was called.
    """
    context = get_script_run_ctx()
    widgets = context.session_state.get_widget_states() if context else []
    return any(widget.trigger_value for widget in widgets)


def spare_libraries(stop: Event, seconds: float = 1.0) -> None:
    """Take what was imported out of the collection, whenever imports have come to rest.

    Streamlit collects all garbage after each run of a script, before the page is sent. The
    million objects of imported libraries take a quarter of a second of that, and none ever goes.

    Args:
        stop: ends the watch.
        seconds: between two looks.
    """
    spared = seen = 0
    while not stop.wait(seconds):
        modules = len(sys.modules)
        if modules == seen and modules > spared + FEW_MODULES:
            gc.collect()
            gc.freeze()
            spared = modules
        seen = modules
