import { type Address, addressFromEnvironment, parseAddress, withPassword } from "./address.ts";
import type { ConnectOptions } from "./connection.ts";
import type { LinkOptions } from "./link.ts";

/** Where the server is, and how long it is waited for. */
export interface ServerOptions {
  /**
   * `tcp://[:password@]host[:port]`, or `tcp+tls://…`. By default what FAKTORY_PROVIDER or
   * FAKTORY_URL says, or `tcp://localhost:7419`; with FAKTORY_PASSWORD where that has no password.
   */
  url?: string | undefined;
  /** Certificates and such, for `tcp+tls://`: ca, cert, key, rejectUnauthorized, servername. */
  tls?: ConnectOptions["tls"];
  /**
   * Milliseconds that a call may take in all, 10,000 by default. While the server is away calls wait
   * for it so long, and then fail with ServerUnavailable.
   */
  callTimeoutMs?: number | undefined;
  /** Milliseconds that one attempt to connect may take, 5,000 by default. */
  connectTimeoutMs?: number | undefined;
  /** Milliseconds between the first two attempts to connect, 50 by default; it doubles from then on. */
  firstBackOffMs?: number | undefined;
  /** And grows no further than this, 5,000 by default. */
  maxBackOffMs?: number | undefined;
}

export function addressOf(url: string | undefined): Address {
  if (url === undefined) return addressFromEnvironment(process.env);
  return withPassword(parseAddress(url), process.env["FAKTORY_PASSWORD"]);
}

export function linkOptionsOf(options: ServerOptions, hello: LinkOptions["hello"]): LinkOptions {
  return {
    address: addressOf(options.url),
    tls: options.tls,
    hello,
    callTimeoutMs: options.callTimeoutMs ?? 10_000,
    connectTimeoutMs: options.connectTimeoutMs ?? 5_000,
    backOff: {
      firstMs: options.firstBackOffMs ?? 50,
      maxMs: options.maxBackOffMs ?? 5_000,
    },
    random: Math.random,
  };
}
