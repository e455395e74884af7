import type { Duplex } from "node:stream";
import { type Challenge, encodeHi } from "../../protocol/handshake.ts";
import { MAX_HELLO_BYTES } from "../../protocol/limits.ts";
import { LineReader, LineTooLongError } from "../../protocol/line-reader.ts";
import { encodeReply, type Reply } from "../../protocol/reply.ts";
import type { CancelTimer } from "../clock.ts";
import type { CommandContext } from "../commands/command.ts";
import type { Session } from "../commands/session.ts";
import { dispatch, type Outcome } from "./dispatch.ts";
import { type HeldBytes, type Holder, IDLE_MS } from "./held-bytes.ts";
import { Outbox } from "./outbox.ts";
import { Pipeline } from "./pipeline.ts";

export interface ConnectionLimits {
  maxLineBytes: number;
  /** From accept to a valid HELLO. */
  handshakeMs: number;
  /** How many commands of one connection may be under way at once. */
  maxRunning: number;
  /** With more lines than this waiting for their turn, nothing more is read. */
  maxWaiting: number;
  /** With more bytes than this that the client has not read, none of its commands is begun. */
  maxUnreadBytes: number;
  /** And it is cut off when that lasts so long. */
  unreadMs: number;
}

/** How long a client may take to read the last replies after its connection was closed. */
const LINGER_MS = 5_000;

/**
 * With so much of a connection waiting or under way nothing more is read from it: a few groups for
 * the store.
 */
const MAX_READ_AHEAD_BYTES = 2 ** 22;

interface Closing {
  reason: string;
  /** An error line to send last. */
  farewell: string | undefined;
}

/** One client: bytes become lines, lines become commands, and replies go out in their order. */
export class Connection implements Session, Holder {
  readonly id: number;
  readonly challenge: Challenge | undefined;
  /** Set by HELLO; see Fetcher. */
  wid = "";
  leaseMs?: number;
  readonly #stream: Duplex;
  readonly #limits: ConnectionLimits;
  readonly #context: CommandContext;
  readonly #reader: LineReader;
  readonly #pipeline: Pipeline;
  readonly #outbox: Outbox;
  readonly #gone = new AbortController();
  readonly #stopping = new AbortController();
  readonly #cancelHandshake: CancelTimer;
  readonly #held: HeldBytes;
  #state: Session["state"] = "greeted";
  /** Calls off the end of a client that does not read; absent while it does. */
  #cancelCutOff: CancelTimer | undefined;
  /** It closes as soon as what is under way has been answered. */
  #closing: Closing | undefined;

