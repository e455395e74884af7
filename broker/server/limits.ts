import { HANDSHAKE_MS, MAX_LINE_BYTES } from "../../protocol/limits.ts";
import type { ConnectionLimits } from "./connection.ts";

export interface ServerLimits extends ConnectionLimits {
  /** How many clients may be there at once. */
  maxConnections: number;
  /** How many bytes of commands all of them may hold together that are not done yet. */
  maxHeldBytes: number;
}

/** So many more than the limit may be there for a moment: being told that they are too many. */
export const DOORSTEP = 100;

export const DEFAULT_LIMITS: ServerLimits = {
  // Five times Faktory's.
  maxConnections: 10_000,
  // Sixteen of the longest lines.
  maxHeldBytes: 2 ** 29,
  maxLineBytes: MAX_LINE_BYTES,
  handshakeMs: HANDSHAKE_MS,
  // Ten full groups for the store.
  maxRunning: 1_000,
  maxWaiting: 1_000,
  maxUnreadBytes: 2 ** 20,
  // A client that lives reads a megabyte in far less.
  unreadMs: 10_000,
};
