// What a file of the lines shown is called.

/** By what `address` selects, as the server calls its files: the owner's name rather than that of one of its pods. */
export function fileName(address, sources) {
  const query = new URLSearchParams(address.split("?")[1]);
  const pods = new Set(sources.map(({ pod }) => pod));
  const owner = query.get("owner")?.split("/")[1];
  if (owner || pods.size === 1) return `${owner ?? [...pods][0]}.log`;
  return `${query.get("node") ?? query.get("namespace") ?? "pods"}.log`;
}
