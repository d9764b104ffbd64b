// What every key does.

import { isConnected, targetOf } from "./dom.js";
import { neighbour } from "./layout.js";

export const KEYS = [
  ["← → ↑ ↓", "move"], ["1 or p", "yes"], ["2 or n", "no"], ["0 or x", "clear"],
  ["a", "all yes"], ["i", "invert"], ["Enter", "finish the page"], ["z", "undo"], ["y", "redo"],
  ["space, ⤢, double click, long press", "large picture"], ["m or ≈", "more like this"],
  ["f", "whole pictures or squares"],
  ["shift-click, drag", "mark a range"], ["?", "these keys"],
];
/** What there is nothing to do with where photos are only looked at. */
export const JUDGING = [
  "yes", "no", "clear", "all yes", "invert", "finish the page", "undo", "redo", "mark a range",
];

/** Keys that go on while they are held: another would answer pages that nobody has seen. */
const REPEATING = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "z", "y"];

/** Where keys are of what is typed into, or of what was opened above the photos. */
const ELSEWHERE = "input, textarea, select, [contenteditable], [data-testid=stPopoverBody]";

/**
 * Every key's action by the name of the key; letters are small.
 * @param {import("./grid.js").Grid} grid
 * @returns {{ [key: string]: () => void }}
 */
function actionsOf(grid) {
  const id = grid.order[grid.focus];
  /** @param {import("./contract").Mark} value */
  const mark = (value) => () => { if (id) grid.apply([[id, value]]); };
  return {
    ArrowRight: () => grid.move(grid.focus + 1),
    ArrowLeft: () => grid.move(grid.focus - 1),
    ArrowDown: () => grid.move(neighbour(grid.boxes, grid.focus, 1)),
    ArrowUp: () => grid.move(neighbour(grid.boxes, grid.focus, -1)),
    1: mark(1), p: mark(1), 2: mark(-1), n: mark(-1), 0: mark(0), x: mark(0),
    a: () => grid.apply(grid.order.map((photo) => [photo, 1])),
    i: () => grid.apply(grid.order.map((photo) => [photo, opposite(grid.marks.of(photo))])),
    z: () => grid.undo(),
    y: () => grid.redo(),
    " ": () => (grid.viewer.isOpen ? grid.viewer.close() : grid.viewer.open(grid.meant)),
    Enter: () => {
      if (grid.viewer.isOpen) grid.viewer.close();
      else if (grid.judging) grid.finish();
      else if (grid.list.contains(document.activeElement)) grid.viewer.open(grid.focus); // as a click
    },
    Escape: () => {},
    f: () => grid.toggleFit(),
    m: () => grid.moreLike(grid.viewer.isOpen ? id : grid.order[grid.meant]),
    "?": () => grid.bar.toggleHelp(),
  };
}

/**
 * @param {import("./contract").Mark} mark
 * @returns {import("./contract").Mark}
 */
function opposite(mark) { return mark === 1 ? -1 : mark === -1 ? 1 : 0; }

/**
 * Name the key that was meant: Caps Lock is on, or the layout writes other letters than Latin ones
 * or has its digits above the shift key. Then the place on the keyboard counts, not what it writes.
 * @param {KeyboardEvent} event
 */
export function meantKey({ key, code, shiftKey }) {
  if (/^[a-z]$/i.test(key)) return key.toLowerCase();
  if (/^\d$/.test(key) || key === "?") return key;
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(code)?.[1];
  if (digit && !shiftKey && key.length === 1) return digit;
  const letter = /^Key([A-Z])$/.exec(code)?.[1];
  const foreign = key === "Process" || (key.length === 1 && key > "\u007f");
  return letter && foreign ? letter.toLowerCase() : key;
}

/**
 * @param {import("./grid.js").Grid} grid
 * @param {KeyboardEvent} event
 */
export function handleKey(grid, event) {
  const target = targetOf(event);
  if (event.altKey || event.metaKey || !grid.root.isConnected) return;
  const key = meantKey(event);
  if (key === "Escape" && !grid.closePopups()) return;
  if (target.closest(ELSEWHERE)) return;
  if (event.ctrlKey && !"zy".includes(key)) return;
  const elsewhere = target.closest("button, a, [role=button], [role=slider]");
  const outside = elsewhere && !grid.list.contains(target);
  const held = event.repeat && !REPEATING.includes(key);
  if (outside && [" ", "Enter"].includes(key)) {
    if (held && grid.root.contains(target)) event.preventDefault();
    return;
  }
  if (outside && target.getAttribute("role") === "slider") return;
  const action = actionsOf(grid)[key];
  // Without a server Streamlit closes its boxes, and what is typed comes to us.
  if (!action || (target === document.body && !isConnected())) return;
  event.preventDefault();
  event.stopPropagation();
  if (!held) action();
}
