// What Streamlit calls at every run: keep one grid per place on the page, give it the new data.

const grids = new WeakMap();

export default function (component) {
  const { parentElement, data, setTriggerValue } = component;
  let grid = grids.get(parentElement);
  if (!grid || !grid.root.isConnected) {
    grid = new Grid(parentElement);
    grids.set(parentElement, grid);
  }
  grid.update(data, setTriggerValue);
  return () => {
    grid.destroy();
    grids.delete(parentElement);
  };
}
