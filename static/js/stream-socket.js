// A socket that carries bytes one way or both, and says why it ended.

const ENDED = 4000, REFUSED = 4403, MALFORMED = 4400, SILENT = 4408, ERROR = 4500;
export const SIGNED_OUT = "signed out";
/** The page took nothing for too long: it may go on where it is, but not by itself. */
export const KEPT_WAITING = "kept waiting";
const FINAL = [ENDED, REFUSED, MALFORMED, SILENT, ERROR];
const TRIES = 3; // to get a ticket that opens the socket
const WAIT = 300; // milliseconds before another try

/** Opens `path` with a ticket, and with another one where that had expired. `onopen()` is called for each socket that
 *  opens, `onbytes(Uint8Array)` takes binary frames, `onmessage(object)` the others; `onend(reason, isRefused, how)` is
 *  called once: with the server's reason, whether it refused, and how it ended in a word: "ended", "refused",
 *  "signed out", "kept waiting" or "failed"; or with null when the connection was lost and may be made again. */
export class StreamSocket {
  #socket;
  #isClosed = false;
  #reason = null;
  #isSignedOut = false;
  #again = false; // whether the server wants another ticket
  #drawn = 0;
  #told = 0;

  constructor(path, handlers) {
    this.#open(path, handlers, TRIES);
  }

  async #open(path, handlers, tries) {
    const { onopen, onbytes, onmessage, onend } = handlers;
    const again = async () => {
      await new Promise((resolve) => setTimeout(resolve, WAIT * (0.5 + Math.random())));
      if (!this.#isClosed) this.#open(path, handlers, tries - 1);
    };
    let address;
    try {
      address = await withTicket(path);
    } catch (error) {
      if (this.#isClosed) return;
      if (error instanceof NotAllowed) onend(error.message, true, error.how);
      else if (tries > 1) again();
      else onend(null, false);
      return;
    }
    if (this.#isClosed) return;
    this.#again = false;
    this.#socket = new WebSocket(address);
    this.#socket.binaryType = "arraybuffer";
    this.#socket.onopen = () => onopen();
    this.#socket.onmessage = ({ data }) => {
      if (typeof data !== "string") return onbytes(new Uint8Array(data));
      const message = JSON.parse(data);
      if (message.type !== "end") return onmessage(message);
      [this.#reason, this.#again, this.#isSignedOut] = [message.reason, message.again === true, message.signed_out === true];
    };
    this.#socket.onclose = ({ code }) => {
      if (this.#again && tries > 1) again();
      else onend(FINAL.includes(code) ? (this.#reason ?? "You may not open this.") : null, code === REFUSED, this.#how(code));
    };
  }

  #how(code) {
    if (code === REFUSED) return this.#isSignedOut ? SIGNED_OUT : "refused";
    return { [ENDED]: "ended", [SILENT]: KEPT_WAITING }[code] ?? "failed";
  }

  get isOpen() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  send(message) {
    if (this.isOpen) this.#socket.send(message instanceof Uint8Array ? message : JSON.stringify(message));
  }

  /** Counts bytes as drawn; the server sends more only when it is told. */
  noteDrawn(bytes) {
    this.#drawn += bytes;
  }

  /** Tells the server what was drawn. */
  tellDrawn() {
    if (this.#drawn > this.#told) this.send({ drawn: (this.#told = this.#drawn) });
  }

  close() {
    this.#isClosed = true;
    if (!this.#socket) return;
    this.#socket.onclose = this.#socket.onmessage = null;
    this.#socket.close();
  }
}

class NotAllowed extends Error {
  constructor(reason, how = "refused") {
    super(reason);
    this.how = how;
  }
}

/** The address of the socket with a ticket in it, which opens it once. */
async function withTicket(path) {
  const url = new URL(path, location.href);
  const response = await fetch(`/ticket/?${new URLSearchParams({ for: url.pathname + url.search })}`, { cache: "no-store" });
  if (response.redirected) throw new NotAllowed("You were signed out.", SIGNED_OUT);
  if (response.status === 403) throw new NotAllowed((await response.json()).reason);
  if (!response.ok) throw new Error(`no ticket: ${response.status}`);
  const { ticket } = await response.json();
  url.searchParams.set("ticket", ticket);
  url.protocol = url.protocol.replace("http", "ws");
  return url;
}
