// How bad a line is by its own words: JSON, logfmt, klog, syslog and the common plain formats.

import { bare } from "../ansi.js";

export const UNKNOWN = 0, TRACE = 1, DEBUG = 2, INFO = 3, WARN = 4, ERROR = 5, FATAL = 6;
export const LETTERS = ["", "T", "D", "I", "W", "E", "F"];
const LOOKED_AT = 300; // characters: a level stands at the beginning

const WORDS = {
  trace: TRACE, debug: DEBUG, dbg: DEBUG, info: INFO, information: INFO, notice: INFO, warn: WARN, warning: WARN,
  error: ERROR, err: ERROR, severe: ERROR, fatal: FATAL, critical: FATAL, crit: FATAL, panic: FATAL, alert: FATAL, emerg: FATAL,
};
const KLOG = { I: INFO, W: WARN, E: ERROR, F: FATAL };
const SYSLOG = [FATAL, FATAL, FATAL, ERROR, WARN, INFO, INFO, DEBUG];

const IN_JSON = /"(?:level|severity|lvl|loglevel|log_level|levelname|log\.level|@l)"\s*:\s*"?(\w+)/i;
const IN_LOGFMT = /(?:^|\s)(?:level|lvl|severity)="?(\w+)/i;
const IS_KLOG = /^([IWEF])\d{4} \d\d:\d\d:\d\d/;
const IS_SYSLOG = /^<(\d{1,3})>/;
const UPPER = /(?:^|[\s[(<|:"])(TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|ERR|SEVERE|FATAL|CRITICAL|CRIT|PANIC|ALERT|EMERG)(?=[\s\])>|:",]|$)/;
const LOWER = /^(?:.{0,40}[\s\]])?(?:\[(trace|debug|info|notice|warn|warning|error|fatal|crit|alert|emerg)\]|(debug|info|warn|warning|error|fatal|panic):)/;
const LEVEL = "trace|debug|dbg|info|notice|warn|warning|error|err|severe|fatal|critical|crit|panic|alert|emerg";
/** A level after the time alone, as zap's console and many loggers of Node.js write it. */
const AFTER_TIME = new RegExp(String.raw`^\[?(?:\d{4}[-/]\d\d[-/]\d\d[T ])?\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))?\]?\s+(${LEVEL})(?=[\s:]|$)`);
/** A level that has a colour of its own. */
const COLOURED = new RegExp(String.raw`\x1b\[[0-9;:]{1,30}m[\s[(]{0,2}(${LEVEL})[\s\])!:]{0,8}\x1b\[`, "i");
const TROUBLE = /^(?:Traceback \(most recent call last\)|Exception in thread |Unhandled |Uncaught |\S{1,200}(?:Error|Exception): )/;
const CONTINUES = /^(?:\s+\S|Caused by: |\.\.\. \d+ more|[)}\]]+[,;]?$)/;

/** The severity that a line (without its stamp) says of itself, UNKNOWN when it says none. */
export function severityOf(text) {
  let head = text.slice(0, LOOKED_AT);
  if (head.charCodeAt(0) === 123) return inJson(IN_JSON.exec(text.slice(0, 2000))?.[1]);
  const coloured = head.includes("\x1b") ? COLOURED.exec(head) : null;
  if (head.includes("\x1b")) head = bare(head);
  const klog = IS_KLOG.exec(head);
  if (klog) return KLOG[klog[1]];
  const syslog = IS_SYSLOG.exec(head);
  if (syslog) return SYSLOG[syslog[1] & 7];
  const begin = head.slice(0, 100);
  const found = IN_LOGFMT.exec(head) ?? UPPER.exec(begin) ?? AFTER_TIME.exec(begin) ?? coloured ?? LOWER.exec(begin);
  if (found) return WORDS[(found[1] ?? found[2]).toLowerCase()] ?? UNKNOWN;
  return TROUBLE.test(head) ? ERROR : UNKNOWN;
}

/** Whether a line goes on with what the one before began, such as a line of a stack trace. */
export function continues(text) {
  return CONTINUES.test(text.slice(0, LOOKED_AT));
}

/** Loggers write words or numbers: pino and bunyan count 10, 20, … 60. */
function inJson(word) {
  if (!word) return UNKNOWN;
  const number = Number(word);
  if (Number.isInteger(number)) return number >= 10 && number <= 60 ? Math.floor(number / 10) : UNKNOWN;
  return WORDS[word.toLowerCase()] ?? UNKNOWN;
}
