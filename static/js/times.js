// Keeps "9 s ago" true while a page stays open, and tells the server the reader's time zone for the exact times.
// The words are those of mino/common/ui/formats.py.

const space = "\u00a0"; // does not break
const units = [
  [86400, "day"],
  [3600, "h"],
  [60, "min"],
];

function roughly(seconds) {
  for (const [size, unit] of units) {
    if (seconds < size) continue;
    const count = Math.floor(seconds / size);
    return `${count}${space}${unit}${unit === "day" && count > 1 ? "s" : ""}`;
  }
  return `${Math.round(seconds)}${space}s`;
}

function relative(moment, now) {
  const seconds = (now - moment) / 1000;
  if (Math.abs(seconds) < 1) return "now";
  if (Math.abs(seconds) >= 604800) return null; // a date, which the server has written
  return seconds > 0 ? `${roughly(seconds)} ago` : `in ${roughly(-seconds)}`;
}

function refresh() {
  if (document.hidden) return;
  const now = Date.now();
  for (const time of document.querySelectorAll("time[data-relative]")) {
    const text = relative(Date.parse(time.dateTime), now);
    if (text) time.textContent = `${time.dataset.relative} ${text}`.trim();
  }
}

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone) {
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `time_zone=${zone}; path=/; max-age=31536000; samesite=lax${secure}`;
}
setInterval(refresh, 15000);
addEventListener("visibilitychange", refresh);
