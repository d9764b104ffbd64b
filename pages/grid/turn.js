// A turn goes over our own route: a page is here sooner than a run of the script could bring it.

import { addressOf } from "./address.js";

const SILENT = "The server does not answer. Your clicks are kept in this browser: try again in a moment.";

/**
 * @param {"finish" | "undo" | "redo"} turn
 * @param {import("./contract").MiningGrid} data the page that was shown
 * @param {import("./marks.js").Marks} marks
 * @returns {Promise<{ page?: import("./contract").MiningGrid, problem?: string }>}
 */
export async function takeTurn(turn, data, marks) {
  /** @type {import("./contract").Turn} */
  const body = turn !== "finish" ? { turn } : {
    turn,
    shown: data.tiles.map(({ id, reason }) => ({ id, reason })),
    yes: marks.all(1),
    no: marks.all(-1),
    unmarked: data.unmarked,
  };
  try {
    const answer = await fetch(addressOf(data.turns), {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
    });
    const page = await answer.json();
    return answer.ok ? { page } : { problem: page.error };
  } catch {
    return { problem: SILENT };
  }
}
