/** FWP's replies: a subset of RESP2. */
export type Reply =
  | { kind: "simple"; text: string }
  | { kind: "error"; code: string; message: string }
  | { kind: "bulk"; body: Buffer }
  | { kind: "nil" };

export const OK: Reply = { kind: "simple", text: "OK" };

export const NIL: Reply = { kind: "nil" };

export function bulk(body: Buffer | string): Reply {
  return { kind: "bulk", body: typeof body === "string" ? Buffer.from(body) : body };
}

/** Longer error lines help nobody, and what a client sent may be repeated in them. */
const MAX_ERROR_CHARACTERS = 1_000;

/** All but the tab. */
const CONTROL_CHARACTERS = /[^\P{Cc}\t]/gu;

const ENCODED_OK = Buffer.from("+OK\r\n");
const ENCODED_NIL = Buffer.from("$-1\r\n");
const LINE_END = Buffer.from("\r\n");

export function encodeReply(reply: Reply): Buffer {
  switch (reply.kind) {
    case "nil":
      return ENCODED_NIL;
    case "bulk":
      return encodeBulk(reply.body);
    case "simple":
      return reply === OK ? ENCODED_OK : Buffer.from(`+${oneLine(reply.text)}\r\n`);
    case "error":
      return Buffer.from(`-${reply.code} ${oneLine(reply.message)}\r\n`);
  }
}

/** Into one piece of memory: this is what every FETCH is answered with. */
function encodeBulk(body: Buffer): Buffer {
  const head = `$${body.length}\r\n`;
  const encoded = Buffer.allocUnsafe(head.length + body.length + LINE_END.length);
  encoded.write(head, "latin1");
  encoded.set(body, head.length);
  encoded.set(LINE_END, head.length + body.length);
  return encoded;
}

/**
 * A client must never be able to start a second reply with what it had repeated to it, nor to send
 * escape sequences to the terminal of whoever reads it.
 */
function oneLine(text: string): string {
  const short =
    text.length > MAX_ERROR_CHARACTERS ? `${text.slice(0, MAX_ERROR_CHARACTERS)}…` : text;
  return short.replace(CONTROL_CHARACTERS, " ");
}
