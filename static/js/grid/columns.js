// Which columns are shown. The choice is remembered in the browser, for each user and batch.

function remembered(name) {
  try {
    return new Set(JSON.parse(localStorage.getItem(name)) ?? []);
  } catch {
    return new Set();
  }
}

export function offerColumns(form, table) {
  const menu = form.querySelector("[data-grid-columns]");
  const panel = menu.querySelector(".mn-menu-panel");
  const name = `mino.hidden-columns.${form.dataset.remember}`;
  const hidden = remembered(name);
  for (const column of table.getColumns()) {
    const { key, title } = column.getDefinition();
    if (!key || key === "site") continue;
    if (hidden.has(key)) column.hide();
    const box = document.createElement("input");
    box.type = "checkbox";
    box.className = "form-check-input";
    box.checked = !hidden.has(key);
    box.addEventListener("change", () => {
      if (box.checked) {
        hidden.delete(key);
        column.show();
      } else {
        hidden.add(key);
        column.hide();
      }
      localStorage.setItem(name, JSON.stringify([...hidden]));
    });
    const word = document.createElement("span");
    word.className = "form-check-label";
    word.textContent = title;
    const label = document.createElement("label");
    label.className = "form-check mn-columns-one";
    label.append(box, word);
    panel.append(label);
  }
  menu.hidden = false;
}
