// Pictures dropped on the page or pasted into it become examples. They are made small here, so
// that a 30 MB photo does not travel.

import { el, targetOf } from "./dom.js";

const INTAKE_SIDE = 768;

/** @param {File} file */
async function shrink(file) {
  const bitmap = await createImageBitmap(file);
  const scale = Math.min(1, INTAKE_SIDE / Math.max(bitmap.width, bitmap.height));
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
 * @param {import("./grid.js").Grid} grid
 * @param {AbortSignal} signal ends the listening
 */
export function installIntake(grid, signal) {
  /** @param {FileList} files */
  const take = async (files) => {
    const pictures = [...files].filter((file) => file.type.startsWith("image/")).slice(0, 8);
    if (!pictures.length || grid.busy) return;
    try {
      grid.send({ type: "pictures", pictures: await Promise.all(pictures.map(shrink)) });
    } catch {
      grid.warn("That file is not a picture this browser can read.");
    }
  };
  /** @param {Event} event */
  const ours = (event) => grid.data.intake
    && !targetOf(event).closest("[data-testid=stFileUploader], input, textarea");
  document.addEventListener("paste", (event) => {
    if (grid.data.intake && event.clipboardData) take(event.clipboardData.files);
  }, { signal });
  document.addEventListener("dragover", (event) => {
    if (ours(event) && event.dataTransfer?.types.includes("Files")) event.preventDefault();
  }, { signal });
  document.addEventListener("drop", (event) => {
    if (!ours(event) || !event.dataTransfer?.files.length) return;
    event.preventDefault();
    take(event.dataTransfer.files);
  }, { signal });
}
