// The one line of state above the grid, with the round's button.

import { el, quiet } from "./dom.js";
import { JUDGING, KEYS } from "./keys.js";

let bars = 0;

export class Bar {
  /** @param {import("./grid.js").Grid} grid */
  constructor(grid) {
    this.grid = grid;
    this.round = el("strong", { className: "vde-round", role: "status" });
    this.counts = el("span", { className: "vde-counts" });
    this.last = el("span", { className: "vde-last" });
    this.unmarked = quiet("", "", () => this.switchRule());
    this.unmarked.classList.add("vde-unmarked");
    this.undo = quiet("Undo", "z", () => grid.undo());
    this.redo = quiet("Redo", "y", () => grid.redo());
    this.fit = quiet("", "f", () => grid.toggleFit());
    this.keys = quiet("Keys", "?", () => this.toggleHelp());
    this.name = el("span");
    // What the button does beyond its name describes it, so that the name stays the same.
    this.effect = el("small", { className: "vde-effect", id: `vde-effect-${++bars}`, "aria-hidden": "true" });
    this.action = el("button", {
      type: "button", className: "vde-action", "aria-describedby": this.effect.id,
    }, [this.name, " ", this.effect]);
    // The second click of a double one would answer the next page, which nobody has seen.
    this.action.addEventListener("click", (event) => { if (event.detail < 2) grid.finish(); });
    this.advice = el("p", { className: "vde-advice" });
    this.moved = el("p", { className: "vde-moved", role: "status", hidden: true }, [
      "This concept moved on in another window. ",
      quiet("Show its page", "Your clicks here go along", () => grid.ask("show")),
    ]);
    this.help = el("dl", { className: "vde-help", hidden: true });
    this.tools = el("div", { className: "vde-tools" }, [
      this.unmarked, this.undo, this.redo, this.fit, this.keys,
    ]);
    // A phone shows the other buttons on demand: the photos come first.
    this.others = quiet("⋯", "More buttons", () => this.showTools(!this.tools.classList.contains("vde-open")));
    this.others.classList.add("vde-others");
    this.others.setAttribute("aria-label", "More buttons");
    this.root = el("div", { className: "vde-bar" }, [
      this.round, this.counts, this.last, el("span", { className: "vde-space" }),
      this.tools, this.others, this.action, this.moved, this.advice, this.help,
    ]);
    this.showTools(false);
  }

  switchRule() {
    const { grid } = this;
    if (grid.busy || !grid.data.unmarked) return;
    grid.data.unmarked = grid.data.unmarked === "skip" ? "negative" : "skip";
    this.draw();
    grid.send({ type: "unmarked", rule: grid.data.unmarked });
  }

  /** @param {boolean} open */
  showTools(open) {
    this.tools.classList.toggle("vde-open", open);
    this.others.setAttribute("aria-expanded", String(open));
  }

  /** @param {boolean} moved whether another window has answered this page */
  showMoved(moved) { this.moved.hidden = !moved; }

  toggleHelp() {
    const { judging, data } = this.grid;
    const keys = KEYS.filter(([, what = ""]) => judging || !JUDGING.includes(what))
      .filter(([, what]) => what !== "more like this" || data.collection);
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
    // Screen readers tell it when it changes, and only then.
    if (this.round.textContent !== (data.title ?? "")) this.round.textContent = data.title ?? "";
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
    this.fit.hidden = !data.tiles.length;
    this.others.hidden = [...this.tools.children].every((one) => /** @type {HTMLElement} */ (one).hidden);
    this.fit.textContent = grid.whole ? "Squares" : "Whole";
    this.fit.setAttribute("aria-label", grid.whole ? "Crop photos to squares" : "Show whole photos");
    this.advice.textContent = data.insight?.advice ?? "";
    this.action.hidden = !data.action;
    this.name.textContent = data.action ?? "";
    this.effect.textContent = this.effectOf();
    this.action.disabled = grid.busy;
  }

  /** What the page's button will do to photos nobody marked here, or to answers that were changed. */
  effectOf() {
    const { data, marks } = this.grid;
    // Marks on photos that are not shown now are sent, too.
    const ids = new Set([...data.tiles.map(({ id }) => id), ...Object.keys(data.marks ?? {})]);
    const now = [...ids].map((id) => ({ mark: marks.of(id), before: data.marks?.[id] ?? 0 }));
    if (data.unmarked === "negative") {
      const become = now.filter(({ mark }) => mark === 0).length;
      return become ? `(${become} become no)` : "";
    }
    if (data.unmarked) return "";
    const changed = now.filter(({ mark, before }) => mark !== before).length;
    return changed ? `(${changed} changed)` : "";
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
