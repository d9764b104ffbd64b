// The focus of those who work by keys. What a button does may take the button away, and the focus
// with it: by itself the next Tab would begin at the top of the page.
if (!window.vdeFocus) {
  window.vdeFocus = true;
  const STOPS = "a[href], button, input, textarea, summary, [tabindex]";
  const listStops = () => [...document.querySelectorAll(`[data-testid=stMain] :is(${STOPS})`)].filter(
    (stop) => stop.tabIndex >= 0 && !stop.disabled && stop.getClientRects().length,
  );
  const JUDGED = ".vde:is([data-mode=mine], [data-mode=audit]) [data-photo-id]";
  let before = null; // the stops up to the one that was pressed
  let wasJudging = false;
  document.addEventListener("keydown", ({ key }) => {
    const here = document.activeElement;
    if (!["Enter", " "].includes(key) || here === document.body) return;
    const opener = here.closest("[data-testid=stPopoverBody]") &&
      document.querySelector("[data-testid=stPopoverButton][aria-expanded=true]");
    const stops = listStops();
    const at = stops.indexOf(opener || here);
    before = at < 0 ? null : stops.slice(0, at + 1);
    wasJudging = Boolean(document.querySelector(JUDGED));
  }, true);
  document.addEventListener("pointerdown", () => { before = null; }, true);
  const giveBack = () => {
    const { body, activeElement } = document;
    // The grid gives the focus of its own buttons back itself.
    if (!before || activeElement !== body || before.at(-1)?.closest(".vde")?.isConnected) return;
    const stops = listStops();
    // Photos that it brought to be judged are what the next keys are meant for.
    const photo = wasJudging ? undefined : stops.find((stop) => stop.matches(JUDGED));
    (photo ?? before.findLast((stop) => stops.includes(stop)) ?? stops[0])?.focus({ preventScroll: true });
  };
  new MutationObserver(() => {
    if (document.querySelector("[data-test-script-state=notRunning]")) setTimeout(giveBack, 100);
  }).observe(document.body, { attributeFilter: ["data-test-script-state"], subtree: true });
}
