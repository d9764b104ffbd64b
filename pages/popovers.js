// What a button opens lies at the end of the document: by keys one came to it behind the whole
// page. Here Tab leads from the button into it, at its end on from the button, and back.
if (!window.vdePopovers) {
  window.vdePopovers = true;
  document.addEventListener("keydown", (event) => {
    const button = document.querySelector("[data-testid=stPopoverButton][aria-expanded=true]");
    const opened = document.querySelector("[data-testid=stPopoverBody]");
    if (event.key !== "Tab" || !button || !opened) return;
    const stops = [...opened.querySelectorAll("a[href], button, input, textarea, [tabindex]")].filter(
      (stop) => stop.tabIndex >= 0 && !stop.disabled && stop.getClientRects().length,
    );
    const here = document.activeElement;
    const next = event.shiftKey
      ? here === stops.at(0) && button
      : here === button && stops.at(0);
    if (next) {
      event.preventDefault();
      next.focus();
    } else if (!event.shiftKey && here === stops.at(-1)) {
      button.focus(); // the browser goes on from there
    }
  });
  // Streamlit may know what is open by its place alone: where a concept leaves the list, the next
  // one's would stand open there, its Delete under the pointer. A second press, as of a double
  // click, would open it again, or meet what lies below.
  const moves = ["copy_", "merge_", "delete_"].map((key) => `[class*=st-key-${key}] button`).join();
  let last = { timeStamp: -1_000, x: 0, y: 0 };
  document.addEventListener(
    "click",
    (event) => {
      const { target, detail } = event; // how often the pointer has pressed: 0 by keys and by us
      const isNear = Math.hypot(event.x - last.x, event.y - last.y) < 10;
      if (detail && isNear && event.timeStamp - last.timeStamp < 500) {
        event.stopPropagation();
        event.preventDefault();
        return;
      }
      const pressed = target.closest("[data-testid=stPopoverBody]") && target.closest(moves);
      const button = document.querySelector("[data-testid=stPopoverButton][aria-expanded=true]");
      if (!pressed || !button) return;
      last = event;
      setTimeout(() => button.click());
    },
    true,
  );
}
