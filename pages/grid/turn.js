// A turn goes over our own route: a page is here sooner than a run of the script could bring it.

import { addressOf } from "./address.js";

const JSON_TYPE = { "Content-Type": "application/json" };
export const SILENT = "The server does not answer. Your clicks are kept in this browser: try again in a moment.";

const SHUT = "You are logged out. Your clicks are kept in this browser: reload this page and log in.";

/**
 * @typedef {import("./contract").MiningGrid} MiningGrid
 * @typedef {import("./contract").Turn["turn"]} TurnName
 */

/**
 * @param {TurnName} turn
 * @param {MiningGrid} data the page that was shown
 * @param {import("./marks.js").Marks} marks
 * @param {number | undefined} threshold that was set and has not come back yet
 * @returns {Promise<{ page?: MiningGrid, problem?: string, moved?: boolean }>} moved: another window
 *   has answered this page
 */
export async function takeTurn(turn, data, marks, threshold) {
  const answers = { yes: marks.all(1), no: marks.all(-1) };
  /** @type {import("./contract").Turn} */
  let body = { turn };
  if (turn === "show") body = { turn, ...answers };
  if (turn === "finish") {
    const shown = data.tiles.map(({ id, reason }) => ({ id, reason }));
    body = { turn, shown, ...answers, unmarked: data.unmarked, round: data.round };
  }
  // Streamlit keeps only the newest of two events that wait for one run of the script.
  if (threshold !== undefined) body.threshold = threshold;
  try {
    const answer = await fetch(addressOf(data.turns), {
      method: "POST", headers: JSON_TYPE, body: JSON.stringify(body),
    });
    const page = await answer.json();
    if (answer.ok) return { page };
    if (turn === "finish" && answer.status === 409) return { moved: true };
    return { problem: answer.status === 401 ? SHUT : page.error };
  } catch {
    return { problem: SILENT };
  }
}

/**
 * Ask whether another window, here or on another machine, has answered this page.
 * @param {MiningGrid} data
 */
export async function hasMoved(data) {
  try {
    const answer = await fetch(addressOf(data.turns), { headers: JSON_TYPE });
    /** @type {import("./contract").Stand} */
    const stand = await answer.json();
    return answer.ok && stand.round !== data.round;
  } catch {
    return false;
  }
}
