// Paints the map: every point in its colour, those that are chosen with a ring, those that a search
// found on top, and the loop of the lasso over all.

import { coloursFor, hitColour, isDark, mix, packColour, readColour } from "./palette.js";
import { makeDot, Raster } from "./raster.js";

const DIM = 0.8; // how far photos fade that were not found
const CROWD = 15_000; // points from which on they let each other shine through

export class Painter {
  /**
   * @param {import("./map.js").PhotoMap} map
   * @param {HTMLCanvasElement} canvas
   * @param {HTMLCanvasElement} line
   */
  constructor(map, canvas, line) {
    this.map = map;
    this.raster = new Raster(canvas);
    this.line = line;
    this.dark = false;
    /** @type {import("./palette.js").Rgb} */
    this.paper = [255, 255, 255];
    this.colours = new Uint32Array(256);
  }

  /**
   * @param {number} width
   * @param {number} height
   */
  resize(width, height) {
    this.raster.resize(width, height, Math.min(2, window.devicePixelRatio || 1));
    Object.assign(this.line, { width, height });
  }

  /** Take the colours of the page and of the legend. */
  takeColours() {
    const { map } = this;
    const { legend } = map.points;
    this.paper = readColour(getComputedStyle(map.root).backgroundColor) ?? [255, 255, 255];
    this.dark = isDark(this.paper);
    if (!legend) return;
    const colours = coloursFor(legend, this.dark, map.tools.colour.by.startsWith("answers:"));
    const faded = map.data?.hits.rows.length ? DIM : 0;
    this.colours = Uint32Array.from(colours, (colour) => packColour(mix(colour, this.paper, faded)));
    map.tools.drawLegend(legend, colours);
  }

  draw() {
    const { raster, colours, dark, map } = this;
    const { camera, points, chosen } = map;
    const radius = this.radius() * raster.ratio;
    raster.clear(packColour(this.paper));
    const dot = makeDot(radius, points.length > CROWD && camera.zoom < 3 ? 0.72 : 0.9);
    raster.points(camera, points.x, points.y, (at) => colours[points.codes[at] ?? 255] ?? 0, dot);
    if (chosen) {
      const ink = packColour(dark ? [255, 255, 255] : [20, 22, 26]);
      const ring = makeDot(radius + 1.6 * raster.ratio, 0.85, radius + 0.2);
      raster.points(camera, points.x, points.y, (at) => (chosen[at] ? ink : 0), ring);
    }
    this.drawHits(radius);
    raster.show();
  }

  /** @param {number} radius */
  drawHits(radius) {
    const { raster, dark, map } = this;
    const hits = map.data?.hits;
    if (!hits?.rows.length) return;
    const [edge, found] = [packColour(dark ? [18, 20, 24] : [255, 255, 255]), packColour(hitColour(dark))];
    raster.points(map.camera, hits.x, hits.y, () => edge, makeDot(radius + 3 * raster.ratio, 1));
    raster.points(map.camera, hits.x, hits.y, () => found, makeDot(radius + 1.6 * raster.ratio, 1));
  }

  /** Pixels of a point: small in a crowd, larger the nearer one looks. */
  radius() {
    const crowd = Math.max(1, this.map.points.length);
    const base = Math.max(1.1, Math.min(4, 220 / Math.sqrt(crowd)));
    return Math.min(7, base * this.map.camera.zoom ** 0.35);
  }

  /** @param {Array<[number, number]>} loop corners on the map; none takes the line away */
  drawLoop(loop) {
    const context = /** @type {CanvasRenderingContext2D} */ (this.line.getContext("2d"));
    context.clearRect(0, 0, this.line.width, this.line.height);
    if (!loop.length) return;
    context.beginPath();
    for (const [x, y] of loop) context.lineTo(...this.map.camera.toScreen(x, y));
    context.closePath();
    context.fillStyle = this.dark ? "rgb(255 255 255 / 10%)" : "rgb(20 60 160 / 8%)";
    context.strokeStyle = this.dark ? "#c9d8ff" : "#2456c8";
    context.lineWidth = 1.5;
    context.setLineDash([5, 4]);
    context.fill();
    context.stroke();
  }
}
