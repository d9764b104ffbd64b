// The large picture: metadata, link, "more like this". Opened with space or, where nothing is
// being judged, with a click.

import { addressOf } from "./address.js";
import { el } from "./dom.js";
import { MARK_NAME, MARK_SIGN, MARK_WORD } from "./words.js";

export class Viewer {
  /** @param {import("./grid.js").Grid} grid */
  constructor(grid) {
    this.grid = grid;
    this.shown = "";
    this.img = el("img", { alt: "" });
    this.meta = el("dl", { className: "vde-meta" });
    this.link = el("a", { target: "_blank", rel: "noopener noreferrer", textContent: "Open the original" });
    this.like = el("button", { type: "button", className: "vde-quiet", textContent: "More like this" });
    this.like.addEventListener("click", () => grid.moreLike(grid.order[grid.focus]));
    this.shut = el("button", { type: "button", className: "vde-quiet", textContent: "Close" });
    this.shut.addEventListener("click", () => this.close());
    this.state = el("span", { className: "vde-viewer-mark" });
    this.root = el("dialog", { className: "vde-viewer", "aria-label": "Large picture" }, [
      el("div", { className: "vde-viewer-picture" }, [this.img]),
      el("div", { className: "vde-viewer-side" }, [this.state, this.meta, this.link, this.like, this.shut]),
    ]);
    this.root.addEventListener("click", (event) => { if (event.target === this.root) this.close(); });
  }

  get isOpen() { return this.root.open; }

  /** @param {number} index */
  open(index) {
    if (!this.grid.data.tiles.length) return;
    this.grid.focus = index;
    this.root.showModal();
    this.paint();
  }

  close() {
    if (!this.isOpen) return;
    this.root.close();
    this.grid.move(this.grid.focus);
  }

  toggle() { if (this.isOpen) this.close(); else this.open(this.grid.focus); }

  paint() {
    const tile = this.grid.data.tiles[this.grid.focus];
    if (!this.isOpen || !tile) return;
    if (this.shown !== tile.id) {
      this.shown = tile.id;
      this.img.onerror = () => { this.img.onerror = null; this.img.src = addressOf(tile.src); };
      this.img.src = addressOf(tile.full || tile.src);
    }
    this.img.alt = tile.caption || tile.id;
    this.meta.replaceChildren(...tile.meta.flatMap(([name, value]) => [
      el("dt", { textContent: name }), el("dd", { textContent: value, dir: "auto" }),
    ]));
    const web = /^https?:\/\//.test(tile.link || "");
    this.link.hidden = !web;
    if (web) this.link.href = tile.link ?? "";
    else this.link.removeAttribute("href");
    this.like.hidden = !this.grid.data.collection;
    const mark = this.grid.marks.of(tile.id);
    this.state.textContent = this.grid.judging ? `${MARK_SIGN[mark]} ${MARK_WORD[mark]}`.trim() : "";
    this.state.dataset.label = MARK_NAME[mark];
  }
}
