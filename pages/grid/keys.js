// What every key does.

const KEYS = [
  ["← → ↑ ↓", "move"], ["1 or p", "yes"], ["2 or n", "no"], ["0 or x", "clear"],
  ["a", "all yes"], ["i", "invert"], ["Enter", "finish the page"], ["z", "undo"], ["y", "redo"],
  ["space", "large picture"], ["m", "more like this"], ["f", "whole or cropped"], ["shift-click, drag", "mark a range"], ["?", "these keys"],
];

function handleKey(grid, event) {
  const typing = event.target.closest && event.target.closest("input, textarea, select, [contenteditable]");
  if (typing || event.altKey || event.metaKey || !grid.data || !grid.root.isConnected) return;
  if (event.ctrlKey && !"zy".includes(event.key)) return;
  const elsewhere = event.target.closest && event.target.closest("button, a, [role=button], [role=slider]");
  const outside = elsewhere && !grid.list.contains(event.target);
  const id = grid.order[grid.focus];
  const mark = (value) => () => id && grid.apply([[id, value]]);
  const actions = {
    ArrowRight: () => grid.move(grid.focus + 1),
    ArrowLeft: () => grid.move(grid.focus - 1),
    ArrowDown: () => grid.move(grid.focus + grid.columns),
    ArrowUp: () => grid.move(grid.focus - grid.columns),
    1: mark(1), p: mark(1), 2: mark(-1), n: mark(-1), 0: mark(0), x: mark(0),
    a: () => grid.apply(grid.order.map((photo) => [photo, 1])),
    i: () => grid.apply(grid.order.map((photo) => [photo, -(grid.marks.get(photo) || 0)])),
    z: () => grid.undo(),
    y: () => grid.redo(),
    " ": () => grid.viewer.toggle(),
    Enter: () => (grid.viewer.isOpen ? grid.viewer.close() : grid.finish()),
    Escape: () => grid.viewer.close(),
    f: () => grid.toggleFit(),
    m: () => grid.moreLike(id),
    "?": () => grid.bar.toggleHelp(),
  };
  if (outside && !grid.viewer.isOpen && [" ", "Enter"].includes(event.key)) return;
  if (outside && event.target.getAttribute("role") === "slider") return;
  const action = actions[event.key];
  if (!action) return;
  event.preventDefault();
  event.stopPropagation();
  action();
}
