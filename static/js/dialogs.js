// Dialogs are native: <button command="show-modal" commandfor="id"> opens, <button command="close" commandfor="id"> closes.
// This script does the same for browsers that don't know these commands yet, closes a dialog by a click beside it, and
// opens one that the server sent back with errors in it (data-dialog-show).

if (!("commandForElement" in HTMLButtonElement.prototype)) {
  addEventListener("click", (event) => {
    const button = event.target.closest("button[commandfor]");
    const dialog = button && document.getElementById(button.getAttribute("commandfor"));
    if (!(dialog instanceof HTMLDialogElement)) return;
    if (button.getAttribute("command") === "show-modal") dialog.showModal();
    if (button.getAttribute("command") === "close") dialog.close();
  });
}

addEventListener("pointerdown", (event) => {
  const dialog = event.target;
  if (!(dialog instanceof HTMLDialogElement) || !dialog.open) return;
  const box = dialog.getBoundingClientRect();
  const inside =
    event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
  if (!inside) dialog.close();
});

for (const dialog of document.querySelectorAll("dialog[data-dialog-show]")) dialog.showModal();
