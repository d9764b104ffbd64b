// The focus of those who work by keys. While a page is answered its button is disabled, then its
// tiles are gone: by itself the focus would be lost with them.

export class HeldFocus {
  /** @param {import("./grid.js").Grid} grid */
  constructor(grid) {
    this.grid = grid;
    /** @type {Element | null} */
    this.held = null;
  }

  /** Note what has the focus: a photo, or a button that keys have led to. After a click space is for photos. */
  note() {
    const { list, root } = this.grid;
    const here = document.activeElement;
    const led = list.contains(here) || (root.contains(here) && here?.matches(":focus-visible"));
    this.held = led ? here : null;
  }

  /** Give it back once the answer is there: to its button, or to the first photo. */
  giveBack() {
    const { grid, held } = this;
    if (grid.busy) return;
    this.held = null;
    if (!held || document.activeElement !== document.body) return;
    const photo = grid.tiles.get(grid.order[grid.focus] ?? "")?.button;
    const stays = held instanceof HTMLButtonElement && !held.disabled && grid.bar.root.contains(held);
    (stays ? held : photo)?.focus({ preventScroll: true });
  }
}
