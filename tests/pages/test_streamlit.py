"""What is typed is stored, and what is shown is not taken for typed, however quick the next click.

A session's own runner and state, without a browser: a request that comes while a callback runs.
"""

import gc
from threading import Event, Thread

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.runtime.scriptrunner_utils.exceptions import RerunException
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData, ScriptRequests
from streamlit.runtime.state.safe_session_state import SafeSessionState
from streamlit.runtime.state.session_state import SessionState
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import ElementTree

from pages import _streamlit
from pages._streamlit import finish_callbacks, spare_libraries, take_turns, tell_values


@pytest.fixture(params=["left", "finished"])
def session(request, monkeypatch):
    """A session whose callback clicks elsewhere and then stores; with and without our part."""
    began = SafeSessionState.on_script_will_rerun
    monkeypatch.setattr(
        SafeSessionState, "on_script_will_rerun", getattr(began, "__wrapped__", began)
    )
    if request.param == "finished":
        finish_callbacks()
    requests = ScriptRequests()

    def give_way():
        found = requests.on_scriptrunner_yield()
        if found is not None:
            raise RerunException(found.rerun_data)

    class Typed(SessionState):
        def on_script_will_rerun(self, *states, **options):
            requests.request_rerun(RerunData())
            safe["stored"] = "what was typed"

    safe = SafeSessionState(Typed(), give_way)
    return request.param, safe, requests


def test_a_click_during_a_callback_is_heard_after_it(session, monkeypatch):
    kind, safe, requests = session
    context = type("Context", (), {"script_requests": requests})()
    monkeypatch.setattr(_streamlit, "get_script_run_ctx", lambda: context)
    if kind == "left":
        with pytest.raises(RerunException):
            safe.on_script_will_rerun(None)
        assert "stored" not in safe.filtered_state
    else:
        safe.on_script_will_rerun(None)
        assert safe.filtered_state["stored"] == "what was typed"
        # The click is not lost: the page gives way to it now.
        with pytest.raises(RerunException):
            safe["stored"]


def script():
    import streamlit as st

    from pages._boxes import put

    shown = st.session_state.get("kept", "first")
    st.text_input("Name", key=put("name", shown))


def test_a_value_that_the_program_sets_is_another_widget():
    test = AppTest.from_function(script, default_timeout=60).run()
    first = test.text_input[0]
    assert first.value == "first"
    test.run()
    assert test.text_input[0].key == first.key  # the same while nothing changes
    test.session_state["kept"] = "second"
    test.run()
    second = test.text_input[0]
    assert second.value == "second"
    assert second.key != first.key


@pytest.mark.parametrize(("typed", "kept", "same"), [
    (" hats ", "hats", True), ("cat\ndog\n", "cat\ndog", True), ("cat\n\ndog", "cat\ndog", True),
    ("hats", "hat s", False), ("", "hats", False),
])  # fmt: skip
def test_a_box_is_left_to_who_types_on_in_it_where_spaces_alone_differ(typed, kept, same):
    test = AppTest.from_function(script, default_timeout=60)
    test.session_state["kept"] = "first"
    first = test.run().text_input[0]
    first.set_value(typed)
    test.session_state["kept"] = kept
    test.run()
    assert (test.text_input[0].key == first.key) == same
    assert test.text_input[0].value == (typed if same else kept)


def emptied():
    import streamlit as st

    from pages._boxes import box, hear, put

    old = put("name", "first")
    put("name", "")
    st.session_state[old] = st.session_state.browser
    hear("name")
    st.text_input("Name", key=box("name"))


@pytest.mark.parametrize(("browser", "shown"), [("first", ""), ("typed", "typed")])
def test_what_is_typed_where_a_widget_was_is_heard(browser, shown):
    test = AppTest.from_function(emptied, default_timeout=60)
    test.session_state["browser"] = browser
    assert test.run().text_input[0].value == shown


@pytest.mark.parametrize("told", [False, True])
@pytest.mark.parametrize("value", ["first", ""])
def test_a_value_that_was_not_sent_is_told_until_the_browser_has_it(told, value, monkeypatch):
    register = SessionState.register_widget
    monkeypatch.setattr(SessionState, "register_widget", getattr(register, "__wrapped__", register))
    if told:
        tell_values()
    test = AppTest.from_function(script, default_timeout=60)
    test.session_state["kept"] = value
    test.run()
    # What the script drew never came: the next click asks without its widgets.
    test._tree = ElementTree()
    test._tree._runner = test
    test.run()
    shown = test.text_input[0]
    assert shown.value == value
    assert shown.proto.set_value == (told and bool(value))
    assert shown.proto.value == (value if told else "")
    test.run()
    # Said again it would take away what somebody is typing.
    assert not test.text_input[0].proto.set_value


@pytest.mark.parametrize("turns", [False, True])
def test_two_runs_of_a_session_change_what_it_holds_one_after_the_other(turns, monkeypatch):
    for name in ("on_script_will_rerun", "register_widget", "on_script_finished"):
        change = getattr(SessionState, name)
        monkeypatch.setattr(SessionState, name, getattr(change, "__wrapped__", change))
    if turns:
        take_turns()
    inside, most, both = [], [], Event()

    def call(self, **_):
        inside.append(self)
        most.append(len(inside))
        if len(inside) > 1:
            both.set()
        both.wait(0.5)
        inside.pop()

    monkeypatch.setattr(SessionState, "_call_callbacks", call)
    state = SessionState()
    runs = [SafeSessionState(state, lambda: None) for _ in range(2)]
    threads = [Thread(target=run.on_script_will_rerun, args=[WidgetStates()]) for run in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(most) == (1 if turns else 2)
    assert len(most) == 2


def test_what_was_imported_is_not_looked_through_again():
    gc.unfreeze()  # a forked process begins with what the other had
    stop = Event()
    watch = Thread(target=spare_libraries, args=[stop, 0.001], daemon=True)
    watch.start()
    try:
        for _ in range(6000):
            if gc.get_freeze_count():
                break
            stop.wait(0.01)
        assert gc.get_freeze_count() > 10 * len(gc.get_objects())
    finally:
        stop.set()
        watch.join()
        gc.unfreeze()
