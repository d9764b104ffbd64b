// Where the app is: behind a proxy it may lie below a path, which only the browser knows.

// This file is served as <root>/grid/<version>/address.js.
const ROOT = new URL("../../", import.meta.url);

/**
 * Make an address of the contract whole.
 * @param {string} path relative to the app's root; whole addresses stay as they are
 */
export function addressOf(path) {
  return new URL(path, ROOT).href;
}
