// Mouse, pen, fingers and keys on the map: move, zoom, draw a loop, point at a photo.

const STEP = 3; // pixels between two corners of a loop
const CORNERS = 240;
const CLICK = 4; // pixels that a hand may shake
const KEYS = 60; // pixels that an arrow key moves

/** @typedef {import("./map.js").PhotoMap} PhotoMap */

export class Gestures {
  /**
   * @param {PhotoMap} map
   * @param {AbortSignal} signal
   */
  constructor(map, signal) {
    this.map = map;
    this.looping = false;
    /** @type {Map<number, { x: number, y: number }>} */
    this.down = new Map();
    this.travelled = 0;
    /** @type {Array<[number, number]>} */
    this.loop = [];
    const { stage } = map;
    stage.addEventListener("pointerdown", (event) => this.press(event), { signal });
    stage.addEventListener("pointermove", (event) => this.drag(event), { signal });
    stage.addEventListener("pointerup", (event) => this.release(event), { signal });
    stage.addEventListener("pointercancel", (event) => this.cancel(event), { signal });
    stage.addEventListener("pointerleave", () => map.card.point(-1), { signal });
    stage.addEventListener("dblclick", (event) => this.zoomAt(event, 2), { signal });
    stage.addEventListener("wheel", (event) => {
      event.preventDefault();
      const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
      this.zoomAt(event, Math.exp(-Math.max(-240, Math.min(240, event.deltaY * lines)) / 300));
    }, { signal, passive: false });
    stage.addEventListener("keydown", (event) => this.key(event), { signal });
  }

  /** @param {MouseEvent} event */
  place(event) {
    const { left, top } = this.map.stage.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  }

  /** @param {PointerEvent} event */
  press(event) {
    if (event.button || event.target instanceof HTMLButtonElement) return;
    this.map.stage.setPointerCapture(event.pointerId);
    const place = this.place(event);
    this.down.set(event.pointerId, place);
    this.travelled = 0;
    this.looping = (this.map.looping || event.shiftKey) && this.down.size === 1;
    this.loop = this.looping ? [this.map.camera.toMap(place.x, place.y)] : [];
    this.map.card.point(-1);
  }

  /** @param {PointerEvent} event */
  drag(event) {
    const place = this.place(event);
    const before = this.down.get(event.pointerId);
    if (!before) {
      if (event.pointerType !== "touch") this.map.pointAt(place.x, place.y);
      return;
    }
    const [right, below] = [place.x - before.x, place.y - before.y];
    if (this.looping) {
      if (Math.hypot(right, below) < STEP) return;
      this.loop.push(this.map.camera.toMap(place.x, place.y));
      this.map.drawLoop(this.loop);
    } else if (this.down.size === 2) {
      this.pinch(event.pointerId, before, place);
    } else {
      this.map.camera.move(right, below);
    }
    this.travelled += Math.hypot(right, below);
    this.down.set(event.pointerId, place);
    if (!this.looping) this.map.moved();
  }

  /**
   * @param {number} finger
   * @param {{ x: number, y: number }} before
   * @param {{ x: number, y: number }} now
   */
  pinch(finger, before, now) {
    const other = [...this.down].find(([id]) => id !== finger)?.[1];
    if (!other) return;
    const { camera } = this.map;
    const factor = Math.hypot(now.x - other.x, now.y - other.y) / Math.max(1, Math.hypot(before.x - other.x, before.y - other.y));
    camera.zoomBy(factor, (now.x + other.x) / 2, (now.y + other.y) / 2);
    camera.move((now.x - before.x) / 2, (now.y - before.y) / 2);
  }

  /** @param {PointerEvent} event */
  release(event) {
    const place = this.down.get(event.pointerId);
    this.down.delete(event.pointerId);
    if (!place) return;
    if (this.looping) {
      this.looping = false;
      if (this.loop.length > 3) this.map.choose({ loop: thin(this.loop) });
      else this.map.drawLoop([]);
    } else if (this.travelled < CLICK && !this.down.size) {
      this.map.click(place.x, place.y);
    }
  }

  /** @param {PointerEvent} event */
  cancel(event) {
    this.down.delete(event.pointerId);
    this.looping = false;
    this.map.drawLoop([]);
  }

  /**
   * @param {MouseEvent} event
   * @param {number} factor
   */
  zoomAt(event, factor) {
    const { x, y } = this.place(event);
    this.map.camera.zoomBy(factor, x, y);
    this.map.moved();
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.target !== this.map.stage || event.ctrlKey || event.metaKey || event.altKey) return;
    const { camera } = this.map;
    /** @type {{ [key: string]: () => void }} */
    const acts = {
      ArrowLeft: () => camera.move(KEYS, 0),
      ArrowRight: () => camera.move(-KEYS, 0),
      ArrowUp: () => camera.move(0, KEYS),
      ArrowDown: () => camera.move(0, -KEYS),
      "+": () => camera.zoomBy(1.5),
      "=": () => camera.zoomBy(1.5),
      "-": () => camera.zoomBy(1 / 1.5),
      "0": () => camera.whole(),
      Enter: () => this.map.chooseSeen(),
      Escape: () => this.map.choose({}),
    };
    const act = acts[event.key];
    if (!act) return;
    event.preventDefault();
    act();
    this.map.moved();
    if (event.key.startsWith("Arrow") || "+=-0".includes(event.key)) this.map.pointAtMiddle();
  }
}

/**
 * Keep at most so many corners of a loop, evenly.
 * @param {Array<[number, number]>} loop
 * @returns {Array<[number, number]>}
 */
function thin(loop) {
  const every = Math.ceil(loop.length / CORNERS);
  return loop.filter((_, at) => at % every === 0).map(([x, y]) => [round(x), round(y)]);
}

/** @param {number} share */
function round(share) { return Math.round(share * 1e5) / 1e5; }
