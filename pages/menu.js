// In a narrow window Streamlit's menu lies over the page. Its links close it on phones alone; here
// they do wherever it is open.
if (!window.vdeMenu) {
  window.vdeMenu = true;
  document.addEventListener("click", ({ target }) => {
    if (!target.closest("[data-testid=stSidebarNavLink]")) return;
    setTimeout(() => document.querySelector("[data-testid=stSidebarCollapseButton] button")?.click());
  });
}
