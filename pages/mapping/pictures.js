// Photos on the map: a card for the one that is pointed at, thumbnails where there is room for them.

import { el } from "./dom.js";
import { showPicture } from "./picture.js";

const SIDE = 65535;
export const SIZE = 64; // pixels of a thumbnail
const APART = 68;
const CROWD = 700; // points in view from which on no thumbnails are shown
const MOST = 120;
export const NEAR = 1.5; // zoom from which on thumbnails are shown

/** @typedef {import("./map.js").PhotoMap} PhotoMap */

export class Card {
  /** @param {PhotoMap} map */
  constructor(map) {
    this.map = map;
    this.row = -1;
    this.img = el("img", { alt: "" });
    this.words = el("div", { className: "vdm-card-words", dir: "auto" });
    this.group = el("div", { className: "vdm-card-group" });
    this.root = el("div", { className: "vdm-card", hidden: true }, [this.img, this.words, this.group]);
  }

  /**
   * Show the photo of a number.
   * @param {number} row -1 hides the card
   * @param {number} left pixels
   * @param {number} top
   */
  async point(row, left = 0, top = 0) {
    const fresh = row !== this.row;
    this.row = row;
    if (row < 0) { this.root.hidden = true; return; }
    if (fresh) await this.map.source.describe([row]);
    if (this.row !== row) return;
    const photo = this.map.source.known.get(row);
    if (!photo) return;
    if (fresh || this.root.hidden) {
      showPicture(this.img, photo.src, () => {});
      this.words.textContent = photo.caption;
      this.group.textContent = photo.group;
      this.root.hidden = false;
    }
    const { width, height } = this.map.camera;
    const [wide, high] = [this.root.offsetWidth, this.root.offsetHeight];
    const x = left + 18 + wide > width ? left - 18 - wide : left + 18;
    const y = Math.max(6, Math.min(height - high - 6, top - high / 2));
    this.root.style.transform = `translate(${Math.max(6, x)}px, ${y}px)`;
  }
}

export class Thumbnails {
  /** @param {PhotoMap} map */
  constructor(map) {
    this.map = map;
    this.root = el("div", { className: "vdm-thumbs", "aria-hidden": "true" });
    /** @type {Map<number, { at: number, img: HTMLImageElement }>} */
    this.shown = new Map();
    this.turn = 0;
  }

  /** Choose anew which photos are shown: called when the map stands still. */
  async choose() {
    const turn = ++this.turn;
    const picked = this.pick();
    const wanted = new Set(picked.map((at) => this.map.points.rows[at] ?? -1));
    for (const [row, { img }] of this.shown) {
      if (!wanted.has(row)) { img.remove(); this.shown.delete(row); }
    }
    if (!picked.length) return;
    await this.map.source.describe([...wanted]);
    if (turn !== this.turn) return; // the map was moved meanwhile, and others were chosen
    for (const at of picked) this.add(at);
    this.place();
  }

  /** @returns {number[]} places among the points, none nearer to another than a thumbnail's width */
  pick() {
    const { points, camera } = this.map;
    /** @type {Array<[number, number]>} */
    const taken = [];
    const seen = this.map.seen();
    if (seen.length > CROWD || camera.zoom < NEAR) return [];
    // Those that are shown already come first: no picture leaves while it has room.
    const order = seen.toSorted((a, b) => Number(this.shown.has(points.rows[b] ?? -1)) - Number(this.shown.has(points.rows[a] ?? -1)));
    return order.filter((at) => {
      if (taken.length >= MOST) return false;
      const [x, y] = camera.toScreen((points.x[at] ?? 0) / SIDE, (points.y[at] ?? 0) / SIDE);
      const free = taken.every(([left, top]) => Math.abs(left - x) > APART || Math.abs(top - y) > APART);
      if (free) taken.push([x, y]);
      return free;
    });
  }

  /** @param {number} at */
  add(at) {
    const row = this.map.points.rows[at] ?? -1;
    const photo = this.map.source.known.get(row);
    if (!photo || this.shown.has(row)) return;
    const img = el("img", { alt: "", width: SIZE, height: SIZE });
    img.dataset.row = String(row);
    showPicture(img, photo.src, () => img.remove());
    this.shown.set(row, { at, img });
    this.root.append(img);
  }

  /** Move the thumbnails along with the map. */
  place() {
    const { points, camera } = this.map;
    for (const { at, img } of this.shown.values()) {
      const [x, y] = camera.toScreen((points.x[at] ?? 0) / SIDE, (points.y[at] ?? 0) / SIDE);
      img.style.transform = `translate(${x - SIZE / 2}px, ${y - SIZE / 2}px)`;
    }
  }

  clear() {
    this.turn++;
    for (const { img } of this.shown.values()) img.remove();
    this.shown.clear();
  }
}
