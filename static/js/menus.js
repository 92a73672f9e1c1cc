// Menus are <details class="mn-menu">: they open without this script. It closes them by Escape, by a click elsewhere and by
// leaving them with Tab, and moves between their entries by the arrow keys. The side's menu button on narrow screens too.

const entries = (menu) => [...menu.querySelectorAll(".mn-menu-panel :is(a, button):not([disabled])")];
const openMenus = () => document.querySelectorAll("details.mn-menu[open]");

function close(menu, focus = false) {
  menu.open = false;
  if (focus) menu.querySelector("summary").focus();
}

// Rows of links that are wider than a narrow screen begin where the current one is seen.
for (const link of document.querySelectorAll(":is(.mn-settings-nav, .mn-tabs) [aria-current]")) {
  const row = link.closest(".mn-settings-nav, .mn-tabs");
  row.scrollLeft += link.getBoundingClientRect().left - row.getBoundingClientRect().left - (row.clientWidth - link.offsetWidth) / 2;
}

addEventListener("click", (event) => {
  for (const menu of openMenus()) if (!menu.contains(event.target)) close(menu);
  const button = event.target.closest("[data-side]");
  if (!button) return;
  const opened = document.getElementById(button.getAttribute("aria-controls")).classList.toggle("is-open");
  button.setAttribute("aria-expanded", String(opened));
});

addEventListener("focusin", (event) => {
  for (const menu of openMenus()) if (!menu.contains(event.target)) close(menu);
});

addEventListener("keydown", (event) => {
  const menu = event.target.closest?.("details.mn-menu");
  if (!menu) return;
  if (event.key === "Escape" && menu.open) {
    close(menu, true);
    event.preventDefault();
  }
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  event.preventDefault();
  menu.open = true;
  const all = entries(menu);
  const step = event.key === "ArrowDown" ? 1 : -1;
  const at = all.indexOf(document.activeElement);
  all[at < 0 ? (step > 0 ? 0 : all.length - 1) : (at + step + all.length) % all.length]?.focus();
});
