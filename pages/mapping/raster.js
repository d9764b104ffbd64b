// Points drawn into a picture of our own, dot by dot, and put on the page as a whole: quick on every
// machine, with a graphics card or without, where WebGL may be missing altogether.

const SIDE = 65535;
const EVERYTHING = 256;

/** A dot: how many pixels to go from its middle, and how much of each is covered, up to 256. */
/** @typedef {{ reach: number, right: Int16Array, down: Int16Array, cover: Int16Array }} Dot */

export class Raster {
  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
    this.context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { alpha: false }));
    this.ratio = 1;
    this.width = this.height = 1;
    this.picture = this.context.createImageData(1, 1);
    this.pixels = new Uint32Array(1);
  }

  /**
   * @param {number} width in pixels of the page
   * @param {number} height
   * @param {number} ratio pixels of the screen to one of these
   */
  resize(width, height, ratio) {
    this.ratio = ratio;
    this.width = this.canvas.width = Math.max(1, Math.round(width * ratio));
    this.height = this.canvas.height = Math.max(1, Math.round(height * ratio));
    this.picture = this.context.createImageData(this.width, this.height);
    this.pixels = new Uint32Array(this.picture.data.buffer);
  }

  /** @param {number} paper colour as `packColour` has it */
  clear(paper) { this.pixels.fill(paper); }

  /**
   * @param {import("./camera.js").Camera} camera
   * @param {ArrayLike<number>} x up to 65535
   * @param {ArrayLike<number>} y
   * @param {(at: number) => number} colourOf 0 leaves a point out
   * @param {Dot} dot
   */
  points(camera, x, y, colourOf, dot) {
    const right = (camera.wide * this.ratio) / SIDE;
    const down = (camera.high * this.ratio) / SIDE;
    const [left, top] = camera.toScreen(0, 0);
    const offX = left * this.ratio + 0.5;
    const offY = top * this.ratio + 0.5;
    const { reach } = dot;
    const [lastX, lastY] = [this.width - reach, this.height - reach];
    for (let at = 0; at < x.length; at++) {
      const px = Math.floor(/** @type {number} */ (x[at]) * right + offX);
      const py = Math.floor(/** @type {number} */ (y[at]) * down + offY);
      if (px < reach || py < reach || px >= lastX || py >= lastY) continue;
      const colour = colourOf(at);
      if (colour) this.dot(px, py, colour, dot);
    }
  }

  /**
   * @param {number} px
   * @param {number} py
   * @param {number} colour
   * @param {Dot} dot
   */
  dot(px, py, colour, { right, down, cover }) {
    const { pixels, width } = this;
    const middle = py * width + px;
    const redBlue = colour & 0xff00ff;
    const green = colour & 0x00ff00;
    for (let at = 0; at < cover.length; at++) {
      const place = middle + /** @type {number} */ (down[at]) * width + /** @type {number} */ (right[at]);
      const share = /** @type {number} */ (cover[at]);
      const under = /** @type {number} */ (pixels[place]);
      const rest = EVERYTHING - share;
      pixels[place] = 0xff000000
        | ((((under & 0xff00ff) * rest + redBlue * share) >>> 8) & 0xff00ff)
        | ((((under & 0x00ff00) * rest + green * share) >>> 8) & 0x00ff00);
    }
  }

  show() { this.context.putImageData(this.picture, 0, 0); }
}

/**
 * Make a round dot with soft edges.
 * @param {number} radius in pixels of the screen
 * @param {number} opacity 0 to 1
 * @param {number} hollow radius of the hole in it
 * @returns {Dot}
 */
export function makeDot(radius, opacity, hollow = 0) {
  const reach = Math.ceil(radius);
  const right = [], down = [], cover = [];
  for (let y = -reach; y <= reach; y++) {
    for (let x = -reach; x <= reach; x++) {
      const far = Math.hypot(x, y);
      const inside = Math.min(1, Math.max(0, radius + 0.5 - far));
      const hole = hollow ? Math.min(1, Math.max(0, hollow + 0.5 - far)) : 0;
      const share = Math.round(EVERYTHING * opacity * (inside - hole));
      if (share > 0) { right.push(x); down.push(y); cover.push(share); }
    }
  }
  return { reach, right: Int16Array.from(right), down: Int16Array.from(down), cover: Int16Array.from(cover) };
}
