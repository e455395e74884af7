import { CommandError } from "../../protocol/errors.ts";
import type { Reply } from "../../protocol/reply.ts";
import type { Clock } from "../clock.ts";
import type { Engine } from "../engine/engine.ts";
import type { Password } from "../engine/password.ts";
import type { Logger } from "../logger.ts";
import type { ArgumentParser } from "./argument-parser.ts";
import type { CommandFeed } from "./command-feed.ts";
import type { Session } from "./session.ts";

/** What a command works with. */
export interface CommandContext {
  engine: Engine;
  session: Session;
  password: Password;
  feed: CommandFeed;
  parser: ArgumentParser;
  clock: Clock;
  log: Logger;
}

export interface Answer {
  reply: Reply;
  /** What to do when the reply could not be written. */
  ifLost?: () => void;
}

/** One verb of FWP: which states allow it, how its argument is read, what it does. */
export interface CommandDefinition<Arguments> {
  verb: string;
  /** For HELP: the verb with its argument, on one line. */
  usage: string;
  /** For HELP: what it does, in a sentence. */
  summary: string;
  /** For HELP: every reply that it may have, and what that means. */
  replies: readonly [reply: string, meaning: string][];
  /** States of the connection in which it may be sent. */
  states: readonly Session["state"][];
  /** What to answer when nothing follows the verb; absent for a verb that stands alone. */
  missingArgument?: string;
  /**
   * A client may send the next command of the same verb without waiting, and both are under way at
   * once: they end up in one group commit. Another verb waits for all before it.
   */
  isPipelined?: boolean;
  /**
   * What it returns can be cloned into another thread: plain values, in which a Buffer may only
   * stand at the top.
   * @param receivedAt epoch milliseconds. Throws CommandError.
   */
  parse: (argument: Buffer, receivedAt: number) => Arguments;
  /** Resolves with nothing when the command has no reply. */
  run: (parsed: Arguments, context: CommandContext) => Promise<Answer | undefined>;
}

/** A command as dispatch sees it: its argument is its own affair. */
export interface Command
  extends Pick<
    CommandDefinition<unknown>,
    "verb" | "usage" | "summary" | "replies" | "states" | "isPipelined" | "parse"
  > {
  /** Of a verb with sub-commands (family.ts) these. */
  members?: readonly Command[];
  /** Throws CommandError, or rejects with it. */
  execute(argument: Buffer | undefined, context: CommandContext): Promise<Answer | undefined>;
}

const NOTHING = Buffer.alloc(0);

/** The usual answer to a verb whose argument is missing. */
export function missing(usage: string): string {
  return `missing argument, usage: ${usage}`;
}

export function command<Arguments>(definition: CommandDefinition<Arguments>): Command {
  const { missingArgument, run, ...description } = definition;
  return {
    ...description,
    execute(argument, context) {
      if (missingArgument !== undefined && argument === undefined) {
        throw new CommandError(missingArgument);
      }
      const { parser, clock } = context;
      const parsed = parser.parse(definition, argument ?? NOTHING, clock.now());
      if (parsed instanceof Promise) return parsed.then((one) => run(one, context));
      return run(parsed, context);
    },
  };
}
