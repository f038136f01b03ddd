// What is typed and pasted goes out in pieces, and never more than the container takes.

const WINDOW = 64 * 1024; // bytes on their way
const PIECE = 16 * 1024; // bytes in one frame
const MOST = 16 * 1024 * 1024; // bytes that may wait

export class Typing {
  #socket;
  #waiting = [];
  #size = 0;
  #sent = 0;
  #taken = 0;

  constructor(socket) {
    this.#socket = socket;
  }

  /** Sends bytes; returns false when so much waits already that they are refused. */
  send(bytes) {
    if (this.#size + bytes.length > MOST) return false;
    for (let at = 0; at < bytes.length; at += PIECE) this.#waiting.push(bytes.subarray(at, at + PIECE));
    this.#size += bytes.length;
    this.#flow();
    return true;
  }

  /** The container has taken `total` bytes in all. */
  taken(total) {
    this.#taken = total;
    this.#flow();
  }

  #flow() {
    while (this.#waiting.length && this.#sent - this.#taken < WINDOW) {
      const piece = this.#waiting.shift();
      this.#size -= piece.length;
      this.#sent += piece.length;
      this.#socket.send(piece);
    }
  }
}
