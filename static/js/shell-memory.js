// Which shell this person chose last in containers of that name, kept in this browser.

const KEY = "pilothouse.shells";
const MOST = 50; // containers

/** The containers of a workload's pods have the same name; the pods have not. */
function keyOf(address) {
  const url = new URL(address, location.href);
  const [, cluster, namespace] = url.pathname.match(/\/clusters\/([^/]+)\/pods\/([^/]+)\//);
  return [cluster, namespace, url.searchParams.get("container")].join("/");
}

function kept() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
}

/** Keeps the shell that the address of a socket asks for. */
export function remember(address) {
  const { [keyOf(address)]: _, ...others } = kept();
  const latest = Object.entries(others).slice(1 - MOST);
  latest.push([keyOf(address), new URL(address, location.href).searchParams.get("shell")]);
  localStorage.setItem(KEY, JSON.stringify(Object.fromEntries(latest)));
}

/** The address with the shell that was chosen there last, if it asks for none itself. */
export function withKnownShell(address) {
  const shell = kept()[keyOf(address)];
  return shell && !/[?&]shell=/.test(address) ? `${address}&shell=${encodeURIComponent(shell)}` : address;
}
