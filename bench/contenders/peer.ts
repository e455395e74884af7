import { type Contender, onTheWire } from "./contender.ts";

/** A server that somebody else runs; nothing is known of its processes. */
export function peerAt(url: URL): Contender {
  return onTheWire({
    name: "peer",
    durability: "unknown",
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: Number(url.port || 7419),
    pids: {},
    stop: async () => {},
  });
}
