// Where the agent found the values of a row, shown in a dialog. Without scripts the link leads to a page of its own.

export function showSources(form) {
  const dialog = document.getElementById("grid-sources");
  const body = dialog.querySelector("[data-grid-sources]");
  form.addEventListener("click", async (event) => {
    const link = event.target.closest("a[data-sources]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    try {
      const response = await fetch(link.href, { headers: { "X-Requested-With": "fetch" } });
      if (!response.ok) throw new Error(`${response.status}`);
      body.innerHTML = await response.text();
      dialog.showModal();
    } catch {
      location.assign(link.href);
    }
  });
}
