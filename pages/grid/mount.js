// What Streamlit calls at every run: keep one grid per place on the page, give it the new data.

import { Grid } from "./grid.js";

/** @type {WeakMap<HTMLElement, Grid>} */
const grids = new WeakMap();

/**
 * @param {{
 *   parentElement: HTMLElement,
 *   data: import("./contract").GridData,
 *   setTriggerValue: (name: "event", value: import("./contract").Told) => void,
 * }} component
 */
export default function mount({ parentElement, data, setTriggerValue }) {
  let grid = grids.get(parentElement);
  if (!grid || !grid.root.isConnected) {
    grid?.destroy();
    grid = new Grid(parentElement);
    grids.set(parentElement, grid);
  }
  const mounted = grid;
  grid.update(data, (event) => setTriggerValue("event", { page: mounted.data.key, event }));
  return () => {
    mounted.destroy();
    grids.delete(parentElement);
  };
}
