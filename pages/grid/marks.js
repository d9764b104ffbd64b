// The marks of a page: steps that can be taken back, and kept in this browser until they are sent.

import { recall, remember } from "./dom.js";

/** @typedef {import("./contract").Mark} Mark */
/** @typedef {Array<[id: string, before: Mark, after: Mark]>} Step */

export class Marks {
  constructor() {
    /** @type {Map<string, Mark>} what is not here is unmarked */
    this.now = new Map();
    /** @type {Step[]} */
    this.done = [];
    /** @type {Step[]} */
    this.undone = [];
    this.key = "";
  }

  /**
   * Begin a page: the marks the server knows, or the clicks this browser has not sent yet.
   * @param {string} key
   * @param {{ [id: string]: Mark }} known
   */
  begin(key, known) {
    this.key = `vde:marks:${key}`;
    this.done = [];
    this.undone = [];
    this.now = new Map(Object.entries(known));
    try {
      const unsent = JSON.parse(recall(this.key) || "null");
      if (unsent) this.now = new Map(Object.entries(unsent));
    } catch { /* not ours: start without */ }
  }

  /** Forget the clicks: the server has them. */
  forget() { remember(this.key, null); }

  /**
   * @param {string} id
   * @returns {Mark}
   */
  of(id) { return this.now.get(id) ?? 0; }

  /**
   * @param {Mark} wanted
   * @returns {string[]}
   */
  all(wanted) { return [...this.now].filter(([, mark]) => mark === wanted).map(([id]) => id); }

  /**
   * Make changes as one step.
   * @param {Array<[id: string, mark: Mark]>} changes
   * @returns {Step} what really changed
   */
  apply(changes) {
    /** @type {Step} */
    const step = changes.map(([id, mark]) => [id, this.of(id), mark]);
    const changed = step.filter(([, before, after]) => before !== after);
    if (changed.length) {
      this.done.push(changed);
      this.undone = [];
      this.set(changed.map(([id, , after]) => [id, after]));
    }
    return changed;
  }

  /** Take the last step back; false where there is none. */
  undo() {
    const step = this.done.pop();
    if (!step) return false;
    this.undone.push(step);
    this.set(step.map(([id, before]) => [id, before]));
    return true;
  }

  /** Do again what was taken back last; false where there is nothing. */
  redo() {
    const step = this.undone.pop();
    if (!step) return false;
    this.done.push(step);
    this.set(step.map(([id, , after]) => [id, after]));
    return true;
  }

  /** @param {Array<[id: string, mark: Mark]>} pairs */
  set(pairs) {
    for (const [id, mark] of pairs) {
      if (mark) this.now.set(id, mark);
      else this.now.delete(id);
    }
    remember(this.key, JSON.stringify(Object.fromEntries(this.now)));
  }
}
