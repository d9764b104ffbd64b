// The line above the map: what colours it, how to move and choose; and the legend below it.

import { el, quiet, recall, remember } from "./dom.js";
import { writeColour } from "./palette.js";

const NAMED = 12;

export class Tools {
  /** @param {import("./map.js").PhotoMap} map */
  constructor(map) {
    this.map = map;
    this.select = el("select", { className: "vdm-colour", "aria-label": "Colour by" });
    this.select.addEventListener("change", () => {
      remember("vde:map-colour", this.select.value);
      map.load();
    });
    this.move = quiet("✥ Move", "Drag to move, turn the wheel to zoom", () => this.setLooping(false));
    this.loop = quiet("◌ Lasso", "Drag around photos to choose them (or hold Shift)", () => this.setLooping(true));
    this.seen = quiet("Choose what is seen", "Enter on the map", () => map.chooseSeen());
    this.state = el("span", { className: "vdm-state", role: "status" });
    this.root = el("div", { className: "vdm-tools" }, [
      el("label", {}, ["Colour ", this.select]),
      el("span", { className: "vdm-pair" }, [this.move, this.loop]),
      this.seen,
      this.state,
    ]);
    this.zoom = el("div", { className: "vdm-zoom" }, [
      this.small("+", "Zoom in", () => map.camera.zoomBy(1.6)),
      this.small("−", "Zoom out", () => map.camera.zoomBy(1 / 1.6)),
      this.small("⌂", "Show the whole map", () => map.camera.whole()),
    ]);
    this.back = quiet("No photos here: show the whole map", "0 on the map", () => { map.camera.whole(); map.moved(); });
    this.back.classList.add("vdm-back");
    this.back.hidden = true;
    this.legend = el("div", { className: "vdm-legend" });
    this.setLooping(false);
  }

  /**
   * @param {string} sign
   * @param {string} name
   * @param {() => void} act
   */
  small(sign, name, act) {
    const button = quiet(sign, name, () => { act(); this.map.moved(); });
    button.setAttribute("aria-label", name);
    return button;
  }

  /** @param {boolean} looping */
  setLooping(looping) {
    this.map.looping = looping;
    this.map.root.dataset.looping = String(looping);
    this.move.setAttribute("aria-pressed", String(!looping));
    this.loop.setAttribute("aria-pressed", String(looping));
  }

  /** @param {import("./contract").MapColour[]} colours */
  drawColours(colours) {
    const kept = this.select.value || recall("vde:map-colour") || "";
    this.select.replaceChildren(...colours.map(({ by, name }) => el("option", { value: by, textContent: name })));
    const wanted = colours.find(({ by }) => by === kept) ?? colours[0];
    if (wanted) this.select.value = wanted.by;
  }

  get colour() {
    const { data } = this.map;
    return data?.colours.find(({ by }) => by === this.select.value) ?? { by: "group", name: "Group" };
  }

  /**
   * @param {import("./contract").MapLegend} legend
   * @param {import("./palette.js").Rgb[]} colours
   */
  drawLegend(legend, colours) {
    const rows = legend.kind === "kinds"
      ? legend.names.slice(0, NAMED).map((name, at) => this.entry(colours[at], name, legend.counts[at] ?? 0))
      : [this.ramp(legend, colours)];
    const rest = legend.names.length - NAMED;
    if (legend.kind === "kinds" && rest > 0) rows.push(el("div", { textContent: `and ${rest} more` }));
    if (legend.others) rows.push(this.entry(colours[254], "others", legend.others));
    if (legend.unknown) rows.push(this.entry(colours[255], "not known", legend.unknown));
    this.legend.replaceChildren(...rows);
  }

  /**
   * @param {import("./palette.js").Rgb | undefined} colour
   * @param {string} name
   * @param {number} count
   */
  entry(colour, name, count) {
    const swatch = el("span", { className: "vdm-swatch" });
    if (colour) swatch.style.background = writeColour(colour);
    return el("div", { className: "vdm-entry" }, [
      swatch, el("span", { className: "vdm-kind", textContent: name, dir: "auto" }),
      el("span", { className: "vdm-count", textContent: count.toLocaleString("en") }),
    ]);
  }

  /**
   * @param {import("./contract").MapLegend} legend
   * @param {import("./palette.js").Rgb[]} colours
   */
  ramp(legend, colours) {
    const bar = el("div", { className: "vdm-ramp" });
    const stops = [0, 51, 102, 153, 204, 254].map((at) => writeColour(colours[at] ?? [0, 0, 0]));
    bar.style.background = `linear-gradient(to right, ${stops.join(", ")})`;
    return el("div", {}, [bar, el("div", { className: "vdm-ends" }, [
      el("span", { textContent: legend.low }), el("span", { textContent: legend.high }),
    ])]);
  }
}
