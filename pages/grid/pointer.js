// Pointer: a click cycles, shift-click and a mouse drag mark a range. Fingers scroll, taps click.
function installPointer(grid) {
  let start = null;
  let dragged = null;
  const indexOf = (target) => {
    const cell = target && target.closest && target.closest(".vde-cell");
    return cell && grid.list.contains(cell) ? grid.order.indexOf(cell.firstChild.dataset.photoId) : -1;
  };
  const range = (from, to, mark) => {
    const [low, high] = from < to ? [from, to] : [to, from];
    return grid.order.slice(low, high + 1).map((id) => [id, mark]);
  };
  grid.list.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "mouse" || event.button !== 0 || event.shiftKey) return;
    if (event.target.closest(".vde-like")) return;
    start = indexOf(event.target);
    dragged = null;
  });
  grid.list.addEventListener("pointerover", (event) => {
    if (start === null || start < 0 || !(event.buttons & 1)) return;
    const over = indexOf(event.target);
    if (over < 0 || (over === start && dragged === null)) return;
    dragged = over;
    grid.order.forEach((id, index) => {
      const inside = index >= Math.min(start, over) && index <= Math.max(start, over);
      grid.tiles.get(id).button.classList.toggle("vde-ranging", inside);
    });
  });
  window.addEventListener("pointerup", () => {
    if (start !== null && start >= 0 && dragged !== null) {
      const mark = NEXT_MARK[grid.marks.get(grid.order[start]) || 0] || 1;
      grid.tiles.forEach(({ button }) => button.classList.remove("vde-ranging"));
      grid.apply(range(start, dragged, mark));
      grid.dragEnded = performance.now();
    }
    start = null;
  });
  grid.list.addEventListener("click", (event) => {
    const index = indexOf(event.target);
    if (index < 0 || performance.now() - (grid.dragEnded || -1e9) < 50) return;
    const id = grid.order[index];
    if (event.target.closest(".vde-like")) {
      grid.moreLike(id);
      return;
    }
    const anchor = grid.anchor ?? index;
    grid.focus = index;
    if (!grid.data.judging) grid.viewer.open(index);
    else if (event.shiftKey) grid.apply(range(anchor, index, grid.marks.get(grid.order[anchor]) || 1));
    else grid.apply([[id, NEXT_MARK[grid.marks.get(id) || 0]]]);
    grid.anchor = index;
    grid.paintMarks();
  });
}
