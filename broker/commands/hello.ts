import { parseHello } from "../../protocol/commands/hello.ts";
import { CommandError } from "../../protocol/errors.ts";
import { OK } from "../../protocol/reply.ts";
import { command, missing } from "./command.ts";

const USAGE = 'HELLO {"v":2}';

export const hello = command({
  verb: "HELLO",
  usage: USAGE,
  summary: "Introduces the client; the first command of every connection.",
  replies: [
    ["+OK", "welcome"],
    ["-ERR Invalid password", "the hash is wrong or missing; the connection closes"],
    [
      "-ERR invalid HELLO: …",
      "not one JSON object, or a member of a wrong type; the connection closes",
    ],
  ],
  states: ["greeted"],
  missingArgument: missing(USAGE),
  parse: parseHello,
  run: async (greeting, { engine, session, password }) => {
    const isAwaited = () => session.state !== "closed";
    if (!(await password.accepts(greeting, session.challenge, isAwaited))) {
      throw new CommandError("Invalid password");
    }
    session.admit();
    if (greeting.wid !== "") {
      session.wid = greeting.wid;
      await engine.workers.register(greeting, session);
    }
    if (greeting.leaseSeconds !== undefined) session.leaseMs = greeting.leaseSeconds * 1_000;
    session.identify();
    return { reply: OK };
  },
});
