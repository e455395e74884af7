import { bulk } from "../../protocol/reply.ts";
import { describeServer } from "../engine/info.ts";
import { command } from "./command.ts";

export const info = command({
  verb: "INFO",
  usage: "INFO",
  summary: "Tells how many jobs there are where, and how the broker does.",
  replies: [["${…}", "JSON"]],
  states: ["identified"],
  parse: () => undefined,
  run: async (_none, { engine, clock }) => {
    return { reply: bulk(JSON.stringify(await describeServer(engine, clock))) };
  },
});
