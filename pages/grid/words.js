// What marks and reasons are called.

/** @typedef {import("./contract").Mark} Mark */

/** @type {{ [mark: number]: Mark }} */
export const NEXT_MARK = { 0: 1, 1: -1, [-1]: 0 };
/** @type {{ [mark: number]: string }} */
export const MARK_NAME = { 0: "", 1: "positive", [-1]: "negative" };
/** @type {{ [mark: number]: string }} */
export const MARK_WORD = { 0: "unmarked", 1: "yes", [-1]: "no" };
/** @type {{ [mark: number]: string }} */
export const MARK_SIGN = { 0: "", 1: "✓", [-1]: "✕" };
/** @type {{ [reason: string]: string }} */
export const REASON_HINT = {
  top: "the classifier believes in it most",
  boundary: "the classifier is in doubt",
  random: "drawn at random",
  explore: "from a part of the collection nobody has judged",
  "sure?": "does this answer look right? the others say otherwise",
};
