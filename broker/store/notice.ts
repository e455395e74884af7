import type { Notice } from "./store.ts";

/** Reads what a script has published; keys.ts says what that may be. The origin is a store's own id. */
export function parseNotice(message: string): Notice & { origin?: string } {
  const [kind, first = "", ...rest] = message.split(" ");
  if (kind === "queue") return { kind, queue: first, origin: rest.join(" ") };
  if (message === "flushed") return { kind: "flushed" };
  const known =
    first === "running" || first === "quiet" || first === "terminate" || first === "forgotten";
  if (kind === "worker" && known) return { kind, state: first, wid: rest.join(" ") };
  throw new TypeError(`a notice that no script sends: ${message}`);
}
