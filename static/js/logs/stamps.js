// The moment that the API server puts before each line, and the ways to show it.

const STAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d) /;
const LONGEST_STAMP = 40; // characters
const two = (number) => String(number).padStart(2, "0");

const DAY = { weekday: "long", day: "numeric", month: "long", year: "numeric" };
const DAYS = { local: new Intl.DateTimeFormat("en-GB", DAY), utc: new Intl.DateTimeFormat("en-GB", { ...DAY, timeZone: "UTC" }) };

let knownSecond = "-", knownZone = "Z", knownAt = NaN;

/** The stamp at the beginning of a line, as RFC 3339; empty where there is none. */
export function stampOf(raw) {
  const end = raw.charCodeAt(10) === 84 ? raw.indexOf(" ", 19) : -1;
  if (end < 0 || end > LONGEST_STAMP) return "";
  const stamp = raw.slice(0, end);
  return isPlain(raw, end) || STAMP.test(`${stamp} `) ? stamp : "";
}

/** Milliseconds since 1970 of a stamp, with its fraction; NaN where there is none. */
export function momentOf(stamp) {
  if (!stamp) return NaN;
  const isUtc = stamp.charCodeAt(stamp.length - 1) === 90, zone = isUtc ? "Z" : stamp.slice(-6);
  // Most lines are of the same second as the one before.
  if (zone !== knownZone || !stamp.startsWith(knownSecond)) {
    [knownSecond, knownZone] = [stamp.slice(0, 19), zone];
    knownAt = Date.parse(knownSecond + zone);
  }
  let fraction = 0, unit = 100;
  for (let at = 20; at < stamp.length - zone.length; at++, unit /= 10) fraction += (stamp.charCodeAt(at) - 48) * unit;
  return knownAt + fraction;
}

/** Whether it begins as the last stamp did and ends in UTC, as nearly all do. */
function isPlain(raw, end) {
  return raw.charCodeAt(end - 1) === 90 && raw.charCodeAt(19) === 46 && raw.startsWith(knownSecond) && isDigits(raw, 20, end - 1);
}

function isDigits(text, from, to) {
  for (let at = from; at < to; at++) if (text.charCodeAt(at) < 48 || text.charCodeAt(at) > 57) return false;
  return true;
}

/** A moment as the column of times shows it. `how`: "local", "utc", or "start" for seconds since the moment `start`. */
export function shortTime(at, how, start) {
  if (Number.isNaN(at)) return "";
  if (how === "start") return sinceStart(at - start);
  const date = new Date(at);
  const parts = how === "utc"
    ? [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds(), date.getUTCMilliseconds()]
    : [date.getHours(), date.getMinutes(), date.getSeconds(), date.getMilliseconds()];
  return `${two(parts[0])}:${two(parts[1])}:${two(parts[2])}.${String(parts[3]).padStart(3, "0")}`;
}

/** The day of a moment in words where it is another than that of the moment `before`; empty where it is not, or where
 *  times are shown otherwise than as those of a day. */
export function newDay(at, before, how) {
  const zone = how === "utc" ? "utc" : "local";
  if (Number.isNaN(at) || Number.isNaN(before) || how === "start" || how === "off" || dayOf(at, zone) === dayOf(before, zone)) return "";
  return DAYS[zone].format(at);
}

function dayOf(at, zone) {
  return Math.floor((zone === "utc" ? at : at - new Date(at).getTimezoneOffset() * 60_000) / 86_400_000);
}

function sinceStart(milliseconds) {
  const all = Math.abs(milliseconds), sign = milliseconds < 0 ? "−" : "+";
  const hours = Math.floor(all / 3_600_000), minutes = Math.floor(all / 60_000) % 60;
  const seconds = (Math.floor(all) % 60_000 / 1000).toFixed(3).padStart(6, "0");
  return sign + (hours ? `${hours}:${two(minutes)}:${seconds}` : minutes ? `${minutes}:${seconds}` : String(Number(seconds).toFixed(3)));
}
