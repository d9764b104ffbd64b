// The labelling grid: a page of tiles, its marks, and the way to the server. Clicks stay in the
// browser; the server hears of them once, when a page is finished.

import { addressOf } from "./address.js";
import { Bar } from "./bar.js";
import { el, isConnected, recall, remember } from "./dom.js";
import { HeldFocus } from "./focus.js";
import { Insight } from "./insight.js";
import { installIntake } from "./intake.js";
import { handleKey } from "./keys.js";
import { placeSquares, placeWhole } from "./layout.js";
import { Marks } from "./marks.js";
import { installPointer } from "./pointer.js";
import { dressTile, makeTile } from "./tile.js";
import { hasMoved, SILENT, takeTurn } from "./turn.js";
import { Viewer } from "./viewer.js";
import { MARK_NAME, MARK_SIGN, MARK_WORD } from "./words.js";

/**
 * @typedef {import("./contract").GridData} GridData
 * @typedef {import("./contract").GridEvent} GridEvent
 * @typedef {import("./contract").Mark} Mark
 */

/** @type {GridData} */
const NOTHING = { mode: "welcome", key: "", tiles: [] };

export class Grid {
  /** @param {HTMLElement} parent */
  constructor(parent) {
    this.data = NOTHING;
    this.marks = new Marks();
    /** @type {Map<string, import("./tile.js").Entry>} */
    this.tiles = new Map();
    this.focus = 0;
    /** @type {import("./layout.js").Box[]} */
    this.boxes = [];
    this.width = 0;
    this.hovered = -1; // the photo under the pointer, while the pointer is what is used
    this.busy = false;
    this.turning = false;
    this.asked = false;
    this.told = "";
    this.toldPages = 0;
    /** @type {(event: GridEvent) => void} */
    this.send = () => {};
    this.whole = recall("vde:whole") !== "no";
    this.bar = new Bar(this);
    this.list = el("div", { className: "vde-tiles", role: "group", "aria-label": "Photos" });
    this.note = el("p", { className: "vde-note", role: "status" });
    this.live = el("div", { className: "vde-live", role: "status", "aria-live": "polite" });
    this.sentinel = el("div", { className: "vde-sentinel" });
    this.insight = new Insight(this);
    this.viewer = new Viewer(this);
    this.held = new HeldFocus(this);
    this.root = el("section", { className: "vde" }, [
      this.bar.root, this.note, this.list, this.sentinel, this.insight.root, this.viewer.root, this.live,
    ]);
    parent.append(this.root);
    this.root.dataset.whole = String(this.whole);
    this.listen();
  }

