// The large picture: what is known of it, its mark, the ways on. Opened with space, with the corner
// of a tile, a double click or, where nothing is being judged, a click.

import { addressOf } from "./address.js";
import { el, quiet } from "./dom.js";
import { showPicture } from "./picture.js";
import { installSwipe } from "./swipe.js";
import { MARK_NAME, MARK_SIGN, MARK_WORD, REASON_HINT } from "./words.js";

const SMALL = "The original is not where it was: this is the stored thumbnail.";
const NONE = "Picture not available: there is no thumbnail of this photo, and no original within reach.";

export class Viewer {
  /** @param {import("./grid.js").Grid} grid */
  constructor(grid) {
    this.grid = grid;
    this.shown = "";
    this.img = el("img", { alt: "" });
    this.state = el("span", { className: "vde-viewer-mark" });
    this.why = el("p", { className: "vde-why" });
    this.lost = el("p", { className: "vde-why", role: "status" });
    this.yes = quiet("✓ Yes", "1", () => this.mark(1));
    this.no = quiet("✕ No", "2", () => this.mark(-1));
    this.back = quiet("‹ Previous", "←", () => this.step(-1));
    this.next = quiet("Next ›", "→", () => this.step(1));
    this.marks = el("div", { className: "vde-pair" }, [this.yes, this.no]);
    this.meta = el("dl", { className: "vde-meta" });
    this.link = el("a", { target: "_blank", rel: "noopener noreferrer", textContent: "Open the original" });
    this.like = quiet("≈ More like this", "m", () => grid.moreLike(grid.order[grid.focus]));
    const picture = el("div", { className: "vde-viewer-picture" }, [this.img]);
    installSwipe(picture, (step) => this.step(step));
    this.root = el("dialog", { className: "vde-viewer", "aria-label": "Large picture", tabIndex: -1 }, [
      picture,
      el("div", { className: "vde-viewer-side" }, [
        this.state, this.why, this.lost, this.marks, el("div", { className: "vde-pair" }, [this.back, this.next]),
        this.meta, this.link, this.like, quiet("Close", "Escape", () => this.close()),
      ]),
    ]);
    this.root.addEventListener("click", (event) => {
      if (event.target === this.root) this.close();
      // Keys go to the picture again; who came to a button by keyboard stays there.
      else if (event.detail) this.root.focus();
    });
  }

  get isOpen() { return this.root.open; }

  /** @param {number} index */
  open(index) {
    if (!this.grid.data.tiles[index]) return;
    this.grid.focus = index;
    if (!this.isOpen) this.root.showModal();
    this.root.focus();
    this.grid.paintMarks();
  }

  close() {
    if (!this.isOpen) return;
    const { focus } = this.grid;
    this.root.close(); // which gives the focus back to the photo it was opened from
    this.grid.move(focus);
  }

  /** @param {import("./contract").Mark} wanted */
  mark(wanted) {
    const id = this.grid.order[this.grid.focus];
    if (id) this.grid.apply([[id, this.grid.marks.of(id) === wanted ? 0 : wanted]]);
  }

  /** @param {1 | -1} step */
  step(step) { this.grid.move(this.grid.focus + step); }

  paint() {
    const { grid } = this;
    const tile = grid.data.tiles[grid.focus];
    if (!this.isOpen || !tile) return;
    if (this.shown !== tile.id) this.load(tile);
    // An audit is blind: of a photo nothing is shown but itself.
    const blind = grid.data.mode === "audit";
    this.meta.replaceChildren(...(blind ? [] : tile.meta).flatMap(([name, value]) => [
      el("dt", { textContent: name }), el("dd", { textContent: value, dir: "auto" }),
    ]));
    this.why.textContent = REASON_HINT[tile.reason] ?? "";
    this.link.hidden = blind || !tile.link || (this.lost.textContent !== "" && tile.link === tile.full);
    if (tile.link) this.link.href = addressOf(tile.link);
    else this.link.removeAttribute("href");
    this.like.hidden = !grid.data.collection;
    this.back.disabled = grid.focus === 0;
    this.next.disabled = grid.focus === grid.data.tiles.length - 1;
    this.paintMark(grid.marks.of(tile.id));
  }

  /** @param {import("./contract").GridTile} tile */
  load(tile) {
    this.shown = tile.id;
    this.lose("");
    showPicture(this.img, tile.full || tile.src, () => {
      this.lose(tile.full ? SMALL : NONE);
      if (tile.full) showPicture(this.img, tile.src, () => this.lose(NONE));
    });
    this.img.alt = this.grid.data.mode === "audit" ? `Photo ${tile.rank}` : tile.caption;
  }

  /**
   * Say what of the picture is gone.
   * @param {string} words
   */
  lose(words) {
    this.lost.textContent = words;
    this.img.hidden = words === NONE;
    if (words) this.paint();
  }

  /** @param {import("./contract").Mark} mark */
  paintMark(mark) {
    const { judging } = this.grid;
    this.marks.hidden = !judging;
    this.yes.setAttribute("aria-pressed", String(mark === 1));
    this.no.setAttribute("aria-pressed", String(mark === -1));
    this.state.textContent = judging ? `${MARK_SIGN[mark]} ${MARK_WORD[mark]}`.trim() : "";
    this.state.dataset.label = MARK_NAME[mark];
  }
}
