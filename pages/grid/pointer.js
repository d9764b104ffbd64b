// Pointer: a click cycles, shift-click and a mouse drag mark a range. Fingers scroll, taps click, and
// one that rests on a photo opens it.

import { targetOf } from "./dom.js";
import { NEXT_MARK } from "./words.js";

const CONTROLS = ".vde-like, .vde-large";
// Two clicks mark a no, a double click opens: it is the quicker one, in milliseconds of the hand, not
// of a page that is busy. Fingers and pens have no time for that: their two taps are two clicks, and
// ⤢ opens.
const TWICE = 250;
const RESTS = 500; // milliseconds from which a finger is no tap

/** @typedef {import("./contract").Mark} Mark */

/**
 * @param {import("./grid.js").Grid} grid
 * @param {AbortSignal} signal ends the listening
 */
export function installPointer(grid, signal) {
  let start = -1;
  let dragged = -1;
  let dragEnded = -Infinity;
  let anchor = -1;
  let clicked = { index: -1, at: 0 };
  let byMouse = true;
  let touched = Infinity; // when the finger came down
  /** @param {Event} event */
  const indexOf = (event) => {
    const tile = targetOf(event).closest(".vde-cell")?.querySelector("[data-photo-id]");
    return tile instanceof HTMLElement ? grid.order.indexOf(tile.dataset.photoId ?? "") : -1;
  };
  /**
   * @param {number} from
   * @param {number} to
   * @param {Mark} mark
   * @returns {Array<[string, Mark]>}
   */
  const range = (from, to, mark) =>
    grid.order.slice(Math.min(from, to), Math.max(from, to) + 1).map((id) => [id, mark]);
  /** @param {number} index */
  const markAt = (index) => grid.marks.of(grid.order[index] ?? "");

  // Drags, screen readers and voice control move the focus without us: keys are for what has it.
  grid.list.addEventListener("focusin", (event) => {
    const index = indexOf(event);
    if (index < 0 || index === grid.focus) return;
    grid.focus = index;
    grid.paintMarks();
  });
  grid.list.addEventListener("pointerdown", (event) => {
    byMouse = event.pointerType === "mouse";
    touched = byMouse ? Infinity : event.timeStamp;
    if (!byMouse || event.button !== 0 || event.shiftKey) return;
    if (targetOf(event).closest(CONTROLS)) return;
    start = indexOf(event);
    dragged = -1;
  });
  grid.list.addEventListener("pointerleave", () => { grid.hovered = -1; });
  grid.list.addEventListener("pointermove", (event) => { grid.hovered = indexOf(event); });
  grid.list.addEventListener("pointerover", (event) => {
    if (start < 0 || !(event.buttons & 1)) return;
    const over = indexOf(event);
    if (over < 0 || (over === start && dragged < 0)) return;
    dragged = over;
    grid.order.forEach((id, index) => {
      const inside = index >= Math.min(start, over) && index <= Math.max(start, over);
      grid.tiles.get(id)?.button.classList.toggle("vde-ranging", inside);
    });
  });
  window.addEventListener("pointerup", (event) => {
    if (start >= 0 && dragged >= 0) {
      grid.tiles.forEach(({ button }) => button.classList.remove("vde-ranging"));
      grid.apply(range(start, dragged, NEXT_MARK[markAt(start)] || 1));
      dragEnded = event.timeStamp;
    }
    start = -1;
  }, { signal });
  // Android's menu of a picture would come up over it, and no click.
  grid.list.addEventListener("contextmenu", (event) => {
    if (byMouse) return;
    event.preventDefault();
    grid.viewer.open(indexOf(event));
  });
  grid.list.addEventListener("click", (event) => {
    const index = indexOf(event);
    const id = grid.order[index];
    const rested = event.timeStamp - touched > RESTS;
    touched = Infinity;
    if (!id || event.timeStamp - dragEnded < 50) return;
    if (rested) return grid.viewer.open(index);
    if (targetOf(event).closest(".vde-like")) return grid.moreLike(id);
    if (targetOf(event).closest(".vde-large")) return grid.viewer.open(index);
    const soon = clicked.index === index && event.timeStamp - clicked.at < TWICE;
    const twice = byMouse && event.detail === 2 && soon;
    clicked = { index, at: event.timeStamp };
    if (twice) {
      if (grid.judging && !grid.busy) grid.undo(); // what the first of the two clicks marked
      return grid.viewer.open(index);
    }
    const from = anchor < 0 ? index : anchor;
    grid.focus = index;
    if (!grid.judging) grid.viewer.open(index);
    else if (event.shiftKey) grid.apply(range(from, index, markAt(from) || 1));
    else grid.apply([[id, NEXT_MARK[markAt(index)] ?? 1]]);
    anchor = index;
    grid.paintMarks();
  });
}
