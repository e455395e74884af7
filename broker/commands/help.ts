import { CommandError, echo } from "../../protocol/errors.ts";
import { bulk } from "../../protocol/reply.ts";
import { type Command, command } from "./command.ts";

/** HELP, for people at a terminal: a page made from the records of all commands. */
export function helpOn(commands: () => ReadonlyMap<string, Command>): Command {
  return command({
    verb: "HELP",
    usage: "HELP [<verb>]",
    summary: "Shows all verbs, or tells of one.",
    replies: [
      ["$…", "a page of text"],
      ["-ERR no help on …: see HELP", "there is no such verb"],
    ],
    states: ["identified"],
    parse: (argument) => argument.toString().trim().toUpperCase(),
    run: async (verb) => {
      if (verb === "") return { reply: bulk(listOf([...commands().values()])) };
      const found = commands().get(verb);
      if (found === undefined) throw new CommandError(`no help on ${echo(verb)}: see HELP`);
      return { reply: bulk(pageOn(found)) };
    },
  });
}

function listOf(commands: Command[]): string {
  const lines = commands.map(({ verb, summary }) => `  ${verb.padEnd(8)} ${summary}`);
  return [...lines, "", "HELP <verb> tells more."].join("\r\n");
}

function pageOn({ usage, summary, replies }: Command): string {
  const width = Math.max(...replies.map(([reply]) => reply.length));
  const meanings = replies.map(([reply, meaning]) => `  ${reply.padEnd(width)}  ${meaning}`);
  return [usage, "", summary, "", "Replies:", ...meanings].join("\r\n");
}
