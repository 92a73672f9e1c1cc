// The field in which a cell is edited. Enter and Tab take what was typed and go on, Escape leaves the cell as it was.

const LONGEST = 32_767;

export function edit(grid, cell, onRendered, success, cancel) {
  const field = document.createElement("textarea");
  field.className = "mn-sheet-field";
  field.maxLength = LONGEST;
  field.rows = 1;
  field.spellcheck = false;
  field.setAttribute("aria-label", `${grid.columns[Number(cell.getField().slice(1))].name} of row ${cell.getData().number}`);
  const before = cell.getValue() ?? "";
  field.value = grid.start ?? before;
  grid.start = null;
  let over = false;

  const leave = (direction) => {
    if (over) return;
    over = true;
    if (field.value === before) cancel();
    else success(field.value);
    if (direction) setTimeout(() => grid.move(direction), 20);
  };
  onRendered(() => {
    field.focus({ preventScroll: true });
    field.setSelectionRange(field.value.length, field.value.length);
  });
  field.addEventListener("blur", () => leave(null));
  field.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.isComposing) return;
    if (event.key === "Enter" && event.altKey) {
      field.setRangeText("\n", field.selectionStart, field.selectionEnd, "end");
    } else if (event.key === "Enter") {
      leave(event.shiftKey ? "up" : "down");
    } else if (event.key === "Tab") {
      leave(event.shiftKey ? "left" : "right");
    } else if (event.key === "Escape") {
      over = true;
      cancel();
      grid.holder.focus({ preventScroll: true });
    } else return;
    event.preventDefault();
  });
  return field;
}
