// The keyboard and the clipboard, while the table has the focus and no cell is being edited.

const FORWARD = { Enter: "down", Tab: "right" };
const BACK = { Enter: "up", Tab: "left" };

export function listen(grid, actions, { editable, leave }) {
  const active = () => grid.element.contains(document.activeElement) && !document.activeElement.matches("textarea");
  const keys = {
    z: () => actions.undo(),
    y: () => actions.redo(),
    Z: () => actions.redo(),
    d: () => actions.fillDown(),
    0: () => actions.absent(),
  };

  grid.element.addEventListener(
    "keydown",
    (event) => {
      if (!active() || event.isComposing) return;
      const handled = event.ctrlKey || event.metaKey ? control(event) : plain(event);
      if (!handled) return;
      event.preventDefault();
      event.stopPropagation();
    },
    true,
  );

  function control(event) {
    const act = !event.altKey && keys[event.key];
    if (!act || !editable) return false;
    act();
    return true;
  }

  function plain(event) {
    if (event.key === "Escape") leave();
    else if (event.key === "Tab") return tab(event);
    else if (!editable || event.altKey) return false;
    else if (event.key === "Enter" && event.shiftKey) grid.move(BACK.Enter);
    else if (event.key === "Enter" || event.key === "F2") grid.edit();
    else if (event.key === "Delete" || event.key === "Backspace") actions.clear();
    else if (event.key.length === 1) grid.edit(event.key);
    else return false;
    return true;
  }

  /** Tab goes on to the next row at the end of one, and out of the table at its last cell. */
  function tab(event) {
    const range = grid.range;
    if (!range) return false;
    const last = grid.columns.length - 1;
    const inRow = event.shiftKey ? range.left > 0 : range.right < last;
    if (inRow) grid.move((event.shiftKey ? BACK : FORWARD).Tab);
    else if (event.shiftKey && range.top > 0) grid.select(range.top - 1, last);
    else if (!event.shiftKey && range.bottom < grid.tabulator.getDataCount() - 1) grid.select(range.bottom + 1, 0);
    else return false;
    return true;
  }

  document.addEventListener("copy", (event) => {
    if (!active()) return;
    event.clipboardData.setData("text/plain", actions.copy());
    event.preventDefault();
  });
  document.addEventListener("cut", (event) => {
    if (!active() || !editable) return;
    event.clipboardData.setData("text/plain", actions.copy());
    event.preventDefault();
    actions.clear();
  });
  document.addEventListener("paste", (event) => {
    if (!active() || !editable) return;
    event.preventDefault();
    actions.paste(event.clipboardData.getData("text/plain"));
  });
}
