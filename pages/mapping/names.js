// The names of the groups, where they stand on the map: buttons that choose the whole group.

import { el } from "./dom.js";
import { NEAR, SIZE } from "./pictures.js";

const HIGH = 22; // pixels of a name

export class Names {
  /** @param {import("./map.js").PhotoMap} map */
  constructor(map) {
    this.map = map;
    this.root = el("div", { className: "vdm-names" });
    /** @type {Array<{ button: HTMLButtonElement, x: number, y: number, at: number, wide: number }>} */
    this.entries = [];
  }

  /** @param {import("./contract").MapGroup[]} groups */
  draw(groups) {
    const order = groups.map((group, at) => ({ ...group, at })).filter((group) => group.count);
    order.sort((a, b) => b.count - a.count);
    this.entries = order.map(({ name, x, y, count, at }) => {
      const photos = count === 1 ? "1 photo" : `${count.toLocaleString("en")} photos`;
      const button = el("button", {
        type: "button", className: "vdm-name", textContent: name, title: `Choose ${photos}`,
        "aria-label": `${name}, ${photos}`,
      });
      button.addEventListener("click", () => this.map.choose({ group: at }));
      return { button, x, y, at, wide: 0 };
    });
    this.root.replaceChildren(...this.entries.map((entry) => entry.button));
    for (const entry of this.entries) entry.wide = entry.button.offsetWidth;
  }

  /**
   * Put the names above the photo in the middle of their group, which is the only one of some; of
   * two that would cover each other the larger group's stays.
   */
  place() {
    const { camera, data } = this.map;
    /** @type {Array<[number, number, number]>} */
    const taken = [];
    const lift = HIGH + (camera.zoom < NEAR ? 8 : SIZE / 2 + 4);
    for (const { button, x, y, at, wide } of this.entries) {
      const [left, top] = camera.toScreen(x, y);
      const inside = left > -wide / 2 && top > 0 && left < camera.width + wide / 2 && top < camera.height;
      const free = inside && taken.every(([far, low, width]) =>
        Math.abs(far - left) > (width + wide) / 2 + 4 || Math.abs(low - top) > 24);
      if (free) taken.push([left, top, wide]);
      button.style.visibility = free ? "visible" : "hidden";
      button.style.transform = `translate(${left - wide / 2}px, ${Math.max(0, top - lift)}px)`;
      button.setAttribute("aria-pressed", String(data?.choice.group === at));
    }
  }
}
