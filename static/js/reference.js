// Swagger UI has a dark look of its own, by a class on the document: it follows the theme that was chosen in MINO.
const root = document.documentElement;
const follow = () => root.classList.toggle("dark-mode", root.dataset.bsTheme === "dark");

follow();
addEventListener("mino:theme", follow);
