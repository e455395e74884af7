import { lookup } from "node:dns/promises";

/** Where to listen. */
export interface Binding {
  host: string;
  port: number;
}

/** Reads `host:port`; without a host, as in `:7419`, it means every interface. */
export function parseBinding(text: string): Binding {
  const [, host, port] = /^(?:\[([^\]]*)\]|[^:]*):(\d{1,5})$/.test(text)
    ? ["", text.slice(0, text.lastIndexOf(":")), text.slice(text.lastIndexOf(":") + 1)]
    : [];
  if (host === undefined || Number(port) > 65_535) {
    throw new Error(`not an address to listen on: ${text}, expected host:port`);
  }
  return { host: host.replace(/^\[(.*)\]$/, "$1") || "0.0.0.0", port: Number(port) };
}

/**
 * The address of a host name, an IPv4 one where it has both: `localhost` is 127.0.0.1 for most
 * clients, and a listener on ::1 alone would not be found.
 */
export async function resolveHost(host: string): Promise<string> {
  const { address } = await lookup(host, { verbatim: false });
  return address;
}
