import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { CommandError } from "../../protocol/errors.ts";
import type { CommandDefinition } from "./command.ts";
import type { ParserReply, ParserRequest } from "./parser-thread.ts";

/** What is longer than this takes milliseconds to parse, and 32 MiB up to a second. */
const LONG_BYTES = 2 ** 18;

interface Waiting {
  resolve: (parsed: unknown) => void;
  reject: (error: unknown) => void;
}

/** Whether nothing else may be parsed before it is done. */
export function isLong(bytes: number): boolean {
  return bytes > LONG_BYTES;
}

/**
 * Parses the arguments of commands: long ones in a thread of their own, one after another, so that
 * nobody else waits for them. The thread is started with the first one.
 */
export class ArgumentParser {
  #thread: Worker | undefined;
  /** In the order in which the thread answers. */
  #waiting: Waiting[] = [];

  /** @param command its verb, and its `parse`, which is to be called wherever that is best */
  parse<Arguments>(
    { verb, parse }: Pick<CommandDefinition<Arguments>, "verb" | "parse">,
    argument: Buffer,
    receivedAt: number,
  ): Arguments | Promise<Arguments> {
    if (!isLong(argument.length)) return parse(argument, receivedAt);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the thread calls the same parse
    return this.#parseAside(verb, argument, receivedAt) as Promise<Arguments>;
  }

  async stop(): Promise<void> {
    await this.#thread?.terminate();
  }

  #parseAside(verb: string, argument: Buffer, receivedAt: number): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#thread ??= this.#start();
      this.#waiting.push({ resolve, reject });
      // Its own copy, to be handed over: the argument may be a part of something larger.
      const bytes = new Uint8Array(argument);
      const request: ParserRequest = { verb, argument: bytes, receivedAt };
      this.#thread.postMessage(request, [bytes.buffer]);
    });
  }

  #start(): Worker {
    const file = `./parser-thread${extname(import.meta.url)}`;
    const thread = new Worker(new URL(file, import.meta.url));
    let cause: unknown;
    thread.on("message", (reply: ParserReply) => this.#settle(reply));
    thread.on("error", (error) => {
      cause = error;
    });
    thread.on("exit", () => this.#fail(new Error("the parser's thread has ended", { cause })));
    // Whoever waits for it has a connection, and that keeps the process alive.
    thread.unref();
    return thread;
  }

  #settle(reply: ParserReply): void {
    const waiting = this.#waiting.shift();
    if ("parsed" in reply) waiting?.resolve(withBuffers(reply.parsed));
    else if ("refusal" in reply) waiting?.reject(asCommandError(reply.refusal));
    else waiting?.reject(reply.fault);
  }

  #fail(error: Error): void {
    this.#thread = undefined;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { reject } of waiting) reject(error);
  }
}

function asCommandError({ message, ...options }: { message: string; code: string; jid?: string }) {
  return new CommandError(message, options);
}

/** A Buffer comes out of a thread as a plain Uint8Array. */
function withBuffers(parsed: unknown): unknown {
  if (typeof parsed !== "object" || parsed === null) return parsed;
  for (const [name, value] of Object.entries(parsed)) {
    if (!(value instanceof Uint8Array)) continue;
    const { buffer, byteOffset, byteLength } = value;
    Object.assign(parsed, { [name]: Buffer.from(buffer, byteOffset, byteLength) });
  }
  return parsed;
}
