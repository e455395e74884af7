import type { Server as Listener, Socket } from "node:net";
import { FETCH_WAIT_MS } from "../../protocol/limits.ts";
import type { CommandContext } from "../commands/command.ts";
import { Connection } from "./connection.ts";
import { CrowdLog } from "./crowd-log.ts";
import { HeldBytes } from "./held-bytes.ts";
import { DOORSTEP, type ServerLimits } from "./limits.ts";
import { type Certificate, createListener, replaceCertificate } from "./listener.ts";
import { refuseSocket } from "./refuse-socket.ts";

/** How long commands may take to finish at a shutdown; longer than any can wait for Redis. */
const DRAIN_MS = 3 * FETCH_WAIT_MS + 4_000;

/** Accepts clients, and knows those that are there. */
export class Server {
  readonly #context: Omit<CommandContext, "session">;
  readonly #listener: Listener;
  readonly #crowdLog: CrowdLog;
  readonly #connections = new Set<Connection>();
  readonly #held: HeldBytes;
  #limits: ServerLimits;
  #accepted = 0;
  #isStopped = false;
  #whenEmpty = () => {};

  /** @param certificate with one, clients have to speak TLS */
  constructor(
    context: Omit<CommandContext, "session">,
    limits: ServerLimits,
    certificate?: Certificate,
  ) {
    this.#context = context;
    this.#limits = limits;
    this.#held = new HeldBytes(limits.maxHeldBytes, context.clock);
    this.#crowdLog = new CrowdLog(context.log, context.clock);
    this.#listener = createListener({
      certificate,
      handshakeMs: limits.handshakeMs,
      onClient: (socket) => this.#accept(socket),
      onStranger: (error, socket) => this.#noteStranger(error, socket),
    });
    this.limit(limits);
  }

  /** How many clients are there. */
  get connectionCount(): number {
    return this.#connections.size;
  }

  /** Resolves with the port; rejects when it can't be had. */
  listen(port: number, host: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#listener.once("error", reject);
      this.#listener.listen({ port, host }, () => {
        this.#listener.off("error", reject);
        // The system has no more to give, as a rule. It goes on: others will leave.
        this.#listener.on("error", (err) => {
          this.#crowdLog.note("error", { event: "server.error", err });
        });
        this.#listener.on("drop", () => this.#noteRefused());
        const address = this.#listener.address();
        resolve(typeof address === "object" && address !== null ? address.port : port);
      });
    });
  }

  /** Other limits for the clients to come; those that are left out stay. */
  limit(limits: Partial<ServerLimits>): void {
    this.#limits = { ...this.#limits, ...limits };
    this.#held.max = this.#limits.maxHeldBytes;
    this.#listener.maxConnections = this.#limits.maxConnections + DOORSTEP;
  }

  /** Another certificate for the clients to come; without TLS it has no effect. */
  certify(certificate: Certificate): void {
    replaceCertificate(this.#listener, certificate);
  }

  /** Accepts no more, lets commands that are under way finish, and closes all connections. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#listener.close();
    this.#crowdLog.stop();
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
    if (this.#isStopped) {
      // TLS was agreed on too late.
      socket.destroy();
    } else if (this.#connections.size >= this.#limits.maxConnections) {
      this.#noteRefused();
      refuseSocket(socket, this.#connections.size + 1, this.#context.clock);
    } else {
      this.#connect(socket);
    }
  }

  #connect(socket: Socket): void {
    const id = ++this.#accepted;
    const connection = new Connection(id, socket, this.#limits, this.#context, this.#held);
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

  #noteRefused(): void {
    const { maxConnections } = this.#limits;
    this.#crowdLog.note("warn", { event: "server.full", maxConnections });
  }

  #noteStranger(error: Error, socket: Socket): void {
    const address = socket.remoteAddress;
    this.#crowdLog.note("warn", { event: "tls.failed", reason: error.message, address });
  }
}
