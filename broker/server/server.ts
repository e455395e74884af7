import { createServer, type Server as NetServer, type Socket } from "node:net";
import { FETCH_WAIT_MS, HANDSHAKE_MS, MAX_LINE_BYTES } from "../../protocol/limits.ts";
import type { CommandContext } from "../commands/command.ts";
import { Connection, type ConnectionLimits } from "./connection.ts";

export const DEFAULT_LIMITS: ConnectionLimits = {
  maxLineBytes: MAX_LINE_BYTES,
  handshakeMs: HANDSHAKE_MS,
  // Ten full groups for the store.
  maxRunning: 1_000,
  maxWaiting: 1_000,
  maxUnreadBytes: 2 ** 20,
};

/** How long commands may take to finish at a shutdown; longer than any can wait for Redis. */
const DRAIN_MS = 3 * FETCH_WAIT_MS + 4_000;

/** Accepts clients, and knows those that are there. */
export class Server {
  readonly #context: Omit<CommandContext, "session">;
  readonly #limits: ConnectionLimits;
  readonly #net: NetServer;
  readonly #connections = new Set<Connection>();
  #accepted = 0;
  #whenEmpty = () => {};

  constructor(context: Omit<CommandContext, "session">, limits: ConnectionLimits) {
    this.#context = context;
    this.#limits = limits;
    this.#net = createServer({ allowHalfOpen: true, noDelay: true, keepAlive: true }, (socket) =>
      this.#accept(socket),
    );
  }

  /** Resolves with the port; rejects when it can't be had. */
  listen(port: number, host: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#net.once("error", reject);
      this.#net.listen({ port, host }, () => {
        this.#net.off("error", reject);
        this.#net.on("error", (err) => this.#context.log.error({ event: "server.error", err }));
        const address = this.#net.address();
        resolve(typeof address === "object" && address !== null ? address.port : port);
      });
    });
  }

  /** Accepts no more, lets commands that are under way finish, and closes all connections. */
  async stop(): Promise<void> {
    this.#net.close();
    const emptied = new Promise<void>((resolve) => {
      this.#whenEmpty = resolve;
    });
    for (const connection of this.#connections) connection.drain();
    if (this.#connections.size === 0) return;
    const cancel = this.#context.clock.after(DRAIN_MS, () => {
      this.#context.log.warn({
        event: "server.drain-timeout",
        connections: this.#connections.size,
      });
      this.#whenEmpty();
    });
    await emptied;
    cancel();
    for (const connection of this.#connections) connection.close("shutdown");
  }

  #accept(socket: Socket): void {
    const id = ++this.#accepted;
    const connection = new Connection(id, socket, this.#limits, this.#context);
    this.#connections.add(connection);
    socket.on("close", () => {
      this.#connections.delete(connection);
      if (this.#connections.size === 0) this.#whenEmpty();
    });
    this.#context.log.debug({
      event: "connection.opened",
      conn: id,
      address: socket.remoteAddress,
      port: socket.remotePort,
    });
  }
}
