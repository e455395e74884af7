import { encodeBeat } from "../protocol/commands/beat.ts";
import type { Reply } from "../protocol/reply.ts";
import type { WorkerState } from "../protocol/worker-state.ts";
import { createAborter } from "./aborter.ts";
import { asError } from "./as-error.ts";
import { ServerError } from "./errors.ts";
import { Link, type LinkOptions } from "./link.ts";
import { pause } from "./pause.ts";

export interface HeartbeatOptions {
  /** With the wid in its hello. */
  link: Omit<LinkOptions, "random">;
  wid: string;
  intervalMs: number;
}

export interface HeartbeatEvents {
  /** The server wants the worker to go quiet, or to stop. */
  onState: (state: WorkerState) => void;
  /** A beat did not arrive. */
  onFailure: (error: Error) => void;
}

/** Tells the server that a worker is alive, on a connection that nothing else can hold up. FWP: BEAT. */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  readonly #events: HeartbeatEvents;
  readonly #link: Link;
  readonly #stopping = createAborter();
  readonly #loop: Promise<void>;
  #state: WorkerState = "running";
  /** Ends the pause before the next beat. */
  #next = createAborter();

  constructor(options: HeartbeatOptions, events: HeartbeatEvents) {
    this.#options = options;
    this.#events = events;
    this.#link = new Link({ ...options.link, random: Math.random });
    this.#loop = this.#beatOn();
  }

  /** Tells at once what the worker does from now on. */
  say(state: WorkerState): void {
    this.#state = state;
    this.#next.abort();
  }

  /** The connection closes, and with the last of its connections the worker is gone. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#next.abort();
    this.#link.destroy();
    await this.#loop;
  }

  async #beatOn(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      this.#next = createAborter();
      try {
        await this.#beat();
      } catch (error) {
        if (!signal.aborted) this.#events.onFailure(asError(error));
      }
      if (!signal.aborted) await pause(this.#options.intervalMs, this.#next.signal);
    }
  }

  async #beat(): Promise<void> {
    const state = readState(await this.#call());
    if (state !== undefined) this.#events.onState(state);
  }

  /** A server that does not know the worker, since it was restarted or has forgotten it, is told again. */
  async #call(): Promise<Reply> {
    try {
      return await this.#link.call(this.#line());
    } catch (error) {
      if (!(error instanceof ServerError)) throw error;
      this.#link.reconnect();
      return await this.#link.call(this.#line());
    }
  }

  #line(): string {
    const rssKb = Math.round(process.memoryUsage.rss() / 1_024);
    return encodeBeat({ wid: this.#options.wid, state: this.#state, rssKb });
  }
}

/** FWP: OK while it may go on as it does, and else what it should do. */
function readState(reply: Reply): WorkerState | undefined {
  if (reply.kind !== "bulk") return undefined;
  const told: unknown = JSON.parse(reply.body.toString());
  const state =
    typeof told === "object" && told !== null && "state" in told ? told.state : undefined;
  return state === "quiet" || state === "terminate" ? state : undefined;
}
