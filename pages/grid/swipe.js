// A finger that sweeps aside leads on. What scrolls, and what two fingers do or have enlarged, stays
// the browser's.

const FAR = 50; // pixels from which a finger means it

/**
 * @param {HTMLElement} area
 * @param {(step: 1 | -1) => void} step
 */
export function installSwipe(area, step) {
  /** @type {Touch | undefined} */
  let down;
  area.addEventListener("touchstart", ({ touches }) => {
    down = touches.length === 1 && (visualViewport?.scale ?? 1) < 1.05 ? touches[0] : undefined;
  }, { passive: true });
  area.addEventListener("touchend", ({ changedTouches: [up] }) => {
    const [across, along] = down && up ? [up.clientX - down.clientX, up.clientY - down.clientY] : [0, 0];
    down = undefined;
    if (Math.abs(across) > FAR && Math.abs(across) > 2 * Math.abs(along)) step(across < 0 ? 1 : -1);
  }, { passive: true });
  area.addEventListener("touchcancel", () => { down = undefined; });
}
