// The one line of insight below the grid: new matches a page, and the collection's scores with the
// threshold to drag.

import { el, svg } from "./dom.js";

/** @type {{ [key: string]: number }} how far a key moves the threshold */
const STEPS = { ArrowLeft: -0.01, ArrowRight: 0.01, ArrowDown: -0.05, ArrowUp: 0.05 };

export class Insight {
  /** @param {import("./grid.js").Grid} grid */
  constructor(grid) {
    this.grid = grid;
    /** @type {import("./contract").GridInsight | undefined} */
    this.insight = undefined;
    this.threshold = 0;
    this.dragging = false;
    this.timer = 0; // runs until what keys have set is sent
    this.turns = ""; // the concept whose threshold is being set
    /** @type {Element[]} */
    this.bars = [];
    this.line = el("span", { className: "vde-threshold" });
    this.pages = el("figure", { className: "vde-pages" });
    this.histogram = el("div", {
      className: "vde-histogram", role: "slider", tabIndex: 0, "aria-label": "Threshold",
      "aria-valuemin": "0", "aria-valuemax": "1",
    });
    this.matches = el("span", { className: "vde-matches" });
    this.root = el("div", { className: "vde-insight" }, [
      this.pages, el("figure", { className: "vde-scores" }, [this.histogram, this.matches]),
    ]);
    /** @param {PointerEvent} event */
    const at = (event) => {
      const box = this.histogram.getBoundingClientRect();
      return Math.max(0, Math.min(1, (event.clientX - box.left) / box.width));
    };
    this.histogram.addEventListener("pointerdown", (event) => {
      this.histogram.setPointerCapture(event.pointerId);
      this.dragging = true;
      this.set(at(event));
    });
    this.histogram.addEventListener("pointermove", (event) => { if (this.dragging) this.set(at(event)); });
    this.histogram.addEventListener("pointerup", () => { this.dragging = false; this.commit(); });
    this.histogram.addEventListener("pointercancel", () => { this.dragging = false; this.draw(this.insight); });
    this.histogram.addEventListener("keydown", (event) => {
      const step = STEPS[event.key];
      if (!step) return;
      event.preventDefault();
      event.stopPropagation();
      this.set(Math.max(0, Math.min(1, this.threshold + step)));
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.commit(), 500);
    });
  }

  /** @param {number} wanted */
  set(wanted) {
    this.turns = this.grid.data.turns ?? "";
    this.show(wanted);
  }

  commit() {
    this.timer = 0;
    if (this.isOurs) this.grid.send({ type: "threshold", value: this.threshold });
  }

  /** The threshold that was set and no page has brought back yet. */
  get unheard() {
    const { threshold, insight } = this;
    return insight && this.isOurs && threshold !== insight.threshold ? threshold : undefined;
  }

  /** Whether the threshold is of the concept that is shown. */
  get isOurs() { return this.turns === this.grid.data.turns; }

  /** @param {import("./contract").GridInsight | undefined} insight */
  draw(insight) {
    this.root.hidden = !insight;
    this.insight = insight;
    if (!insight) return;
    this.drawPages(insight.pages);
    this.drawHistogram(insight.counts);
    // A page that comes while the threshold is being set knows the one before.
    this.show((this.dragging || this.timer) && this.isOurs ? this.threshold : insight.threshold);
  }

  /** @param {number[]} pages */
  drawPages(pages) {
    const chart = svg("svg", { viewBox: `0 0 ${Math.max(pages.length, 1) * 10} 34`, role: "img",
      "aria-label": `New matches on the last pages: ${pages.join(", ") || "none yet"}` });
    const most = Math.max(1, ...pages);
    pages.forEach((count, index) => {
      const height = 2 + (30 * count) / most;
      chart.append(svg("rect", { x: index * 10, y: 34 - height, width: 8, height, rx: 1 }));
    });
    const words = pages.length ? `${pages[pages.length - 1]} new on the last page` : "no page judged yet";
    this.pages.replaceChildren(chart, el("figcaption", { textContent: words }));
    this.pages.hidden = !pages.length;
  }

  /** @param {number[]} counts */
  drawHistogram(counts) {
    const chart = svg("svg", { viewBox: `0 0 ${counts.length} 34`, preserveAspectRatio: "none", "aria-hidden": "true" });
    const most = Math.log1p(Math.max(1, ...counts));
    this.bars = counts.map((count, index) => {
      const height = count ? 1 + (31 * Math.log1p(count)) / most : 0;
      const bar = svg("rect", { x: index + 0.1, y: 34 - height, width: 0.8, height });
      chart.append(bar);
      return bar;
    });
    this.histogram.replaceChildren(chart, this.line);
  }

  /**
   * A count, or what a random sample says of it with its 95 % interval (Wilson's).
   * @param {number} above
   */
  estimate(above) {
    const whole = Math.round(above).toLocaleString("en");
    const n = this.insight?.sampled;
    const total = (this.insight?.counts || []).reduce((sum, count) => sum + count, 0);
    if (!n || !total) return whole;
    const share = above / total;
    const z = 1.96;
    const middle = (share + (z * z) / (2 * n)) / (1 + (z * z) / n);
    const half = (z * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n))) / (1 + (z * z) / n);
    const [low, high] = [middle - half, middle + half].map((p) => (
      Math.round(Math.max(0, p) * total).toLocaleString("en")
    ));
    return `about ${whole} (${low} to ${high})`;
  }

  /**
   * Thresholds are hundredths, as the histogram's bins are: so the counts are exact.
   * @param {number} wanted
   */
  show(wanted) {
    if (!this.insight) return;
    const { counts, interval } = this.insight;
    const threshold = Math.round(wanted * 100) / 100;
    this.threshold = threshold;
    this.line.style.left = `${threshold * 100}%`;
    let above = 0;
    counts.forEach((count, index) => {
      const low = index / counts.length;
      const high = (index + 1) / counts.length;
      above += count * Math.max(0, Math.min(1, (high - threshold) / (high - low)));
      this.bars[index]?.classList.toggle("vde-above", (low + high) / 2 >= threshold);
    });
    const photos = Math.round(above) === 1 ? "photo" : "photos";
    const words = `threshold ${threshold.toFixed(2)} → ${this.estimate(above)} ${photos} above it`;
    const audited = Math.abs(threshold - this.insight.threshold) < 1e-9 && interval;
    this.matches.textContent = audited ? `${words}; ${interval}` : words;
    this.histogram.setAttribute("aria-valuenow", threshold.toFixed(2));
    this.histogram.setAttribute("aria-valuetext", words);
  }
}
