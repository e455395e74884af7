import { lookup } from "node:dns/promises";
import { type Kind, textual } from "./kind.ts";

/** Where to listen. */
export interface Binding {
  host: string;
  port: number;
}

export const binding: Kind<Binding> = textual(parseBinding, showBinding);

/** As binding; Faktory's word for no pages at all is `:0`. */
export const webBinding: Kind<Binding | undefined> = textual(
  (given) => (given === ":0" ? undefined : parseBinding(given)),
  (value) => (value === undefined ? "off" : showBinding(value)),
);

/** Reads `host:port`; without a host, as in `:7419`, it means every interface. */
export function parseBinding(given: string): Binding {
  const [, ipv6, name, port] = /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,5})$/.exec(given) ?? [];
  if (port === undefined || Number(port) > 65_535) {
    throw new Error(`not an address to listen on: ${given}, expected host:port`);
  }
  return { host: (ipv6 ?? name) || "0.0.0.0", port: Number(port) };
}

export function showBinding({ host, port }: Binding): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/**
 * The address of a host name, an IPv4 one where it has both: `localhost` is 127.0.0.1 for most
 * clients, and a listener on ::1 alone would not be found.
 */
export async function resolveHost(host: string): Promise<string> {
  const { address } = await lookup(host, { verbatim: false });
  return address;
}
