// Which part of the map is seen: its middle, and how many pixels the whole of it would take. The map
// is stretched to fill the page: only who lies beside whom has a meaning on it, no length.

const CLOSEST = 400; // times nearer than the whole
const MARGIN = 24; // pixels around the whole
const STRETCH = 2.4; // times wider than high, or higher than wide, at most

/** @typedef {{ left: number, top: number, right: number, bottom: number }} Box sides from 0 to 1 */

export class Camera {
  constructor() {
    this.width = 1;
    this.height = 1;
    this.x = 0.5;
    this.y = 0.5;
    this.zoom = 1;
  }

  /** Pixels that the whole map is wide. */
  get wide() { return Math.max(1, Math.min(this.width, STRETCH * this.height) - 2 * MARGIN) * this.zoom; }

  /** Pixels that the whole map is high. */
  get high() { return Math.max(1, Math.min(this.height, STRETCH * this.width) - 2 * MARGIN) * this.zoom; }

  /**
   * @param {number} x
   * @param {number} y
   * @returns {[number, number]} pixels from the left and the top
   */
  toScreen(x, y) {
    return [(x - this.x) * this.wide + this.width / 2, (y - this.y) * this.high + this.height / 2];
  }

  /**
   * @param {number} left
   * @param {number} top
   * @returns {[number, number]} a place on the map
   */
  toMap(left, top) {
    return [(left - this.width / 2) / this.wide + this.x, (top - this.height / 2) / this.high + this.y];
  }

  /**
   * @param {number} right pixels
   * @param {number} down
   */
  move(right, down) {
    this.x = clamp(this.x - right / this.wide);
    this.y = clamp(this.y - down / this.high);
  }

  /**
   * Zoom so that one place stays where it is.
   * @param {number} factor
   * @param {number} left pixels of that place; the middle by default
   * @param {number} top
   */
  zoomBy(factor, left = this.width / 2, top = this.height / 2) {
    const [x, y] = this.toMap(left, top);
    this.zoom = Math.min(CLOSEST, Math.max(1, this.zoom * factor));
    const [nowX, nowY] = this.toMap(left, top);
    this.x = clamp(this.x + x - nowX);
    this.y = clamp(this.y + y - nowY);
  }

  whole() {
    this.x = this.y = 0.5;
    this.zoom = 1;
  }

  /** @returns {Box} what is seen, cut to the map */
  box() {
    const [left, top] = this.toMap(0, 0);
    const [right, bottom] = this.toMap(this.width, this.height);
    return { left: clamp(left), top: clamp(top), right: clamp(right), bottom: clamp(bottom) };
  }
}

/** @param {number} share */
function clamp(share) { return Math.min(1, Math.max(0, share)); }
