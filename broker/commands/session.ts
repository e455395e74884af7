import type { Challenge } from "../../protocol/handshake.ts";
import type { ControlConnection } from "../engine/controls.ts";
import type { Fetcher } from "../engine/fetches.ts";
import type { WorkerConnection } from "../engine/workers.ts";

/** What a command may know of, and do to, the connection that it came over. */
export interface Session extends Fetcher, WorkerConnection, ControlConnection {
  readonly id: number;
  /**
   * greeted: HI is sent, HELLO is due.
   * identified: every other verb is allowed.
   * closed: nothing is read any more.
   */
  readonly state: "greeted" | "identified" | "closed";
  /** What HI asked for; absent when no password is set. */
  readonly challenge: Challenge | undefined;
  /** Aborted when the server stops: long commands end at their next step. */
  readonly stopping: AbortSignal;
  /** The client has said who it is in time: how long the rest of HELLO takes is no fault of its own. */
  admit(): void;
  /** HELLO has been accepted. */
  identify(): void;
}
