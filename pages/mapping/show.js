// What Streamlit calls at every run: keep one map per place on the page, give it the new data.

import { PhotoMap } from "./map.js";

/** @type {WeakMap<HTMLElement, PhotoMap>} */
const maps = new WeakMap();

/**
 * @param {{
 *   parentElement: HTMLElement,
 *   data: import("./contract").MapData,
 *   setTriggerValue: (name: "event", value: import("./contract").MapEvent) => void,
 * }} component
 */
export default function show({ parentElement, data, setTriggerValue }) {
  let map = maps.get(parentElement);
  if (!map || !map.root.isConnected) {
    map?.destroy();
    map = new PhotoMap(parentElement);
    maps.set(parentElement, map);
  }
  map.update(data, (event) => setTriggerValue("event", event));
  const shown = map;
  return () => {
    shown.destroy();
    maps.delete(parentElement);
  };
}
