// Ages that tick and moments in the reader's own zone. dashboard/words.py says ages in the same words.

const MINUTE = 60, HOUR = 3600, DAY = 86_400, YEAR = 365 * DAY;

/** An age in its largest unit: "9 s", "6 min", "30 h", "4 d", "3 y". */
export function ageWords(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < MINUTE) return `${whole} s`;
  if (whole < HOUR) return `${Math.floor(whole / MINUTE)} min`;
  if (whole < 2 * DAY) return `${Math.floor(whole / HOUR)} h`;
  if (whole < 2 * YEAR) return `${Math.floor(whole / DAY)} d`;
  return `${Math.floor(whole / YEAR)} y`;
}

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const full = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "long" });
const dated = new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "short" });

/** How far the reader's clock is behind the server's, in milliseconds: ages are told by the server's. */
const behind = (() => {
  const told = Number(document.querySelector('meta[name="server-time"]')?.content) * 1000;
  if (!told) return 0;
  const [loading] = performance.getEntriesByType("navigation");
  const since = Math.max(0, performance.now() - (loading?.responseStart ?? 0));
  return told - (Date.now() - since);
})();

function tick(root) {
  const now = Date.now() + behind;
  for (const time of root.querySelectorAll("time[data-age]")) {
    const words = ageWords((now - Date.parse(time.dateTime)) / 1000);
    if (time.textContent !== words) time.textContent = words;
  }
}

/** Writes every moment below `root` in the reader's zone, and every age as it is now. */
export function tellTimes(root) {
  const today = new Date(Date.now() + behind).toDateString();
  for (const time of root.querySelectorAll("time[data-moment]")) {
    const moment = new Date(time.dateTime);
    time.textContent = (moment.toDateString() === today ? clock : dated).format(moment);
    time.title = full.format(moment);
  }
  tick(root);
}

document.addEventListener("pointerover", ({ target }) => {
  const time = target.closest?.("time[data-age]");
  if (time && !time.title) time.title = full.format(new Date(time.dateTime));
});

tellTimes(document);
setInterval(() => tick(document), 1000);
