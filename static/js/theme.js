// Chooses the theme before anything is painted: a small blocking script, so that a dark page never flashes white.
// What was chosen is remembered in this browser; "system" follows the system, also when that changes.
(() => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const key = "mino-theme";

  function chosen() {
    try {
      const choice = localStorage.getItem(key);
      return choice === "light" || choice === "dark" ? choice : "system";
    } catch {
      return "system"; // storage is switched off
    }
  }

  function remember(choice) {
    try {
      localStorage.setItem(key, choice);
    } catch {
      // The choice then lasts as long as the page.
    }
  }

  function show(choice) {
    root.dataset.bsTheme = choice === "system" ? (dark.matches ? "dark" : "light") : choice;
    for (const button of document.querySelectorAll("[data-theme-choice]")) {
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === choice));
    }
    dispatchEvent(new Event("mino:theme"));
  }

  root.classList.add("has-scripts");
  show(chosen());
  addEventListener("DOMContentLoaded", () => show(chosen()));
  dark.addEventListener("change", () => show(chosen()));
  addEventListener("storage", (event) => event.key === key && show(chosen()));
  addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-choice]");
    if (!button) return;
    remember(button.dataset.themeChoice);
    show(button.dataset.themeChoice);
  });
})();
