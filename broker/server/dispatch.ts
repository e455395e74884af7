import { CommandError, echo } from "../../protocol/errors.ts";
import { MAX_ECHO_CHARACTERS } from "../../protocol/limits.ts";
import type { Reply } from "../../protocol/reply.ts";
import type { Answer, Command, CommandContext } from "../commands/command.ts";
import { commands } from "../commands/index.ts";

const SPACE = 0x20;

/** As much of a verb as is looked at: none is so long, and an error repeats no more of it. */
const MAX_VERB_BYTES = 4 * MAX_ECHO_CHARACTERS;

/** A line as a client sent it, taken apart at its first space, or where a sub-command ends. */
export interface CommandLine {
  /** Of a sub-command both words. */
  verb: string;
  /** Undefined when the line has no space. */
  argument: Buffer | undefined;
  /** Undefined when the broker knows no such verb. */
  command: Command | undefined;
}

export function parseLine(line: Buffer): CommandLine {
  const { word: verb, rest: argument } = cutWord(line);
  const command = commands.get(verb);
  return (command?.members && findMember(verb, argument)) ?? { verb, argument, command };
}

/** The sub-command that an argument begins with, in either case. */
function findMember(family: string, argument: Buffer | undefined): CommandLine | undefined {
  if (argument === undefined) return undefined;
  const { word, rest } = cutWord(argument);
  const verb = `${family} ${word.toUpperCase()}`;
  const command = commands.get(verb);
  return command && { verb, argument: rest, command };
}

function cutWord(text: Buffer): { word: string; rest: Buffer | undefined } {
  const space = text.indexOf(SPACE);
  const end = space === -1 ? text.length : space;
  return {
    word: text.toString("utf8", 0, Math.min(end, MAX_VERB_BYTES)),
    rest: space === -1 ? undefined : text.subarray(space + 1),
  };
}

export interface Outcome extends Partial<Answer> {
  /** Why the connection is to be closed once the reply is written. */
  closeReason?: string;
}

/** Runs one command. Never rejects: whatever goes wrong becomes a reply. */
export async function dispatch(line: CommandLine, context: CommandContext): Promise<Outcome> {
  try {
    const command = findCommand(line, context);
    context.engine.statistics.commands++;
    context.feed.tell(context.session, line.verb, line.argument, context.clock.now());
    return (await command.execute(line.argument, context)) ?? {};
  } catch (error) {
    return refuse(error, line, context);
  }
}

function findCommand({ verb, command }: CommandLine, { session }: CommandContext): Command {
  if (command?.states.includes(session.state)) return command;
  if (session.state === "greeted") {
    throw new CommandError('expected HELLO {"v":2} as the first command');
  }
  throw new CommandError(`unknown command ${echo(verb)}`);
}

function refuse(error: unknown, { verb }: CommandLine, { session, log }: CommandContext): Outcome {
  let refusal = { code: "ERR", message: "internal error" };
  if (error instanceof CommandError) {
    refusal = { code: error.code, message: error.message };
    log.debug({ event: "command.refused", conn: session.id, verb: echo(verb), ...refusal });
  } else {
    log.error({ event: "command.crashed", conn: session.id, verb, err: error });
  }
  const reply: Reply = { kind: "error", ...refusal };
  // FWP: who does not get past HELLO is not given a second try.
  return session.state === "greeted" ? { reply, closeReason: refusal.message } : { reply };
}
