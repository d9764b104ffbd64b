// Pictures that come as soon as they can: one asked for while the server is gone is asked for again.

import { addressOf } from "./address.js";

const [FIRST, LONGEST] = [500, 8000]; // milliseconds between two questions
const TRIES = 3; // of a picture that the server has, and that does not arrive
const AWAY = [502, 503, 504]; // what a proxy says for a server that is gone

/**
 * @param {HTMLImageElement} img
 * @param {string} address as in the contract
 * @param {() => void} failed called where there is no such picture
 */
export function showPicture(img, address, failed) {
  const whole = addressOf(address);
  const wanted = () => img.src === whole;
  let tries = TRIES;
  img.onerror = async () => {
    const there = await isThere(whole, () => wanted() && img.isConnected);
    if (!wanted()) return;
    if (there && tries-- > 0) img.src = whole;
    else failed();
  };
  img.src = whole;
}

/**
 * Tell whether our server has something; while it does not answer, ask again. Streamlit learns
 * later that it is gone, and later that it is back.
 * @param {string} address
 * @param {() => boolean} wanted whether anybody still waits
 */
async function isThere(address, wanted) {
  if (new URL(address).origin !== location.origin) return false;
  for (let pause = FIRST; wanted(); pause = Math.min(pause * 2, LONGEST)) {
    const answer = await fetch(address).catch(() => null);
    answer?.body?.cancel();
    if (answer && !AWAY.includes(answer.status)) return answer.ok;
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
  return false;
}
