// Choosing rows of a table: the box in the head ticks all of the page, and the buttons say how many are chosen.
// <form data-choose> holds input[data-choose-all], input[name=job] and buttons with <span data-choose-count>.

for (const form of document.querySelectorAll("form[data-choose]")) {
  const all = form.querySelector("[data-choose-all]");
  const boxes = [...form.querySelectorAll("input[name=job]")];
  const buttons = [...form.querySelectorAll("button[data-choose-act]")];

  const tell = () => {
    const count = boxes.filter((box) => box.checked).length;
    all.checked = count > 0 && count === boxes.length;
    all.indeterminate = count > 0 && count < boxes.length;
    for (const button of buttons) {
      button.disabled = count === 0;
      button.querySelector("[data-choose-count]").textContent = count ? ` ${count}` : "";
    }
  };
  all.hidden = false;
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
    tell();
  });
  form.addEventListener("change", tell);
  // The browser may bring ticks back when one returns to the page.
  addEventListener("pageshow", tell);
  tell();
}
