// The map of a collection: photos as points, drawn anew with every move; what is chosen goes to the
// server, which knows all photos where this browser may hold a sample.

import { Camera } from "./camera.js";
import { el, isConnected } from "./dom.js";
import { Gestures } from "./gestures.js";
import { Names } from "./names.js";
import { Painter } from "./painter.js";
import { Card, Thumbnails } from "./pictures.js";
import { nearestPoint, Points, pointsWithin, Source } from "./points.js";
import { Tools } from "./tools.js";

const SIDE = 65535;
const WHOLE = { left: 0, top: 0, right: 1, bottom: 1 };
const REACH = 14; // pixels from the pointer to a photo that is meant
const STILL = 140; // milliseconds without a move

/**
 * @typedef {import("./contract").MapData} MapData
 * @typedef {import("./contract").MapEvent} MapEvent
 * @typedef {import("./contract").MapChoice} MapChoice
 */

export class PhotoMap {
  /** @param {HTMLElement} parent */
  constructor(parent) {
    /** @type {MapData | null} */
    this.data = null;
    this.camera = new Camera();
    this.source = new Source();
    this.points = new Points();
    this.looping = false;
    this.drawn = false;
    this.resting = 0;
    this.asked = ""; // the part of the map whose points were asked for last
    this.held = ""; // the part whose points are at hand
    this.frame = 0;
    /** @type {Uint8Array | null} */
    this.chosen = null;
    /** @type {(event: MapEvent) => void} */
    this.send = () => {};
    const canvas = el("canvas", { "aria-hidden": "true" });
    const line = el("canvas", { className: "vdm-line", "aria-hidden": "true" });
    this.painter = new Painter(this, canvas, line);
    this.card = new Card(this);
    this.thumbs = new Thumbnails(this);
    this.names = new Names(this);
    this.stage = el("div", {
      className: "vdm-stage", tabIndex: 0, role: "application",
      "aria-label": "Map of the collection. Arrow keys move it, plus and minus zoom, 0 shows all of it, Enter chooses the photos that are seen, Escape none. The names of groups follow as buttons.",
    }, [canvas, this.thumbs.root, line, this.names.root, this.card.root]);
    this.root = el("section", { className: "vdm", "aria-label": "Map" });
    this.tools = new Tools(this);
    this.note = el("p", { className: "vdm-note", role: "alert" });
    this.live = el("div", { className: "vdm-live", role: "status", "aria-live": "polite" });
    this.root.append(
      this.tools.root, this.note,
      el("div", { className: "vdm-frame" }, [this.stage, this.tools.zoom, this.tools.back]), this.tools.legend, this.live,
    );
    parent.append(this.root);
    this.gone = new AbortController();
    this.gestures = new Gestures(this, this.gone.signal);
    this.sizes = new ResizeObserver(() => this.resize());
    this.sizes.observe(this.stage);
    // Another theme comes with another colour of the page around.
    this.root.addEventListener("transitionend", (event) => { if (event.target === this.root) this.paint(); });
  }

  destroy() {
    this.gone.abort();
    this.sizes.disconnect();
    cancelAnimationFrame(this.frame);
    clearTimeout(this.resting);
    this.root.remove();
  }

  /**
   * @param {MapData} data
   * @param {(event: MapEvent) => void} send
   */
  update(data, send) {
    const before = this.data;
    this.send = send;
    this.data = data;
    this.source.open(data);
    const fresh = before?.stamp !== data.stamp;
    if (fresh) this.held = "";
    if (fresh || JSON.stringify(before?.colours) !== JSON.stringify(data.colours)) {
      this.tools.drawColours(data.colours);
      this.load();
    } else if (!this.asked) this.load(); // the server did not answer before
    if (fresh) { this.thumbs.clear(); this.names.draw(data.groups); this.resize(); }
    this.markChosen();
    this.tell();
  }

  /** Fetch the points of what is seen: all of them, or as many as one answer holds. */
  async load() {
    const { data } = this;
    if (!data) return;
    const asked = this.part();
    this.asked = asked;
    try {
      const points = await this.source.fetchPoints(this.box, this.tools.colour);
      if (this.asked !== asked) return; // another part, or another colour, was asked for meanwhile
      if (points.length !== this.points.length) this.thumbs.clear();
      this.points = points;
      this.held = asked;
      this.note.textContent = "";
    } catch (error) {
      if (this.asked !== asked) return;
      this.asked = ""; // to be asked for again with the next move
      this.note.textContent = error instanceof Error ? error.message : String(error);
      return;
    }
    this.markChosen();
    this.paint();
    this.tell();
    this.thumbs.clear();
    this.rest();
  }

  /** Whether the browser holds a sample only: of an empty part no photo. */
  get partial() { return this.held !== "" && this.points.length < (this.data?.count ?? 0); }

  /** What is to be at hand. */
  get box() { return this.partial ? this.wanted() : WHOLE; }

  /** Name what is to be at hand: a part of the map, in its colours. */
  part() { return JSON.stringify([this.data?.stamp, this.box, this.tools.colour]); }

  /** What is seen, with something around it, in steps so that small moves ask for nothing. */
  wanted() {
    const box = this.camera.box();
    const margin = Math.max(box.right - box.left, box.bottom - box.top) / 2;
    const step = 2 ** Math.floor(Math.log2(Math.max(margin, 1e-4)));
    return {
      left: Math.max(0, Math.floor((box.left - margin / 2) / step) * step),
      top: Math.max(0, Math.floor((box.top - margin / 2) / step) * step),
      right: Math.min(1, Math.ceil((box.right + margin / 2) / step) * step),
      bottom: Math.min(1, Math.ceil((box.bottom + margin / 2) / step) * step),
    };
  }

