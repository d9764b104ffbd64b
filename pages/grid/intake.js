// Pictures dropped on the page or pasted into it become examples. They are made small here, so
// that a 30 MB photo does not travel; what this browser cannot read goes to the server as it is.
// Nothing is refused in silence.

import { el, targetOf } from "./dom.js";

const SIDE = 768;
const MOST = 8;
const LATER = "The next page is on its way: drop or paste it again once that is here.";
const LARGEST = 20 * 2 ** 20; // bytes of a file that is sent as it is

/**
 * @param {import("./grid.js").Grid} grid
 * @param {AbortSignal} signal ends the listening
 */
export function installIntake(grid, signal) {
  /**
   * Whether the page takes it, not what it happens on. A box of text takes what has words: an
   * address, and cells of a table, which come as a picture too.
   * @param {Event} event
   * @param {readonly string[]} kinds
   */
  const ours = (event, kinds) => {
    const target = targetOf(event);
    return grid.data.intake && !target.closest("[data-testid=stFileUploader]")
      && !(target.closest("input, textarea") && kinds.includes("text/plain"));
  };
  /**
   * @param {Event} event
   * @param {DataTransfer | null} given
   */
  const take = (event, given) => {
    if (!given || !ours(event, given.types)) return;
    const address = addressIn(given);
    if (!given.files.length && !address) return;
    event.preventDefault();
    if (grid.busy) return grid.tell(LATER);
    if (given.files.length) takeFiles(grid, [...given.files]);
    else takeAddress(grid, address);
  };
  document.addEventListener("paste", (event) => take(event, event.clipboardData), { signal });
  document.addEventListener("dragover", (event) => {
    const kinds = event.dataTransfer?.types ?? [];
    if (ours(event, kinds) && ["Files", "text/uri-list", "text/html"].some((kind) => kinds.includes(kind))) {
      event.preventDefault();
    }
  }, { signal });
  document.addEventListener("drop", (event) => take(event, event.dataTransfer), { signal });
}

/**
 * @param {import("./grid.js").Grid} grid
 * @param {File[]} files
 */
async function takeFiles(grid, files) {
  // Systems that do not know a kind, such as HEIC, name none.
  const likely = files.filter((file) => !file.type || file.type.startsWith("image/"));
  const pictures = likely.slice(0, MOST);
  const read = await Promise.all(pictures.map((file) => shrink(file).catch(() => asItIs(file))));
  const taken = read.filter((picture) => picture !== null);
  const large = pictures.find((_, at) => read[at] === null);
  const other = files.find((file) => !likely.includes(file));
  grid.tell([
    other ? `“${other.name}” is not a picture.` : "",
    large ? `“${large.name}” is too large to send as it is: save it as a JPEG first.` : "",
    likely.length > MOST ? `The first ${MOST} of ${likely.length} pictures were taken.` : "",
  ].filter(Boolean).join(" "));
  if (taken.length) grid.send({ type: "pictures", pictures: taken });
}

/**
 * A picture of another page, or of our own: browsers give its address, and rarely let us read it.
 * @param {import("./grid.js").Grid} grid
 * @param {string} address
 */
async function takeAddress(grid, address) {
  grid.tell("");
  const near = address.startsWith("data:") || new URL(address).origin === location.origin;
  if (!near) return grid.send({ type: "address", address });
  try {
    const answer = await fetch(address);
    grid.send({ type: "pictures", pictures: [await shrink(await answer.blob())] });
  } catch {
    grid.tell("What was dropped is not a picture that this browser can read.");
  }
}

/**
 * Find the address of what was dragged: of the picture, else of the link.
 * @param {DataTransfer} given
 */
function addressIn(given) {
  const page = new DOMParser().parseFromString(given.getData("text/html"), "text/html");
  const picture = page.querySelector("img")?.getAttribute("src") ?? "";
  const links = given.getData("text/uri-list").split(/\r?\n/).filter((line) => !line.startsWith("#"));
  const pasted = given.getData("text/plain").trim();
  return [picture, links[0] ?? "", pasted].find((text) => /^(https?:|data:image\/)\S+$/.test(text)) ?? "";
}

/** @param {Blob} file */
async function shrink(file) {
  const bitmap = await createImageBitmap(file);
  const scale = Math.min(1, SIDE / Math.max(bitmap.width, bitmap.height));
  const canvas = el("canvas", {
    width: Math.max(1, Math.round(bitmap.width * scale)),
    height: Math.max(1, Math.round(bitmap.height * scale)),
  });
  const context = canvas.getContext("2d");
  if (!context) throw new Error("no canvas");
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL("image/jpeg", 0.92);
}

/**
 * @param {File} file
 * @returns {Promise<string | null>} null where it is too large
 */
async function asItIs(file) {
  if (file.size > LARGEST) return null;
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}
