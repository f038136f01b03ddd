// The containers whose logs are shown: a colour for each pod, a short name, and whether it is shown.

const LANES = 8;
export const WIDEST_NAME = 28; // characters
/** The hash of a template in the name of a replica set; Kubernetes leaves out vowels and what looks like them. */
const HASH = /-[bcdfghjklmnpqrstvwxz2456789]{5,10}$/;

export class Sources {
  all = [];
  hidden;
  #known = new Map();
  #pods = new Map();

  /** `hidden`: keys (see `keyOf`) of those not shown. */
  constructor(hidden) {
    this.hidden = new Set(hidden);
  }

  get pods() {
    return this.#pods.size;
  }

  get hides() {
    return this.hidden.size > 0;
  }

  /** Makes a source known, or takes over its new state; returns it. */
  take({ uid = "", pod, namespace = "", container, kind = "app", state = "running", text = "", refused = false }) {
    const id = `${uid}/${namespace}/${pod}/${container}`;
    let source = this.#known.get(id);
    if (!source) {
      source = { index: this.all.length, uid, pod, namespace, container, kind, lane: this.#laneOf(`${uid}/${namespace}/${pod}`) };
      this.#known.set(id, source);
      this.all.push(source);
      this.#name();
    }
    return Object.assign(source, { state, text, refused, isNew: source.state === undefined });
  }

  /** What they do together: "live" as soon as one of them is, "waiting"; where all are over or read "ended", or "failed" or
   *  "refused" as soon as one is. */
  get state() {
    const any = (state) => this.all.some((source) => source.state === state);
    if (any("running")) return "live";
    if (!this.all.length || any("waiting")) return "waiting";
    return any("failed") ? "failed" : this.all.some(({ refused }) => refused) ? "refused" : "ended";
  }

  /** What there is to say of that: what one alone says, or why one failed. */
  get text() {
    if (this.all.length === 1) return this.all[0].text;
    const isTold = { failed: (source) => source.state === "failed", refused: (source) => source.refused }[this.state];
    return isTold ? this.all.find(isTold).text : "";
  }

  isHidden(index) {
    return this.hidden.size > 0 && this.hidden.has(keyOf(this.all[index]));
  }

  toggle(index) {
    const key = keyOf(this.all[index]);
    if (!this.hidden.delete(key)) this.hidden.add(key);
  }

  /** Shows this one alone; all again when it is alone already. */
  showOnly(index) {
    const others = this.all.filter((source) => source.index !== index).map(keyOf);
    const alone = others.every((key) => this.hidden.has(key)) && !this.isHidden(index);
    this.hidden = new Set(alone ? [] : others);
  }

  forget() {
    this.all = [];
    this.#known.clear();
    this.#pods.clear();
  }

  #laneOf(pod) {
    if (!this.#pods.has(pod)) this.#pods.set(pod, (this.#pods.size % LANES) + 1);
    return this.#pods.get(pod);
  }

  /** Pods are called by what differs: those of one workload by their suffix; containers are named where there are
   *  several. `name` is what is written into files, `short` has the width of the column. */
  #name() {
    const pods = [...new Set(this.all.map(({ pod }) => pod))];
    const isOne = new Set(pods.map(workloadOf)).size === 1 && new Set(pods.map(suffixOf)).size === pods.length;
    const several = new Set(this.all.map(({ container }) => container)).size > 1;
    for (const source of this.all) {
      const pod = pods.length > 1 && isOne ? suffixOf(source.pod) : source.pod;
      const [first, ...rest] = several ? (pods.length === 1 ? [source.container] : [pod, source.container]) : [pod];
      source.name = [first, ...rest].join(" ");
      source.short = shortened(source.name, source.name.length - first.length + suffixOf(first).length);
    }
  }
}

function suffixOf(pod) {
  return pod.slice(pod.lastIndexOf("-") + 1);
}

/** What a pod is of, as far as its name says. */
function workloadOf(pod) {
  return pod.slice(0, Math.max(0, pod.lastIndexOf("-"))).replace(HASH, "");
}

/** A name that fits the column: cut before its last `end` characters, by which it is told from others. */
function shortened(name, end) {
  if (name.length <= WIDEST_NAME) return name;
  return `${name.slice(0, Math.max(4, WIDEST_NAME - end - 1))}…${name.slice(-end)}`;
}

export function keyOf({ pod, container }) {
  return `${pod}/${container}`;
}
