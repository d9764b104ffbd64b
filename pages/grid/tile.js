// One tile: the picture with what is written on it, and the control beside it.

import { el } from "./dom.js";
import { showPicture } from "./picture.js";
import { REASON_HINT } from "./words.js";

/** @typedef {ReturnType<typeof makeTile>} Entry */

/**
 * @param {import("./contract").GridTile} tile
 * @param {boolean} lazy
 */
export function makeTile(tile, lazy) {
  const img = el("img", { loading: lazy ? "lazy" : "eager", alt: "", decoding: "async", draggable: false });
  const badge = el("span", { className: "vde-mark", "aria-hidden": "true" });
  const reason = el("span", { className: "vde-reason" });
  const rank = el("span", { className: "vde-rank" });
  const score = el("span", { className: "vde-score" });
  const dead = el("span", { className: "vde-dead", dir: "auto" });
  const button = el("button", { className: "vde-tile", type: "button" }, [
    img, dead, rank, score, reason, badge,
  ]);
  button.dataset.photoId = tile.id;
  // Beside the tile's button, not in it: buttons hold no buttons. Keys reach them as well.
  const like = el("button", {
    className: "vde-like", type: "button", tabIndex: -1, textContent: "≈", title: "More like this (m)",
  });
  const large = el("button", {
    className: "vde-large", type: "button", tabIndex: -1, textContent: "⤢", title: "Large picture (space)",
  });
  const cell = el("div", { className: "vde-cell" }, [button, large, like]);
  img.addEventListener("load", () => { button.dataset.state = "loaded"; });
  button.dataset.state = "loading";
  // The stored thumbnail first, then the picture's own address, then an honest empty tile.
  const empty = () => { button.dataset.state = "dead"; };
  showPicture(img, tile.src, () => (tile.fallback ? showPicture(img, tile.fallback, empty) : empty()));
  return { cell, button, large, like, img, dead, badge, reason, rank, score };
}

/**
 * @param {Entry} entry
 * @param {import("./contract").GridTile} tile
 * @param {import("./contract").GridData} data
 */
export function dressTile(entry, tile, data) {
  entry.button.dataset.reason = tile.reason;
  entry.reason.textContent = tile.reason;
  entry.reason.title = REASON_HINT[tile.reason] || tile.reason;
  entry.rank.textContent = String(tile.rank);
  entry.score.textContent = tile.score;
  entry.large.setAttribute("aria-label", `Photo ${tile.rank} large`);
  entry.like.hidden = !data.collection;
  entry.like.setAttribute("aria-label", `More like photo ${tile.rank}`);
  entry.button.title = data.mode === "audit" ? "" : tile.caption;
  entry.dead.textContent = `Picture not available\n${entry.button.title}`;
}
