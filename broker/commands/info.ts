import { bulk } from "../../protocol/reply.ts";
import { describeServer } from "../engine/info.ts";
import { command } from "./command.ts";

export const info = command({
  verb: "INFO",
  usage: "INFO",
  states: ["identified"],
  parse: () => undefined,
  run: async (_none, { engine, clock }) => {
    return { reply: bulk(JSON.stringify(await describeServer(engine, clock))) };
  },
});
