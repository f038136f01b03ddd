// What a viewer is asked to show, as it stands in an address.

export const DEFAULTS = {
  container: "", since: "", until: "", tail: "500", previous: "0",
  q: "", only: "0", context: "0", level: "0", times: "local", wrap: "1", json: "0", fields: "", hide: "", line: "",
};
export const ALL_CONTAINERS = "*";

/** What the server must know; a change of any of these opens the logs anew. */
const ASKED = ["since", "until", "tail", "previous"];

/** `state` with its defaults filled in. */
export function whole(state) {
  return { ...DEFAULTS, ...Object.fromEntries(Object.entries(state).filter(([name]) => name in DEFAULTS)) };
}

/** What of a state differs from the defaults. */
export function short(state) {
  return Object.fromEntries(Object.keys(DEFAULTS).filter((name) => state[name] !== DEFAULTS[name]).map((name) => [name, state[name]]));
}

export function opensAnew(name) {
  return name === "container" || ASKED.includes(name);
}

/** The address of a socket or a file for `address`, which names the pods, and a state. */
export function asked(address, state) {
  const [path, selection = ""] = address.split("?");
  const query = new URLSearchParams(selection);
  for (const name of ASKED) if (state[name] !== DEFAULTS[name]) query.set(name, state[name]);
  if (state.container === ALL_CONTAINERS) query.set("init", "1"), query.set("ephemeral", "1");
  else for (const name of listed(state.container)) query.append("container", name);
  return `${path}?${query}`;
}

/** "a,b" as a list. */
export function listed(text) {
  return text ? text.split(",") : [];
}
