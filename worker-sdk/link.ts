import { EventEmitter } from "node:events";
import { NIL, type Reply } from "../protocol/reply.ts";
import { createAborter } from "./aborter.ts";
import type { Address } from "./address.ts";
import { asError } from "./as-error.ts";
import { type BackOff, backOffMs } from "./back-off.ts";
import { Connection, type ConnectOptions, isShutdown } from "./connection.ts";
import {
  CallTimedOut,
  ClientClosed,
  HandshakeRefused,
  ServerUnavailable,
  serverErrorOf,
} from "./errors.ts";
import { pause } from "./pause.ts";
import { tellListeners } from "./tell-listeners.ts";
import { startTimer } from "./timer.ts";

export interface LinkOptions extends Omit<ConnectOptions, "timeoutMs"> {
  address: Address;
  /** How long a call may take in all, the wait for a server that is away included. */
  callTimeoutMs: number;
  /** How long one attempt to connect may take. */
  connectTimeoutMs: number;
  backOff: BackOff;
  /** As Math.random. */
  random: () => number;
}

export interface CallOptions {
  /** In the place of the link's own callTimeoutMs. */
  timeoutMs?: number | undefined;
  /** Gives the call up. The server may do it nevertheless, when it had been sent. */
  signal?: AbortSignal | undefined;
}

export interface LinkEvents {
  connected: [];
  /** The connection broke, or could not be made; it is tried again as long as a call waits. */
  disconnected: [error: Error];
}

interface Call {
  /** Absent where only the connection is wanted. */
  line: string | undefined;
  /** Whether it may be sent again when its reply was lost. */
  isRepeatable: boolean;
  /** When it was sent last, by performance.now(). */
  sentAt: number | undefined;
  isSettled: boolean;
  resolve(reply: Reply): void;
  reject(error: Error): void;
}

/** What a client needs of it; a test has something else in its place. */
export type ClientLink = Pick<Link, "call" | "connect" | "close" | "events">;

/** A second command would be in it, and all replies after it would be taken for others. */
const LINE_END = /[\r\n]/;

/**
 * A connection that is made when it is needed, and anew when it breaks. Calls that are made while
 * the server is away wait for it, a bounded time; calls whose replies were lost are sent again.
 */
export class Link {
  readonly events = new EventEmitter<LinkEvents>();
  readonly #options: LinkOptions;
  #connection: Connection | undefined;
  /** Calls that wait for a connection, in their order. */
  #unsent: Call[] = [];
  /** All that are not settled. */
  #callCount = 0;
  #isConnecting = false;
  /** In a row, without an answer between them. */
  #failures = 0;
  #lastFailure: Error | undefined;
  #isClosing = false;
  #onIdle = () => {};
  #closed: Promise<void> | undefined;
  /** Ends the pause between two attempts to connect. */
  readonly #gone = createAborter();

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  /** Makes the connection, if there is none. Rejects as a call does. */
  async connect(options: CallOptions = {}): Promise<void> {
    await this.#begin(undefined, options, true);
  }

  /**
   * Sends one line, without its end, and resolves with its reply.
   * @throws ServerError for an error reply, ServerUnavailable, CallTimedOut, ClientClosed, or the
   *   signal's reason
   */
  call(line: string, options: CallOptions & { isRepeatable?: boolean } = {}): Promise<Reply> {
    return this.#begin(line, options, options.isRepeatable ?? true);
  }

  /** Breaks the connection, so that the next call says HELLO again. */
  reconnect(): void {
    this.#connection?.destroy(new Error("it is to be made anew"));
  }

  /** Sends nothing more; what was sent may still be answered until the server hangs up. */
  async finish(): Promise<void> {
    this.#end();
    this.#connection?.finish();
    await this.#connection?.closed;
  }

  /** Waits for the calls that are under way, then says goodbye. Safe to call twice. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#isClosing = true;
    if (this.#callCount > 0) {
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
      });
    }
    this.#end();
    this.#connection?.close();
    await this.#connection?.closed;
  }

  /** Waits for nothing: the calls that are under way reject with ClientClosed. */
  destroy(): void {
    this.#end();
    this.#connection?.destroy(new ClientClosed("the client is closed"));
  }

  #begin(
    line: string | undefined,
    { timeoutMs = this.#options.callTimeoutMs, signal }: CallOptions,
    isRepeatable: boolean,
  ): Promise<Reply> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(asError(signal.reason));
      if (this.#isClosing) return reject(new ClientClosed("the client is closed"));
      if (line !== undefined && LINE_END.test(line)) {
        return reject(new RangeError("a command is one line, and this one has several"));
      }
      const settle = () => {
        call.isSettled = true;
        clearTimeout(timer);
        signal?.removeEventListener("abort", abort);
        if (--this.#callCount === 0) this.#onIdle();
      };
      const call: Call = {
        line,
        isRepeatable,
        sentAt: undefined,
        isSettled: false,
        resolve: (reply) => {
          settle();
          resolve(reply);
        },
        reject: (error) => {
          settle();
          reject(error);
        },
      };
      const abort = () => call.reject(asError(signal?.reason));
      // What has come while JavaScript was busy is read first: timers go before sockets.
      const timeOut = () => setImmediate(() => this.#timeOut(call, timeoutMs));
      const timer = startTimer(timeOut, timeoutMs);
      signal?.addEventListener("abort", abort);
      this.#callCount++;
      this.#send(call);
    });
  }

