// The one line of state above the grid, with the round's button.

class Bar {
  constructor(grid) {
    this.grid = grid;
    this.round = el("strong", { className: "vde-round" });
    this.counts = el("span", { className: "vde-counts" });
    this.last = el("span", { className: "vde-last" });
    this.unmarked = el("button", { type: "button", className: "vde-quiet vde-unmarked" });
    this.unmarked.addEventListener("click", () => {
      if (grid.busy) return;
      const rule = grid.data.unmarked === "skip" ? "negative" : "skip";
      grid.data.unmarked = rule;
      this.draw();
      grid.send("unmarked", { rule });
    });
    this.undo = el("button", { type: "button", className: "vde-quiet", textContent: "Undo", title: "z" });
    this.undo.addEventListener("click", () => grid.undo());
    this.redo = el("button", { type: "button", className: "vde-quiet", textContent: "Redo", title: "y" });
    this.redo.addEventListener("click", () => grid.redo());
    this.fit = el("button", { type: "button", className: "vde-quiet", title: "f" });
    this.fit.addEventListener("click", () => grid.toggleFit());
    this.keys = el("button", { type: "button", className: "vde-quiet", textContent: "Keys", title: "?" });
    this.keys.addEventListener("click", () => this.toggleHelp());
    this.action = el("button", { type: "button", className: "vde-action" });
    this.action.addEventListener("click", () => grid.finish());
    this.help = el("dl", { className: "vde-help", hidden: true });
    this.root = el("div", { className: "vde-bar" }, [
      this.round, this.counts, this.last, el("span", { className: "vde-space" }),
      this.unmarked, this.undo, this.redo, this.fit, this.keys, this.action, this.help,
    ]);
  }

  toggleHelp() {
    const keys = KEYS.filter(([key]) => key !== "m" || this.grid.data.like);
    this.help.replaceChildren(...keys.flatMap(([key, what]) => [
      el("dt", { textContent: key }), el("dd", { textContent: what }),
    ]));
    this.help.hidden = !this.help.hidden;
    this.keys.setAttribute("aria-expanded", String(!this.help.hidden));
  }

  draw() {
    const { grid } = this;
    const { data } = grid;
    if (!data) return;
    const marks = [...grid.marks.entries()].filter(([id]) => grid.tiles.has(id));
    const yes = marks.filter(([, mark]) => mark === 1).length;
    const no = marks.filter(([, mark]) => mark === -1).length;
    this.round.textContent = data.title;
    if (data.round != null) this.round.dataset.round = data.round;
    else delete this.round.dataset.round;
    const counts = data.counts;
    this.counts.replaceChildren(...(counts ? [
      el("span", { className: "vde-yes", textContent: `✓ ${counts.yes + yes} yes` }),
      el("span", { className: "vde-no", textContent: `✕ ${counts.no + no} no` }),
    ] : []));
    this.last.textContent = data.last || "";
    this.unmarked.hidden = !data.unmarked;
    this.unmarked.textContent = `Unmarked means: ${data.unmarked === "negative" ? "no" : "skip"}`;
    this.unmarked.setAttribute("aria-pressed", String(data.unmarked === "negative"));
    this.undo.hidden = this.redo.hidden = this.keys.hidden = !data.judging;
    this.undo.disabled = grid.busy || !(grid.done.length || data.canUndo);
    this.redo.disabled = grid.busy || !(grid.undone.length || data.canRedo);
    this.fit.textContent = grid.whole ? "Crop" : "Whole";
    this.fit.setAttribute("aria-label", grid.whole ? "Crop photos to squares" : "Show whole photos");
    this.action.hidden = !data.action;
    this.action.textContent = data.action || "";
    this.action.disabled = Boolean(grid.busy);
    this.root.hidden = !data.title;
  }
}
