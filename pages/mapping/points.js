// The points that are at hand, their colours, and what the server knows of single photos.

import { addressOf } from "./address.js";

const SIDE = 65535;
const SILENT = "The server does not answer: try again in a moment.";

/**
 * @typedef {import("./contract").MapData} MapData
 * @typedef {import("./contract").MapLegend} MapLegend
 * @typedef {import("./contract").MapPhoto} MapPhoto
 * @typedef {import("./camera.js").Box} Box
 */

export class Points {
  constructor() {
    this.rows = new Uint32Array(0);
    this.x = new Uint16Array(0);
    this.y = new Uint16Array(0);
    this.groups = new Uint8Array(0);
    this.codes = new Uint8Array(0);
    /** @type {MapLegend | null} */
    this.legend = null;
  }

  get length() { return this.rows.length; }
}

export class Source {
  constructor() {
    /** @type {MapData | null} */
    this.data = null;
    /** @type {Map<number, MapPhoto>} */
    this.known = new Map();
    /** @type {Map<number, Promise<void>>} the answer that tells of a photo */
    this.asked = new Map();
  }

  /** @param {MapData} data */
  open(data) {
    // Not emptied: an answer about the map before may be on its way into them.
    if (this.data?.stamp !== data.stamp) { this.known = new Map(); this.asked = new Map(); }
    this.data = data;
  }

  /**
   * Fetch the points of a part of the map with their colours.
   * @param {Box} box
   * @param {import("./contract").MapColour} colour
   */
  async fetchPoints(box, colour) {
    const [places, values] = await Promise.all([
      this.fetchBytes("points", { ...box }),
      this.fetchBytes("values", { ...box, by: colour.by }),
    ]);
    const points = new Points();
    const n = new Uint32Array(places, 0, 1)[0] ?? 0;
    points.rows = new Uint32Array(places, 4, n);
    points.x = new Uint16Array(places, 4 + 4 * n, n);
    points.y = new Uint16Array(places, 4 + 6 * n, n);
    points.groups = new Uint8Array(places, 4 + 8 * n, n);
    const length = new DataView(values).getUint32(0, true);
    points.legend = JSON.parse(new TextDecoder().decode(new Uint8Array(values, 4, length)));
    points.codes = new Uint8Array(values, 4 + length);
    return points;
  }

  /**
   * Learn what photos are; those that were asked for already are waited for.
   * @param {number[]} rows
   */
  async describe(rows) {
    const wanted = rows.filter((row) => !this.asked.has(row)).slice(0, 200);
    if (wanted.length && this.data) {
      const answer = this.fetchPhotos(wanted);
      for (const row of wanted) this.asked.set(row, answer);
    }
    await Promise.all(rows.map((row) => this.asked.get(row)));
  }

  /** @param {number[]} rows */
  async fetchPhotos(rows) {
    const { known, asked } = this;
    try {
      const answer = await fetch(this.address("photos", { rows: rows.join(",") }));
      if (!answer.ok) throw new Error();
      for (const photo of /** @type {MapPhoto[]} */ (await answer.json())) known.set(photo.row, photo);
    } catch {
      for (const row of rows) asked.delete(row);
    }
  }

  /**
   * @param {"points" | "values"} what
   * @param {{ [name: string]: string | number }} query
   */
  async fetchBytes(what, query) {
    /** @type {Response} */
    let answer;
    try { answer = await fetch(this.address(what, query)); } catch { throw new Error(SILENT); }
    if (answer.ok) return answer.arrayBuffer();
    const refusal = await answer.json().catch(() => ({ error: SILENT }));
    throw new Error(refusal.error);
  }

  /**
   * @param {"points" | "values" | "photos"} what
   * @param {{ [name: string]: string | number }} query
   */
  address(what, query) {
    const address = new URL(addressOf(this.data?.[what] ?? ""));
    address.searchParams.set("stamp", this.data?.stamp ?? "");
    for (const [name, value] of Object.entries(query)) address.searchParams.set(name, String(value));
    return address;
  }
}

/**
 * Say which points lie inside a loop.
 * @param {ArrayLike<number>} x up to 65535
 * @param {ArrayLike<number>} y
 * @param {Array<[number, number]>} loop corners from 0 to 1
 */
export function pointsWithin(x, y, loop) {
  const inside = new Uint8Array(x.length);
  const corners = loop.map(([left, top]) => [left * SIDE, top * SIDE]);
  for (let at = 0; at < x.length; at++) {
    const [px, py] = [x[at] ?? 0, y[at] ?? 0];
    let within = false;
    let [fromX = 0, fromY = 0] = corners[corners.length - 1] ?? [];
    for (const [toX = 0, toY = 0] of corners) {
      if ((fromY > py) !== (toY > py) && px < ((toX - fromX) * (py - fromY)) / (toY - fromY) + fromX) within = !within;
      [fromX, fromY] = [toX, toY];
    }
    inside[at] = Number(within);
  }
  return inside;
}

/**
 * Find the point nearest to a place of the page.
 * @param {{ x: ArrayLike<number>, y: ArrayLike<number> }} points
 * @param {import("./camera.js").Camera} camera
 * @param {number} left pixels
 * @param {number} top
 * @param {number} reach pixels
 * @returns {number} its place among the points, -1 where none is so near
 */
export function nearestPoint(points, camera, left, top, reach) {
  const [wide, high] = [camera.wide / SIDE, camera.high / SIDE];
  const [offX, offY] = camera.toScreen(0, 0);
  let [best, found] = [reach * reach, -1];
  for (let at = 0; at < points.x.length; at++) {
    const right = (points.x[at] ?? 0) * wide + offX - left;
    const down = (points.y[at] ?? 0) * high + offY - top;
    const far = right * right + down * down;
    if (far < best) [best, found] = [far, at];
  }
  return found;
}
