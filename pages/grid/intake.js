// Pictures dropped on the page or pasted into it become examples. They are made small here, so
// that a 30 MB photo does not travel.

const INTAKE_SIDE = 768;

async function shrunk(file) {
  const bitmap = await createImageBitmap(file);
  const scale = Math.min(1, INTAKE_SIDE / Math.max(bitmap.width, bitmap.height));
  const canvas = el("canvas", {
    width: Math.max(1, Math.round(bitmap.width * scale)),
    height: Math.max(1, Math.round(bitmap.height * scale)),
  });
  const context = canvas.getContext("2d");
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL("image/jpeg", 0.92);
}

function installIntake(grid) {
  const take = async (files) => {
    const pictures = [...files].filter((file) => file.type.startsWith("image/")).slice(0, 8);
    if (!pictures.length || grid.busy) return;
    try {
      grid.send("pictures", { pictures: await Promise.all(pictures.map(shrunk)) });
    } catch {
      grid.note.textContent = "That file is not a picture this browser can read.";
    }
  };
  const uploader = (event) => event.target.closest?.("[data-testid=stFileUploader], input, textarea");
  const listeners = {
    paste: (event) => { if (grid.data.intake && event.clipboardData) take(event.clipboardData.files); },
    dragover: (event) => {
      if (grid.data.intake && event.dataTransfer.types.includes("Files") && !uploader(event)) event.preventDefault();
    },
    drop: (event) => {
      if (!grid.data.intake || uploader(event) || !event.dataTransfer.files.length) return;
      event.preventDefault();
      take(event.dataTransfer.files);
    },
  };
  for (const [name, listener] of Object.entries(listeners)) document.addEventListener(name, listener);
  return () => {
    for (const [name, listener] of Object.entries(listeners)) document.removeEventListener(name, listener);
  };
}
