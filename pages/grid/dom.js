// Small helpers for the page: elements, and what this browser remembers. Ids, captions and
// addresses are data: they reach the DOM through textContent and properties only, never as HTML.

const SVG = "http://www.w3.org/2000/svg";
/** @typedef {{ [name: string]: unknown }} Properties */

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Properties} properties set as properties where there is one of the name, else as attributes
 * @param {Array<Node | string>} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function el(tag, properties = {}, children = []) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in node && !name.includes("-")) Reflect.set(node, name, value);
    else node.setAttribute(name, String(value));
  }
  node.append(...children);
  return node;
}

/**
 * A button that does not call for attention.
 * @param {string} textContent
 * @param {string} title
 * @param {() => void} act
 */
export function quiet(textContent, title, act) {
  const button = el("button", { type: "button", className: "vde-quiet", textContent, title });
  button.addEventListener("click", act);
  return button;
}

/**
 * @param {string} tag
 * @param {Properties} attributes
 */
export function svg(tag, attributes = {}) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
  return node;
}

/**
 * The element an event happened on.
 * @param {Event} event
 */
export function targetOf(event) {
  return event.target instanceof Element ? event.target : document.body;
}

/** Whether Streamlit sends what it is given: without its server it forgets it. */
export function isConnected() {
  const app = document.querySelector("[data-test-connection-state]");
  return !app || app.getAttribute("data-test-connection-state") === "CONNECTED";
}

// Storage may be closed to us: then things live as long as the page.

/** @param {string} key */
export function recall(key) {
  try { return localStorage.getItem(key); } catch { return null; }
}

/**
 * @param {string} key
 * @param {string | null} value null forgets
 */
export function remember(key, value) {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch { /* as above */ }
}
