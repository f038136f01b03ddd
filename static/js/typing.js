// What is typed and pasted goes out in pieces, numbered by bytes: never more than the container takes, and nothing twice
// or not at all when the socket is lost and another one goes on.

const WINDOW = 64 * 1024; // bytes on their way
const PIECE = 16 * 1024; // bytes in one frame
const MOST = 16 * 1024 * 1024; // bytes that may wait

export class Typing {
  #socket = null;
  #kept = []; // pieces that no server is known to have, the oldest first
  #size = 0;
  #start = 0; // number of the first byte of #kept
  #sent = 0; // how many pieces of #kept went out on this socket
  #end = null; // number of the byte after the last one that went out; null before the first socket
  #taken = 0;

  /** Takes bytes; returns false when so much waits already that they are refused. */
  send(bytes) {
    if (this.#size + bytes.length > MOST) return false;
    for (let at = 0; at < bytes.length; at += PIECE) this.#kept.push(bytes.subarray(at, at + PIECE));
    this.#size += bytes.length;
    this.#flow();
    return true;
  }

  /** Goes on over `socket`, whose server has `accepted` bytes in all; what it has not goes out again.
   *  Where another window has typed meanwhile it is given up instead; returns how many bytes were. */
  goOn(socket, accepted) {
    this.#socket = socket;
    this.#sent = 0;
    const given = this.#end !== null && accepted > this.#end ? this.#forget() : 0;
    if (this.#end !== null) this.#drop(accepted);
    this.#start = this.#end = Math.max(accepted, this.#start);
    this.#flow();
    return given;
  }

  /** The socket is gone; what is typed waits. */
  stop() {
    this.#socket = null;
  }

  /** Whether something that went out has not been taken. */
  get isWaiting() {
    return this.#end > this.#taken;
  }

  /** The container has taken `total` bytes in all. */
  taken(total) {
    this.#taken = total;
    this.#drop(total);
    this.#flow();
  }

  #forget() {
    const size = this.#size;
    this.#kept = [];
    this.#size = 0;
    return size;
  }

  #drop(total) {
    while (this.#kept.length && this.#start < total) {
      const piece = this.#kept[0];
      const known = Math.min(total - this.#start, piece.length);
      this.#start += known;
      this.#size -= known;
      if (known < piece.length) return void (this.#kept[0] = piece.subarray(known));
      this.#kept.shift();
      this.#sent = Math.max(0, this.#sent - 1);
    }
  }

  #flow() {
    while (this.#socket && this.#sent < this.#kept.length && this.#end - this.#taken < WINDOW) {
      const piece = this.#kept[this.#sent++];
      this.#end += piece.length;
      this.#socket.send(piece);
    }
  }
}