  constructor(
    id: number,
    stream: Duplex,
    limits: ConnectionLimits,
    context: Omit<CommandContext, "session">,
    held: HeldBytes,
  ) {
    this.id = id;
    this.#stream = stream;
    this.#limits = limits;
    this.#context = { ...context, session: this };
    this.challenge = context.password.challenge();
    this.#reader = new LineReader(Math.min(MAX_HELLO_BYTES, limits.maxLineBytes));
    this.#outbox = new Outbox(stream);
    this.#held = held;
    this.#pipeline = new Pipeline({
      run: (line) => dispatch(line, this.#context),
      deliver: (outcome) => this.#deliver(outcome),
      maxRunning: limits.maxRunning,
    });
    this.#cancelHandshake = context.clock.after(limits.handshakeMs, () => {
      this.#refuse(`handshake not completed within ${limits.handshakeMs / 1000} seconds`);
    });
    this.#listen();
    this.#outbox.add(encodeReply({ kind: "simple", text: encodeHi(this.challenge) }));
  }

  get state(): Session["state"] {
    return this.#state;
  }

  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  admit(): void {
    this.#cancelHandshake();
  }

  identify(): void {
    if (this.#state !== "greeted") return;
    this.#state = "identified";
    this.#reader.maxBytes = this.#limits.maxLineBytes;
    this.#context.engine.statistics.connections++;
  }

  tell(message: Reply): void {
    if (this.#state === "closed") return;
    this.#outbox.add(encodeReply(message));
    if (this.#isUnread()) this.#cutOff();
  }

  /** Closes once what has been answered is written. Safe to call twice. */
  close(reason: string): void {
    this.#close(reason, "at once");
  }

  giveWay(): void {
    const seconds = IDLE_MS / 1000;
    this.#giveUpReading(
      `the rest of a long command has not come for ${seconds} seconds, and others need its room`,
    );
  }

  /** Begins nothing more, lets what is under way finish its step, and closes. */
  drain(): void {
    const farewell = this.#pipeline.waiting > 0 ? "shutdown in progress" : undefined;
    this.#pipeline.clear();
    this.#stopping.abort();
    this.#closeWhenIdle("shutdown", farewell);
  }

  /**
   * Of a client that is refused, what it still sends is read and dropped for a while: left unread,
   * it would make the system throw away the error that tells why.
   */
  #close(reason: string, how: "at once" | "when it hangs up"): void {
    if (this.#state === "closed") return;
    const { clock, engine, log } = this.#context;
    if (this.#state === "identified") engine.statistics.connections--;
    this.#state = "closed";
    this.#cancelHandshake();
    this.#cancelCutOff?.();
    this.#pipeline.clear();
    this.#reader.clear();
    // What is under way goes on, and has its line until it is done.
    this.#noteHeld();
    this.#gone.abort();
    if (this.wid !== "") void engine.workers.disconnect(this.wid, this);
    this.#outbox.flush();
    const destroy = () => this.#stream.destroy();
    const cancelDestroy = clock.after(LINGER_MS, destroy);
    this.#stream.once("close", cancelDestroy);
    if (how === "at once" || this.#stream.readableEnded) this.#stream.end(destroy);
    else this.#stream.once("end", destroy).resume().end();
    log.debug({ event: "connection.closed", conn: this.id, reason });
  }

  #listen(): void {
    const stream = this.#stream;
    stream.on("data", (chunk: Buffer) => this.#read(chunk));
    stream.on("drain", () => this.#goOn());
    // The client sends nothing more, and has most likely gone. What it sent before is still done
    // and answered, but no job is handed to it any longer.
    stream.on("end", () => {
      this.#gone.abort();
      this.#closeWhenIdle("hung up");
    });
    stream.on("close", () => this.close("hung up"));
    stream.on("error", (err) => {
      this.#context.log.debug({ event: "connection.error", conn: this.id, err });
    });
  }

  #read(chunk: Buffer): void {
    if (this.#state === "closed" || this.#closing !== undefined) return;
    try {
      this.#reader.read(chunk, (line) => this.#pipeline.add(line));
    } catch (error) {
      if (!(error instanceof LineTooLongError)) throw error;
      this.#closeWhenIdle("line too long", error.message);
    }
    this.#noteHeld();
    if (!this.#held.makeRoomFor(this)) {
      this.#giveUpReading("too many long commands are under way, try again later");
    }
    this.#goOn();
  }

  #noteHeld(): void {
    const { pendingBytes } = this.#reader;
    this.#held.note(this, this.#pipeline.heldBytes + pendingBytes, pendingBytes);
  }

  #giveUpReading(why: string): void {
    this.#reader.clear();
    this.#noteHeld();
    this.#closeWhenIdle("too much held", why);
  }

  #deliver(outcomes: Outcome[]): void {
    for (const { reply, ifLost, closeReason } of outcomes) {
      if (this.#state === "closed") {
        ifLost?.();
      } else {
        if (reply !== undefined) this.#outbox.add(encodeReply(reply), ifLost);
        if (closeReason !== undefined) this.#close(closeReason, "when it hangs up");
      }
    }
    this.#noteHeld();
    this.#goOn();
  }

  /** Begins, reads and closes as far as is right by now; called whenever that may have changed. */
  #goOn(): void {
    this.#holdWhileUnread();
    this.#pipeline.advance();
    if (this.#isFull()) this.#stream.pause();
    else if (this.#stream.isPaused()) this.#stream.resume();
    if (this.#closing !== undefined && this.#pipeline.isIdle) this.#finish(this.#closing);
  }

  #isFull(): boolean {
    const { waiting, heldBytes } = this.#pipeline;
    return waiting > this.#limits.maxWaiting || heldBytes > MAX_READ_AHEAD_BYTES;
  }

  #holdWhileUnread(): void {
    const isUnread = this.#isUnread();
    this.#pipeline.hold(isUnread);
    if (!isUnread) {
      this.#cancelCutOff?.();
      this.#cancelCutOff = undefined;
    } else if (this.#state !== "closed") {
      this.#cancelCutOff ??= this.#context.clock.after(this.#limits.unreadMs, () => this.#cutOff());
    }
  }

  #isUnread(): boolean {
    return this.#stream.writableLength > this.#limits.maxUnreadBytes;
  }

  /** What it was sent is given up: who does not read that will not read an error either. */
  #cutOff(): void {
    const unreadBytes = this.#stream.writableLength;
    this.#context.log.warn({ event: "connection.unread", conn: this.id, unreadBytes });
    this.#stream.destroy();
    this.close("does not read its replies");
  }

  #closeWhenIdle(reason: string, farewell?: string): void {
    this.#closing ??= { reason, farewell };
    this.#goOn();
  }

  #finish({ reason, farewell }: Closing): void {
    if (this.#state === "closed") return;
    if (farewell === undefined) this.close(reason);
    else this.#refuse(farewell);
  }

  #refuse(message: string): void {
    this.#context.log.info({ event: "connection.refused", conn: this.id, reason: message });
    this.#answerError(message);
    this.#close(message, "when it hangs up");
  }

  #answerError(message: string): void {
    this.#outbox.add(encodeReply({ kind: "error", code: "ERR", message }));
  }
}