  #send(call: Call): void {
    if (this.#connection?.isOpen) {
      this.#sendOver(this.#connection, call);
    } else {
      this.#unsent.push(call);
      if (!this.#isConnecting) void this.#connect();
    }
  }

  #sendOver(connection: Connection, call: Call): void {
    if (call.isSettled) return;
    if (call.line === undefined) return call.resolve(NIL);
    call.sentAt = performance.now();
    connection.send(call.line, {
      resolve: (reply) => this.#answer(call, reply),
      reject: (error) => this.#lose(call, error),
    });
  }

  #answer(call: Call, reply: Reply): void {
    if (reply.kind !== "error") this.#failures = 0;
    if (call.isSettled) return;
    if (reply.kind !== "error") return call.resolve(reply);
    if (call.isRepeatable && isShutdown(reply.message)) {
      this.#repeat(call);
      this.#connection?.destroy(new Error("the server is stopping"));
    } else {
      call.reject(serverErrorOf(reply));
    }
  }

  #lose(call: Call, error: Error): void {
    if (call.isSettled) return;
    if (error instanceof ClientClosed) call.reject(error);
    else if (call.isRepeatable) this.#repeat(call);
    else call.reject(unavailable("the connection broke before the reply", error, true));
  }

  #repeat(call: Call): void {
    this.#unsent.push(call);
    if (!this.#isConnecting) void this.#connect();
  }

  /** Tries as long as somebody waits for it. */
  async #connect(): Promise<void> {
    this.#isConnecting = true;
    // What has just broken is heard of by all its calls first.
    await Promise.resolve();
    const { backOff, random } = this.#options;
    while (this.#hasUnsent()) {
      if (this.#failures > 0) {
        await pause(backOffMs(backOff, this.#failures, random), this.#gone.signal);
        if (!this.#hasUnsent()) break;
      }
      try {
        await this.#connectOnce();
        break;
      } catch (error) {
        this.#noteLoss(asError(error));
        if (error instanceof HandshakeRefused) this.#rejectUnsent(error);
      }
    }
    this.#isConnecting = false;
    // It may have broken again meanwhile, and left calls behind.
    if (!this.#connection?.isOpen && this.#hasUnsent()) void this.#connect();
  }

  async #connectOnce(): Promise<void> {
    const { address, connectTimeoutMs: timeoutMs, tls, hello } = this.#options;
    const connection = await Connection.connect(address, { tls, hello, timeoutMs });
    if (this.#gone.signal.aborted) return connection.close();
    this.#connection = connection;
    tellListeners(() => this.events.emit("connected"));
    void connection.closed.then(() => {
      if (!this.#gone.signal.aborted) this.#noteLoss(asError(connection.failure));
    });
    const unsent = this.#unsent;
    this.#unsent = [];
    for (const call of unsent) this.#sendOver(connection, call);
  }

  #noteLoss(error: Error): void {
    this.#failures++;
    this.#lastFailure = error;
    tellListeners(() => this.events.emit("disconnected", error));
  }

  #timeOut(call: Call, timeoutMs: number): void {
    if (call.isSettled) return;
    const { sentAt } = call;
    const connection = this.#connection;
    if (sentAt !== undefined && connection?.isOpen) {
      call.reject(new CallTimedOut(`no reply within ${timeoutMs} ms`));
      this.#giveUpIfSilent(connection, sentAt, this.#options.callTimeoutMs - timeoutMs);
    } else {
      const { host, port } = this.#options.address;
      const message = `no server at ${host}:${port} within ${timeoutMs} ms`;
      call.reject(unavailable(message, this.#lastFailure, sentAt !== undefined));
    }
  }

  /**
   * A server that has said nothing at all since then is taken for gone; but not by a single call that
   * has less patience than the others, which share the connection.
   */
  #giveUpIfSilent(connection: Connection, sentAt: number, leftMs: number): void {
    if (leftMs > 0) {
      const look = () => setImmediate(() => this.#giveUpIfSilent(connection, sentAt, 0));
      startTimer(look, leftMs).unref();
    } else if (connection.lastHeardAt < sentAt) {
      connection.destroy(new Error("the server is silent"));
    }
  }

  #hasUnsent(): boolean {
    this.#unsent = this.#unsent.filter(({ isSettled }) => !isSettled);
    return this.#unsent.length > 0;
  }

  #rejectUnsent(error: Error): void {
    for (const call of this.#unsent.splice(0)) if (!call.isSettled) call.reject(error);
  }

  #end(): void {
    this.#isClosing = true;
    this.#gone.abort();
    this.#rejectUnsent(new ClientClosed("the client is closed"));
  }
}

function unavailable(message: string, cause: Error | undefined, mayBeDone: boolean) {
  const because = cause === undefined ? "" : `: ${cause.message || cause.constructor.name}`;
  return new ServerUnavailable(message + because, { cause, mayBeDone });
}
