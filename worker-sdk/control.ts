import { type ControlMessage, readControlMessage } from "../protocol/control-message.ts";
import type { Reply } from "../protocol/reply.ts";
import { createAborter } from "./aborter.ts";
import { asError } from "./as-error.ts";
import { backOffMs } from "./back-off.ts";
import { Connection } from "./connection.ts";
import { isUnknownCommand, serverErrorOf } from "./errors.ts";
import type { LinkOptions } from "./link.ts";
import { pause } from "./pause.ts";
import { startTimer } from "./timer.ts";

export interface ControlEvents {
  /** What a BEAT would be told too, though later. */
  onMessage: (message: ControlMessage) => void;
  /** The connection broke or could not be made, and is tried again; or this server has no such thing. */
  onLost: (error: Error) => void;
}

/**
 * A connection over which the server tells a worker at once what else it would tell with the next beat. It
 * is made anew when it breaks. What is missed meanwhile, a beat tells.
 */
export class Control {
  readonly #options: Omit<LinkOptions, "random">;
  readonly #events: ControlEvents;
  readonly #stopping = createAborter();
  #connection: Connection | undefined;

  constructor(options: Omit<LinkOptions, "random">, events: ControlEvents) {
    this.#options = options;
    this.#events = events;
    void this.#keep();
  }

  stop(): void {
    this.#stopping.abort();
    this.#connection?.destroy();
  }

  async #keep(): Promise<void> {
    const { signal } = this.#stopping;
    let failures = 0;
    while (!signal.aborted) {
      try {
        const connection = await this.#connect();
        failures = 0;
        await connection.closed;
        throw connection.failure ?? new Error("the connection is closed");
      } catch (error) {
        if (signal.aborted) return;
        this.#events.onLost(asError(error));
        if (isUnknownCommand(error)) return;
      }
      await pause(backOffMs(this.#options.backOff, ++failures, Math.random), signal);
    }
  }

  async #connect(): Promise<Connection> {
    const { address, connectTimeoutMs: timeoutMs, tls, hello } = this.#options;
    const onUnasked = (reply: Reply) => this.#hear(reply);
    const connection = await Connection.connect(address, { tls, hello, timeoutMs, onUnasked });
    // Before it is asked for anything: whatever the server does then, stop() ends it.
    this.#connection = connection;
    if (this.#stopping.signal.aborted) {
      connection.destroy();
      throw new Error("it was stopped while it connected");
    }
    const reply = await askInTime(connection, timeoutMs);
    if (reply.kind !== "error") return connection;
    connection.close();
    throw serverErrorOf(reply);
  }

  #hear(reply: Reply): void {
    if (reply.kind === "bulk") this.#events.onMessage(readControlMessage(reply.body));
  }
}

/** A server that lets us in and says nothing more is as good as none. */
async function askInTime(connection: Connection, timeoutMs: number): Promise<Reply> {
  const giveUp = () => connection.destroy(new Error(`no reply to CONTROL within ${timeoutMs} ms`));
  const timer = startTimer(giveUp, timeoutMs);
  try {
    return await connection.ask("CONTROL");
  } finally {
    clearTimeout(timer);
  }
}
