// Which rows are chosen. Rows out of view are not in the document, so the form is told of the chosen ones when it is sent.
// It hears `mino:chosen` with `{count, everything}` whenever that changes.

// Numbers as spans, `1-50,60`: a form holds only so many fields.
function spans(numbers) {
  const found = [];
  for (const number of [...numbers].sort((one, other) => one - other)) {
    const last = found.at(-1);
    if (last && last[1] === number - 1) last[1] = number;
    else found.push([number, number]);
  }
  return found.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(",");
}

export class Choosing {
  constructor(form) {
    this.form = form;
    this.rows = new Set();
    this.everything = form.elements.everything;
    this.told = form.querySelector("[data-grid-count]");
    this.told.hidden = false;
    this.everything.addEventListener("change", () => this.tell());
    form.addEventListener("formdata", ({ formData }) => {
      formData.delete("row");
      if (this.everything.checked) return;
      formData.set("rows", spans(this.rows));
    });
  }

  follow(table) {
    this.table = table;
    this.tell();
  }

  boxOf(row) {
    const box = this.box(`Choose row ${row}`);
    box.dataset.choose = row;
    box.checked = this.rows.has(row) || this.everything.checked;
    box.disabled = this.everything.checked;
    box.addEventListener("change", () => {
      if (box.checked) this.rows.add(row);
      else this.rows.delete(row);
      this.tell();
    });
    return box;
  }

  boxOfAll() {
    this.all = this.box("Choose all rows that are here");
    this.all.addEventListener("change", () => {
      for (const { row } of this.table.getData()) {
        if (this.all.checked) this.rows.add(row);
        else this.rows.delete(row);
      }
      this.tell();
    });
    return this.all;
  }

  box(label) {
    const box = document.createElement("input");
    box.type = "checkbox";
    box.className = "form-check-input";
    box.setAttribute("aria-label", label);
    return box;
  }

  tell() {
    const everything = this.everything.checked;
    for (const box of this.form.querySelectorAll("[data-choose]")) {
      box.checked = everything || this.rows.has(Number(box.dataset.choose));
      box.disabled = everything;
    }
    const count = this.rows.size;
    if (this.all && this.table) {
      const here = this.table.getDataCount();
      this.all.disabled = everything;
      this.all.checked = everything || (count > 0 && count >= here);
      this.all.indeterminate = !everything && count > 0 && count < here;
    }
    this.told.textContent = everything || !count ? "" : `${count} chosen`;
    this.form.dispatchEvent(new CustomEvent("mino:chosen", { bubbles: true, detail: { count, everything } }));
  }
}
