import { CommandError, echo } from "../../protocol/errors.ts";
import { type Command, command, missing } from "./command.ts";

/**
 * A verb with sub-commands. Each of them is a command of its own, with both words as its verb: a line
 * that names one is that command's (server/dispatch.ts). What is left for the family is refused.
 */
export function family(verb: string, summary: string, members: readonly Command[]): Command {
  const words = members.map((member) => member.verb.slice(verb.length + 1));
  const usage = `${verb} ${words.join("|")} …`;
  return {
    ...command({
      verb,
      usage,
      summary,
      replies: [[`-ERR no such ${verb} subcommand: …`, "see above for those there are"]],
      states: [...new Set(members.flatMap(({ states }) => states))],
      missingArgument: missing(usage),
      parse: (argument) => argument.toString().split(" ", 1)[0] ?? "",
      run: (word) => {
        throw new CommandError(`no such ${verb} subcommand: ${echo(word.toUpperCase())}`);
      },
    }),
    members,
  };
}
