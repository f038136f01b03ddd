// A socket that carries bytes one way or both, and says why it ended.

const ENDED = 4000, REFUSED = 4403, MALFORMED = 4400, ERROR = 4500;
const FINAL = [ENDED, REFUSED, MALFORMED, ERROR];

/** Opens `path`. `onbytes(Uint8Array)` takes binary frames, `onmessage(object)` the others; `onend(reason)` is called once:
 *  with the server's reason, or with null when the connection was lost and may be made again. */
export class StreamSocket {
  #socket;
  #reason = null;
  #drawn = 0;
  #told = 0;

  constructor(path, { onopen, onbytes, onmessage, onend }) {
    this.#socket = new WebSocket(new URL(path, location.href.replace(/^http/, "ws")));
    this.#socket.binaryType = "arraybuffer";
    this.#socket.onopen = () => onopen();
    this.#socket.onmessage = ({ data }) => {
      if (typeof data !== "string") return onbytes(new Uint8Array(data));
      const message = JSON.parse(data);
      if (message.type === "end") this.#reason = message.reason;
      else onmessage(message);
    };
    this.#socket.onclose = ({ code }) => onend(FINAL.includes(code) ? (this.#reason ?? "You may not open this.") : null);
  }

  get isOpen() {
    return this.#socket.readyState === WebSocket.OPEN;
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
    this.#socket.onclose = this.#socket.onmessage = null;
    this.#socket.close();
  }
}