  resize() {
    const { clientWidth, clientHeight } = this.stage;
    if (!clientWidth || !clientHeight) return;
    Object.assign(this.camera, { width: clientWidth, height: clientHeight });
    this.painter.resize(clientWidth, clientHeight);
    this.paint();
    this.rest();
  }

  /** Draw in the colours that the page and the legend have by now. */
  paint() {
    this.painter.takeColours();
    this.draw();
  }

  /** The map was moved: draw it with the next frame, and see to the rest when it stands still. */
  moved() {
    if (!this.frame) this.frame = requestAnimationFrame(() => { this.frame = 0; this.draw(); });
    this.rest();
  }

  rest() {
    clearTimeout(this.resting);
    this.resting = window.setTimeout(() => {
      if (this.part() !== this.asked) return this.load();
      this.thumbs.choose();
      this.tools.back.hidden = this.held !== this.asked || this.seen().length > 0;
    }, STILL);
  }

  draw() {
    const { points } = this;
    if (!this.data) return;
    this.painter.draw();
    this.names.place();
    this.thumbs.place();
    this.drawLoop(this.gestures.looping ? this.gestures.loop : this.data.choice.loop ?? []);
    if (points.length && !this.drawn) { this.drawn = true; performance.mark("map:drawn"); }
    this.root.dataset.drawn = String(points.length);
  }

  /** @returns {number[]} the places among the points of those in view */
  seen() {
    const { left, top, right, bottom } = this.camera.box();
    const { x, y } = this.points;
    const seen = [];
    for (let at = 0; at < x.length; at++) {
      const [px, py] = [(x[at] ?? 0) / SIDE, (y[at] ?? 0) / SIDE];
      if (px >= left && px <= right && py >= top && py <= bottom) seen.push(at);
    }
    return seen;
  }

  /**
   * Find the photo at a place of the page: one that a search found before others.
   * @param {number} left
   * @param {number} top
   * @param {number} reach
   */
  rowAt(left, top, reach = REACH) {
    const hits = this.data?.hits;
    const hit = hits ? nearestPoint(hits, this.camera, left, top, Math.min(8, reach)) : -1;
    if (hits && hit >= 0) return { row: hits.rows[hit] ?? -1, x: hits.x[hit] ?? 0, y: hits.y[hit] ?? 0 };
    const at = nearestPoint(this.points, this.camera, left, top, reach);
    return at < 0 ? null : { row: this.points.rows[at] ?? -1, x: this.points.x[at] ?? 0, y: this.points.y[at] ?? 0 };
  }

  /**
   * @param {number} left
   * @param {number} top
   */
  pointAt(left, top, reach = REACH) {
    const found = this.rowAt(left, top, reach);
    this.stage.style.cursor = found && !this.looping ? "pointer" : "";
    if (!found) return this.card.point(-1);
    return this.card.point(found.row, ...this.camera.toScreen(found.x / SIDE, found.y / SIDE));
  }

  /** Point at what is nearest to the middle, for those who move by keys, and say what it is. */
  async pointAtMiddle() {
    const pointing = this.pointAt(this.camera.width / 2, this.camera.height / 2, 160);
    const { row } = this.card;
    await pointing;
    if (this.card.row !== row) return; // the next key has led on
    const photo = this.source.known.get(row);
    this.live.textContent = photo ? `${photo.caption}, in ${photo.group}` : row < 0 ? "No photo here." : "";
  }

  /**
   * @param {number} left
   * @param {number} top
   */
  click(left, top) {
    const found = this.rowAt(left, top);
    if (found) this.choose({ row: found.row });
  }

  chooseSeen() {
    const { left, top, right, bottom } = this.camera.box();
    this.choose({ loop: [[left, top], [right, top], [right, bottom], [left, bottom]] });
  }

  /** @param {MapChoice} choice */
  choose(choice) {
    if (!this.data) return;
    this.note.textContent = isConnected() ? "" : "The server does not answer: choose again in a moment.";
    if (this.note.textContent) return;
    this.data = { ...this.data, choice };
    this.markChosen();
    this.send({ type: "choose", choice });
  }

  /** Note which of the points at hand are chosen, and draw them so. */
  markChosen() {
    const { loop, group, row } = this.data?.choice ?? {};
    const { x, y, groups, rows } = this.points;
    if (loop?.length) this.chosen = pointsWithin(x, y, loop);
    else if (group !== undefined) this.chosen = Uint8Array.from(groups, (own) => Number(own === group));
    else this.chosen = row === undefined ? null : Uint8Array.from(rows, (own) => Number(own === row));
    this.paint();
  }

  /** @param {Array<[number, number]>} loop */
  drawLoop(loop) { this.painter.drawLoop(loop); }

  tell() {
    const { data, points } = this;
    if (!data) return;
    const count = data.count.toLocaleString("en");
    const photos = data.count === 1 ? "1 photo" : `${count} photos`;
    const sample = this.partial && points.length < data.count;
    const shown = sample ? `${points.length.toLocaleString("en")} of ${photos} drawn: zoom in for more` : photos;
    this.tools.state.textContent = data.hint ? `${shown}. ${data.hint}` : shown;
  }
}
