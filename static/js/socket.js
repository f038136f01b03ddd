// A socket that comes back: jittered back-off, one message shown at a time, the truth about its state.

const FIRST_WAIT = 250; // milliseconds
const LONGEST_WAIT = 15_000;
const REFUSED = 4403, MALFORMED = 4400;

/** Opens `path` and keeps it open. `hello()` gives the first message to send, `show(message)` shows one from the server,
 *  `state(open, {refused})` is told whenever the socket opens or is lost. Returns a function that ends it. */
export function connect(path, { hello, show, state }) {
  let socket, timer, wait = FIRST_WAIT, ended = false;

  function open() {
    let openSince = null;
    socket = new WebSocket(new URL(path, location.href.replace(/^http/, "ws")));
    socket.onopen = () => {
      openSince = performance.now();
      socket.send(JSON.stringify(hello()));
      state(true);
    };
    socket.onmessage = async ({ data }) => {
      const message = JSON.parse(data);
      wait = FIRST_WAIT; // not as soon as it opens: a server that fails at once would be asked several times a second
      try {
        await show(message);
      } catch (error) {
        // What is on the page now is not known to the server: begin again by saying it.
        socket.close();
        throw error;
      }
      // The server sends nothing more until it knows that this is on the page.
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ shown: message.n }));
    };
    socket.onclose = async ({ code }) => {
      const refused = code === REFUSED || code === MALFORMED || (openSince === null && (await isPageRefused()));
      if (ended) return;
      state(false, { refused });
      if (refused) return;
      if (openSince !== null && performance.now() - openSince > LONGEST_WAIT) wait = FIRST_WAIT;
      timer = setTimeout(open, wait * (0.5 + Math.random()));
      wait = Math.min(wait * 2, LONGEST_WAIT);
    };
  }

  open();
  return () => {
    ended = true;
    clearTimeout(timer);
    socket.close();
  };
}

/** A browser does not say why a handshake failed; the page, whose rights are the socket's, does. */
async function isPageRefused() {
  const answer = await fetch(location.href, { method: "HEAD", redirect: "manual" }).catch(() => null);
  return answer !== null && (answer.type === "opaqueredirect" || [403, 404].includes(answer.status));
}
