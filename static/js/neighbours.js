// j and k go to the next and the previous row, as the buttons at the top do.

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, [contenteditable]")) return;
  const relation = { j: "next", k: "prev" }[event.key];
  const link = relation && document.querySelector(`.mn-top-actions a[rel="${relation}"]`);
  if (link) link.click();
});
