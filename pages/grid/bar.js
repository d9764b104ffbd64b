// The one line of state above the grid, with the round's button.

import { el } from "./dom.js";
import { KEYS } from "./keys.js";

export class Bar {
  /** @param {import("./grid.js").Grid} grid */
  constructor(grid) {
    this.grid = grid;
    this.round = el("strong", { className: "vde-round" });
    this.counts = el("span", { className: "vde-counts" });
    this.last = el("span", { className: "vde-last" });
    this.unmarked = quiet("", "", () => this.switchRule());
    this.unmarked.classList.add("vde-unmarked");
    this.undo = quiet("Undo", "z", () => grid.undo());
    this.redo = quiet("Redo", "y", () => grid.redo());
    this.fit = quiet("", "f", () => grid.toggleFit());
    this.keys = quiet("Keys", "?", () => this.toggleHelp());
    this.action = el("button", { type: "button", className: "vde-action" });
    this.action.addEventListener("click", () => grid.finish());
    this.help = el("dl", { className: "vde-help", hidden: true });
    this.root = el("div", { className: "vde-bar" }, [
      this.round, this.counts, this.last, el("span", { className: "vde-space" }),
      this.unmarked, this.undo, this.redo, this.fit, this.keys, this.action, this.help,
    ]);
  }

  switchRule() {
    const { grid } = this;
    if (grid.busy || !grid.data.unmarked) return;
    grid.data.unmarked = grid.data.unmarked === "skip" ? "negative" : "skip";
    this.draw();
    grid.send({ type: "unmarked", rule: grid.data.unmarked });
  }

  toggleHelp() {
    const keys = KEYS.filter(([, what]) => what !== "more like this" || this.grid.data.collection);
    this.help.replaceChildren(...keys.flatMap(([key, what]) => [
      el("dt", { textContent: key }), el("dd", { textContent: what }),
    ]));
    this.help.hidden = !this.help.hidden;
    this.keys.setAttribute("aria-expanded", String(!this.help.hidden));
  }

  closeHelp() { if (!this.help.hidden) this.toggleHelp(); }

  draw() {
    const { grid } = this;
    const { data } = grid;
    this.root.hidden = !data.title;
    this.round.textContent = data.title ?? "";
    if (data.round === undefined) delete this.round.dataset.round;
    else this.round.dataset.round = String(data.round);
    this.drawCounts();
    this.last.textContent = data.last ?? "";
    this.unmarked.hidden = !data.unmarked;
    this.unmarked.textContent = `Unmarked means: ${data.unmarked === "negative" ? "no" : "skip"}`;
    this.unmarked.setAttribute("aria-pressed", String(data.unmarked === "negative"));
    this.undo.hidden = this.redo.hidden = this.keys.hidden = !grid.judging;
    this.undo.disabled = grid.busy || !(grid.marks.done.length || data.undoable);
    this.redo.disabled = grid.busy || !(grid.marks.undone.length || data.redoable);
    this.fit.textContent = grid.whole ? "Crop" : "Whole";
    this.fit.setAttribute("aria-label", grid.whole ? "Crop photos to squares" : "Show whole photos");
    this.action.hidden = !data.action;
    this.action.textContent = data.action ?? "";
    this.action.disabled = grid.busy;
  }

  drawCounts() {
    const { counts, tiles } = this.grid.data;
    const here = tiles.map((tile) => this.grid.marks.of(tile.id));
    const yes = here.filter((mark) => mark === 1).length;
    const no = here.filter((mark) => mark === -1).length;
    this.counts.replaceChildren(...(counts ? [
      el("span", { className: "vde-yes", textContent: `✓ ${counts.yes + yes} yes` }),
      el("span", { className: "vde-no", textContent: `✕ ${counts.no + no} no` }),
    ] : []));
  }
}

/**
 * @param {string} textContent
 * @param {string} title
 * @param {() => void} act
 */
function quiet(textContent, title, act) {
  const button = el("button", { type: "button", className: "vde-quiet", textContent, title });
  button.addEventListener("click", act);
  return button;
}
