// A file or a link dropped where nothing takes it would be opened in place of the app. What takes
// one has said so before the event comes here; boxes of text take links as text.
if (!window.vdeDrops) {
  window.vdeDrops = true;
  const refuse = (event) => {
    const given = event.dataTransfer?.types ?? [];
    const leads = given.includes("Files")
      || (given.includes("text/uri-list") && !event.target.closest?.("input, textarea"));
    if (event.defaultPrevented || !leads) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "none";
  };
  window.addEventListener("dragover", refuse);
  window.addEventListener("drop", refuse);
}
