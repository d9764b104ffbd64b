// The labelling grid: a page of tiles, its marks, and the way to the server. Clicks stay in the
// browser; the server hears of them once, when a page is finished. Ids, captions and addresses are
// data: they reach the DOM through textContent and properties only, never as HTML.

const NEXT_MARK = { 0: 1, 1: -1, "-1": 0 };
const MARK_NAME = { 0: "", 1: "positive", "-1": "negative" };
const MARK_WORD = { 0: "unmarked", 1: "yes", "-1": "no" };
const REASON_HINT = {
  top: "the classifier believes in it most",
  boundary: "the classifier is in doubt",
  random: "drawn at random",
  explore: "from a part of the collection nobody has judged",
  audit: "",
};

function el(tag, props = {}, children = []) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name in node && !name.includes("-")) node[name] = value;
    else node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

function remembered(key) {
  try { return localStorage.getItem(key); } catch { return null; }
}

class Grid {
  constructor(parent) {
    this.marks = new Map(); // photo id -> 1 | -1; what is not here is unmarked
    this.tiles = new Map(); // photo id -> {cell, button, like, ...}
    this.undone = [];
    this.done = [];
    this.focus = 0;
    this.whole = remembered("vde:whole") === "yes";
    this.bar = new Bar(this);
    this.list = el("div", { className: "vde-tiles", role: "group", "aria-label": "Photos" });
    this.note = el("p", { className: "vde-note" });
    this.live = el("div", { className: "vde-live", role: "status", "aria-live": "polite" });
    this.sentinel = el("div", { className: "vde-sentinel" });
    this.insight = new Insight(this);
    this.viewer = new Viewer(this);
    this.root = el("section", { className: "vde" }, [
      this.bar.root, this.note, this.list, this.sentinel, this.insight.root, this.viewer.root, this.live,
    ]);
    parent.append(this.root);
    this.root.dataset.whole = this.whole;
    this.onKey = (event) => handleKey(this, event);
    this.onResize = () => this.layout();
    window.addEventListener("keydown", this.onKey);
    window.addEventListener("resize", this.onResize);
    installPointer(this);
    this.stopIntake = installIntake(this);
    this.observer = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) this.more();
    }, { rootMargin: "600px" });
    this.observer.observe(this.sentinel);
  }

  destroy() {
    window.removeEventListener("keydown", this.onKey);
    window.removeEventListener("resize", this.onResize);
    this.observer.disconnect();
    this.stopIntake();
    this.root.remove();
  }

  get order() { return this.data.tiles.map((tile) => tile.id); }
  get storageKey() { return `vde:marks:${this.data.key}`; }

  // What a script run brings. A turn of ours may have brought a later page meanwhile.
  update(data, send) {
    this.send = (type, value = {}) => send("event", { type, ...value, nonce: Date.now() });
    if (!this.data || !(data.made < this.data.made)) this.show(data);
  }

  show(data) {
    performance.mark("vde:received");
    const fresh = !this.data || this.data.key !== data.key;
    if (fresh && this.data) this.forget(); // the page before was answered: its clicks are stored
    this.data = data;
    this.asked = false;
    if (fresh) this.begin();
    this.setBusy(Boolean(this.turning));
    this.warn(data.error || "", data.note);
    this.draw();
    if (fresh && this.list.getBoundingClientRect().top < 0) this.root.scrollIntoView();
    requestAnimationFrame(() => requestAnimationFrame(() => {
      performance.mark("vde:painted", { detail: { key: data.key, timing: data.timing } });
      for (const src of data.prefetch || []) new Image().src = src;
      // The script of the page takes over what a turn has brought.
      if (data.ticket) this.send("turned", { ticket: data.ticket });
    }));
  }

  warn(error, note = "") {
    this.note.textContent = error || note;
    this.note.classList.toggle("vde-error", Boolean(error));
  }

  // A new page: marks the server knows, then the clicks this browser had not sent yet.
  begin() {
    this.marks = new Map(Object.entries(this.data.marks || {}));
    this.done = [];
    this.undone = [];
    this.focus = 0;
    try {
      const unsent = JSON.parse(remembered(this.storageKey) || "null");
      if (unsent) this.marks = new Map(Object.entries(unsent));
    } catch { /* not ours: start without */ }
  }

  keep() {
    try {
      localStorage.setItem(this.storageKey, JSON.stringify(Object.fromEntries(this.marks)));
    } catch { /* storage is closed to us: marks live as long as the page */ }
  }

  forget() {
    try { localStorage.removeItem(this.storageKey); } catch { /* as above */ }
  }

  draw() {
    const wanted = new Set(this.order);
    for (const [id, entry] of this.tiles) {
      if (!wanted.has(id)) { entry.cell.remove(); this.tiles.delete(id); }
    }
    this.data.tiles.forEach((tile, index) => {
      const entry = this.tiles.get(tile.id) || makeTile(tile, index > 60);
      this.tiles.set(tile.id, entry);
      dressTile(entry, tile, this.data);
      if (this.list.children[index] !== entry.cell) {
        this.list.insertBefore(entry.cell, this.list.children[index] || null);
      }
    });
    this.layout();
    this.paintMarks();
    this.insight.draw(this.data.insight);
  }

  // As many columns as let the whole page be seen at once, tiles never under 150 px.
  layout() {
    const width = this.list.clientWidth;
    if (!width || !this.data) return;
    const count = this.data.tiles.length;
    let columns = width < 520 ? 2 : Math.min(5, Math.max(3, Math.floor(width / 180)));
    if (width >= 520 && this.data.mode !== "results") {
      const room = window.innerHeight * 0.9;
      const most = Math.max(columns, Math.floor(width / 150));
      while (columns < most && Math.ceil(count / columns) * (width / columns) > room) columns += 1;
    } else if (width >= 520) columns = Math.max(columns, Math.floor(width / 190));
    this.columns = columns;
    this.list.style.setProperty("--vde-columns", columns);
  }

  paintMarks() {
    this.data.tiles.forEach((tile, index) => {
      const { button, badge } = this.tiles.get(tile.id);
      const mark = this.marks.get(tile.id) || 0;
      button.dataset.label = MARK_NAME[mark];
      badge.textContent = { 1: "✓", "-1": "✕", 0: "" }[mark];
      button.tabIndex = index === this.focus ? 0 : -1;
      const state = this.data.judging ? `, ${MARK_WORD[mark]}` : "";
      button.setAttribute("aria-label", `${tile.name || "Photo"} ${tile.rank}${state}`);
    });
    this.bar.draw();
    this.viewer.paint();
  }

  // Every change of marks is one step that can be taken back.
  apply(changes) {
    const step = changes
      .map(([id, mark]) => [id, this.marks.get(id) || 0, mark])
      .filter(([, before, after]) => before !== after);
    if (!this.data.judging || this.busy || !step.length) return;
    this.done.push(step);
    this.undone = [];
    this.set(step.map(([id, , after]) => [id, after]));
    if (step.length === 1) this.say(`${MARK_WORD[step[0][2]]}`);
    else this.say(`${step.length} photos ${MARK_WORD[step[0][2]]}`);
  }

  set(pairs) {
    for (const [id, mark] of pairs) {
      if (mark) this.marks.set(id, mark);
      else this.marks.delete(id);
    }
    this.keep();
    this.paintMarks();
  }

  undo() {
    const step = this.done.pop();
    if (step) {
      this.undone.push(step);
      this.set(step.map(([id, before]) => [id, before]));
    } else if (this.data.canUndo && !this.busy) this.ask("undo");
  }

  redo() {
    const step = this.undone.pop();
    if (step) {
      this.done.push(step);
      this.set(step.map(([id, , after]) => [id, after]));
    } else if (this.data.canRedo && !this.busy) this.ask("redo");
  }

  move(to) {
    const count = this.data.tiles.length;
    if (!count) return;
    this.focus = Math.max(0, Math.min(count - 1, to));
    this.paintMarks();
    const { button } = this.tiles.get(this.order[this.focus]);
    button.focus({ preventScroll: true });
    button.scrollIntoView({ block: "nearest" });
  }

  finish() {
    if (this.busy || !this.data.action) return;
    performance.mark("vde:next");
    this.ask("finish", { marks: Object.fromEntries(this.marks) });
  }

  ask(type, value = {}) {
    this.setBusy(true);
    if (this.data.turns) this.turn(type);
    else this.send(type, { key: this.data.key, round: this.data.round, ...value });
  }

  // Over our own route a page is here sooner than a run of the script could bring it.
  async turn(type) {
    const marked = (wanted) => [...this.marks].filter(([, mark]) => mark === wanted).map(([id]) => id);
    const body = type !== "finish" ? { turn: type } : {
      turn: type,
      shown: this.data.tiles.map(({ id, reason }) => ({ id, reason })),
      yes: marked(1),
      no: marked(-1),
      unmarked: this.data.unmarked,
    };
    this.turning = true;
    let page = null;
    let problem = "";
    try {
      const answer = await fetch(this.data.turns, {
        method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
      });
      page = await answer.json();
      if (!answer.ok) problem = page.error;
    } catch {
      problem = "The server does not answer. Your clicks are kept in this browser: try again in a moment.";
    }
    this.turning = false;
    if (!problem) return this.show(page);
    this.setBusy(false);
    this.warn(problem);
  }

  // The name of the collection goes along: the page that looks for more may show another one.
  moreLike(id) {
    if (!this.data.like || this.busy || !id) return;
    this.viewer.close();
    this.send("like", { id, collection: this.data.like });
  }

  more() {
    if (!this.data || !this.data.more || this.asked) return;
    this.asked = true;
    this.send("more", { shown: this.data.tiles.length });
  }

  toggleFit() {
    this.whole = !this.whole;
    try { localStorage.setItem("vde:whole", this.whole ? "yes" : "no"); } catch { /* as above */ }
    this.root.dataset.whole = this.whole;
    this.bar.draw();
  }

  setBusy(busy) {
    this.busy = busy;
    this.root.setAttribute("aria-busy", String(busy));
    this.bar.draw();
  }

  say(text) { this.live.textContent = text; }
}
