import { digits, list, pairs } from "./redis-reply.ts";
import { Script } from "./script.ts";

/** The transitions of the figures. What they do, and what they return, says the head of the file. */

export const addFigures = new Script({
  name: "add-figures",
  keys: ["jobtypes", "figures", "flushes"],
  fixed: ["now", "day", "days"],
  each: ["jobtype", "counts"],
  parse: digits,
});

export const findFigures = new Script({
  name: "find-figures",
  keys: ["figures", "flushes"],
  fixed: ["jobtype"],
  each: ["day"],
  parse: (reply): [field: string, count: number][] =>
    list(reply).flatMap((fields) =>
      pairs(fields).map(([field, count]): [string, number] => [field, Number(count)]),
    ),
});
