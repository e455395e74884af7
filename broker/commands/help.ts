import { CommandError, echo } from "../../protocol/errors.ts";
import { bulk } from "../../protocol/reply.ts";
import { type Command, command } from "./command.ts";

/** HELP, for people at a terminal: a page made from the records of all commands. */
export function helpOn(commands: () => ReadonlyMap<string, Command>): Command {
  return command({
    verb: "HELP",
    usage: "HELP [<verb> [<subcommand>]]",
    summary: "Shows all verbs, or tells of one.",
    replies: [
      ["$…", "a page of text"],
      ["-ERR no help on …: see HELP", "there is no such verb"],
    ],
    states: ["identified"],
    parse: (argument) => argument.toString().trim().toUpperCase(),
    run: async (verb) => {
      if (verb === "") return { reply: bulk(listOf([...commands().values()].filter(isVerb))) };
      const found = commands().get(verb);
      if (found === undefined) throw new CommandError(`no help on ${echo(verb)}: see HELP`);
      return { reply: bulk(pageOn(found)) };
    },
  });
}

/** Sub-commands are on the page of their verb. */
function isVerb({ verb }: Command): boolean {
  return !verb.includes(" ");
}

function listOf(commands: readonly Command[]): string {
  const lines = columns(commands.map(({ verb, summary }) => [verb, summary]));
  return [...lines, "", "HELP <verb> tells more."].join("\r\n");
}

function pageOn({ usage, summary, replies, members }: Command): string {
  const page = [usage, "", summary];
  if (members !== undefined) {
    const listed = columns(members.map((member) => [member.usage, member.summary]));
    page.push("", "Subcommands, of which HELP <verb> <subcommand> tells more:", ...listed);
  }
  return [...page, "", "Replies:", ...columns(replies)].join("\r\n");
}

function columns(rows: readonly (readonly [left: string, right: string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}