  // Everything that hears of the page beyond the grid ends with the grid.
  listen() {
    this.gone = new AbortController();
    const { signal } = this.gone;
    window.addEventListener("keydown", (event) => handleKey(this, event), { signal });
    window.addEventListener("focus", () => this.look(), { signal });
    installPointer(this, signal);
    installIntake(this, signal);
    this.observer = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) this.more();
    }, { rootMargin: "600px" });
    this.observer.observe(this.sentinel);
    // Only another width places the tiles anew: a phone's bars come and go while it scrolls.
    this.sizes = new ResizeObserver(() => { if (this.fullWidth !== this.width) this.layout(); });
    this.sizes.observe(this.list);
  }

  destroy() {
    this.gone?.abort();
    this.observer?.disconnect();
    this.sizes?.disconnect();
    this.root.remove();
  }

  /** The photo that is meant: under the pointer, or where the keys have led. */
  get meant() { return this.hovered < 0 ? this.focus : this.hovered; }

  get order() { return this.data.tiles.map((tile) => tile.id); }

  /** What a row may fill, in pixels; a width that is rounded up would break it. */
  get fullWidth() { return Math.floor(this.list.getBoundingClientRect().width); }

  /** Whether photos are marked here; elsewhere a click opens them. */
  get judging() { return this.data.mode !== "welcome" && this.data.mode !== "results"; }

  /**
   * Take what a script run brings. A turn of ours may have brought a later page meanwhile.
   * @param {GridData} data
   * @param {(event: GridEvent) => void} send
   */
  update(data, send) {
    this.send = send;
    const late = data.mode === "mine" && this.data.mode === "mine" && data.made < this.data.made;
    if (!late) this.show(data);
  }

  /** @param {GridData} data */
  show(data) {
    performance.mark("vde:received");
    const fresh = this.data.key !== data.key;
    // A page that was answered: its clicks are stored. One that was left keeps them, unless another
    // round follows: it comes back with the marks that were stored.
    const follows = data.mode === "mine" && this.data.mode === "mine" && data.turns === this.data.turns;
    if (fresh && (this.busy || follows)) this.marks.forget();
    if (fresh && ++this.toldPages > 1) this.told = "";
    this.data = data;
    this.asked = false;
    if (fresh) {
      this.bar.showMoved(false);
      this.marks.begin(data.key, data.marks || {});
      // A photo that is on this page too, and has the focus, is the one that keys mean.
      this.focus = Math.max(0, data.tiles.findIndex(({ id }) => this.tiles.get(id)?.button === document.activeElement));
    }
    this.root.dataset.mode = data.mode;
    this.setBusy(this.turning);
    this.warn(data.error || this.told, data.note);
    this.draw();
    if (fresh) this.viewer.close(); // what was opened was on another page
    this.held.giveBack();
    const covered = this.bar.root.getBoundingClientRect().bottom;
    if (fresh && this.list.getBoundingClientRect().top < covered - 1) this.root.scrollIntoView();
    requestAnimationFrame(() => requestAnimationFrame(() => this.painted(data)));
  }

  /** @param {GridData} data */
  painted(data) {
    if (data.mode !== "mine") return;
    performance.mark("vde:painted", { detail: { key: data.key, timing: data.timing } });
    for (const src of data.prefetch) new Image().src = addressOf(src);
    // The script of the page takes over what a turn has brought.
    // Its event takes the place of one that waits still, as of a threshold that was set since.
    if (data.ticket) this.send({ type: "turned", ticket: data.ticket, threshold: this.insight.unheard });
  }

  warn(error = "", note = "") {
    this.note.textContent = error || note;
    this.note.classList.toggle("vde-error", Boolean(error));
  }

  /**
   * Say what became of what was dropped; it stands on the page that comes of it.
   * @param {string} sentence
   */
  tell(sentence) {
    this.told = sentence;
    this.toldPages = 0;
    this.warn(sentence, this.data.note);
  }

  draw() {
    const wanted = new Set(this.order);
    for (const [id, entry] of this.tiles) {
      if (!wanted.has(id)) { entry.cell.remove(); this.tiles.delete(id); }
    }
    this.data.tiles.forEach((tile, index) => {
      const entry = this.tiles.get(tile.id) || makeTile(tile, index > 60);
      this.tiles.set(tile.id, entry);
      dressTile(entry, tile, this.data);
      if (this.list.children[index] !== entry.cell) {
        this.list.insertBefore(entry.cell, this.list.children[index] || null);
      }
    });
    this.layout();
    this.paintMarks();
    this.insight.draw(this.data.insight);
  }

  layout() {
    this.width = this.fullWidth;
    if (!this.width) return;
    const { tiles, mode } = this.data;
    const place = {
      width: this.width, room: window.innerHeight * 0.9, endless: mode === "results" || mode === "labels",
    };
    this.boxes = this.whole
      ? placeWhole(tiles.map((tile) => tile.aspect || 1), place) : placeSquares(tiles.length, place);
    tiles.forEach((tile, index) => {
      const box = this.boxes[index];
      const cell = this.tiles.get(tile.id)?.cell;
      if (!box || !cell) return;
      cell.style.width = `${Math.floor(box.width * 100) / 100}px`;
      cell.style.height = `${box.height}px`;
    });
  }

  paintMarks() {
    this.data.tiles.forEach((tile, index) => {
      const entry = this.tiles.get(tile.id);
      if (!entry) return;
      const mark = this.marks.of(tile.id);
      entry.button.dataset.label = MARK_NAME[mark];
      entry.badge.textContent = MARK_SIGN[mark] ?? "";
      entry.button.tabIndex = index === this.focus ? 0 : -1;
      const state = this.judging ? `, ${MARK_WORD[mark]}` : "";
      entry.button.setAttribute("aria-label", `Photo ${tile.rank}${state}`);
    });
    this.bar.draw();
    this.viewer.paint();
  }

  /**
   * Change marks; every change is one step that can be taken back.
   * @param {Array<[id: string, mark: Mark]>} changes
   */
  apply(changes) {
    if (!this.judging || this.busy) return;
    const step = this.marks.apply(changes);
    const [first] = step;
    if (!first) return;
    this.paintMarks();
    const word = MARK_WORD[first[2]] ?? "";
    this.say(step.length === 1 ? word : `${step.length} photos ${word}`);
  }

  undo() {
    if (this.marks.undo()) { this.paintMarks(); this.say("taken back"); }
    else if (this.data.undoable && !this.busy) this.ask("undo");
  }

  redo() {
    if (this.marks.redo()) { this.paintMarks(); this.say("done again"); }
    else if (this.data.redoable && !this.busy) this.ask("redo");
  }

  /** @param {number} to */
  move(to) {
    const count = this.data.tiles.length;
    if (!count) return;
    this.focus = Math.max(0, Math.min(count - 1, to));
    this.hovered = -1;
    if (this.focus > count - 4) this.more();
    this.paintMarks();
    const button = this.tiles.get(this.order[this.focus] ?? "")?.button;
    button?.focus({ preventScroll: true });
    button?.scrollIntoView({ block: "nearest" });
  }

  finish() {
    if (this.busy || !this.data.action) return;
    performance.mark("vde:next");
    this.ask("finish");
  }

  /** See whether the concept moved on in another window, before its page is answered again. */
  async look() {
    const { data } = this;
    if (data.mode !== "mine" || this.turning) return;
    const moved = await hasMoved(data);
    if (this.data.key === data.key && !this.turning) this.bar.showMoved(moved);
  }

  /** @param {import("./turn.js").TurnName} type */
  async ask(type) {
    if (this.data.mode !== "mine" && !isConnected()) return this.warn(SILENT);
    this.setBusy(true);
    this.bar.showMoved(false);
    this.told = "";
    const { data } = this;
    if (data.mode !== "mine") {
      if (type === "finish") this.send({ type, marks: Object.fromEntries(this.marks.now) });
      else if (type !== "show") this.send({ type });
      return;
    }
    this.turning = true;
    const { page, problem, moved } = await takeTurn(type, data, this.marks, this.insight.unheard);
    this.turning = false;
    const left = this.data.turns !== data.turns; // another concept was opened meanwhile
    if (page && !left) return this.show(page);
    this.setBusy(false);
    if (left) return;
    this.held.giveBack();
    if (moved) this.bar.showMoved(true);
    else this.warn(problem);
  }

  /** @param {string | undefined} id */
  moreLike(id) {
    if (!this.data.collection || this.busy || !id) return;
    this.viewer.close();
    this.send({ type: "like", id, collection: this.data.collection });
  }

  more() {
    if (!this.data.more || this.asked) return;
    this.asked = true;
    this.send({ type: "more", shown: this.data.tiles.length });
  }

  toggleFit() {
    this.whole = !this.whole;
    remember("vde:whole", this.whole ? "yes" : "no");
    this.root.dataset.whole = String(this.whole);
    this.layout();
    this.bar.draw();
  }

  /** Close the large picture and the list of keys; false where neither was open. */
  closePopups() {
    const open = this.viewer.isOpen || !this.bar.help.hidden;
    this.bar.closeHelp();
    this.viewer.close();
    return open;
  }

  /** @param {boolean} busy */
  setBusy(busy) {
    if (busy && !this.busy) this.held.note();
    this.busy = busy;
    this.root.setAttribute("aria-busy", String(busy));
    this.bar.draw();
  }

  say(text = "") { this.live.textContent = text; }
}
