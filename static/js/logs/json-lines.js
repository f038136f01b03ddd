// Lines that are JSON objects, made readable: the message first, chosen fields as columns, the whole on request.

import { bare } from "../ansi.js";
import { h } from "./dom.js";
import { variable } from "./field-heads.js";

const LONGEST = 64 * 1024; // characters
const MESSAGES = ["msg", "message", "event", "log", "text"];
const ALREADY_SHOWN = new Set(["level", "lvl", "severity", "ts", "time", "timestamp", "@timestamp"]);
const DEEPEST = 12;

/** The object that a line is, null when it is none. */
export function objectOf(text) {
  if (text.charCodeAt(0) !== 123 || text.length > LONGEST || !text.endsWith("}")) return null;
  try {
    const value = JSON.parse(text);
    return value && typeof value === "object" ? value : null;
  } catch {
    return null;
  }
}

/** A line made readable, in one row or as a whole; null where it is nested too deeply to be written. */
export function inWords(object, { isWhole, fields }) {
  try {
    return isWhole ? [inFull(object)] : inOneRow(object, fields);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** A line in one row: columns for the chosen fields, the message, then the other fields, faint. */
function inOneRow(object, fields) {
  const message = MESSAGES.find((name) => typeof object[name] === "string");
  const rest = Object.entries(object).filter(([name]) => name !== message && !ALREADY_SHOWN.has(name) && !fields.includes(name));
  return [
    ...fields.map((name, number) => column(object, name, number)),
    ...(message ? [h("span.message", {}, bare(object[message]))] : []),
    ...rest.flatMap(([name, value]) => [" ", h("span.pair", {}, h("span.k", {}, bare(name)), "=", coloured(value))]),
  ];
}

function column(object, name, number) {
  const isThere = Object.hasOwn(object, name), text = isThere ? plain(object[name]) : "—";
  const made = h(`span.field${isThere ? "" : ".faint"}`, { title: `${name}: ${text}` }, text);
  made.style.width = `var(${variable(number)})`;
  return made;
}

/** The whole object over several lines, coloured. */
function inFull(object) {
  return h("div.json-full", {}, ...pretty(object, ""));
}

function pretty(value, indent) {
  if (!value || typeof value !== "object" || indent.length >= 2 * DEEPEST) return [coloured(value)];
  const isList = Array.isArray(value), inner = `${indent}  `;
  const entries = Object.entries(value);
  if (!entries.length) return [isList ? "[]" : "{}"];
  return [
    isList ? "[" : "{",
    ...entries.flatMap(([name, each], number) => [
      `\n${inner}`,
      ...(isList ? [] : [h("span.k", {}, bare(JSON.stringify(name))), ": "]),
      ...pretty(each, inner),
      number < entries.length - 1 ? "," : "",
    ]),
    `\n${indent}${isList ? "]" : "}"}`,
  ];
}

function coloured(value) {
  const kind = typeof value === "string" ? "s" : "d";
  return h(`span.${kind}`, {}, bare(JSON.stringify(value)));
}

function plain(value) {
  return bare(typeof value === "string" ? value : JSON.stringify(value));
}
