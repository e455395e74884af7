import {
  encodeFigures,
  JOB_FIGURES_USAGE,
  parseJobFigures,
} from "../../protocol/commands/job-figures.ts";
import { bulk } from "../../protocol/reply.ts";
import { command } from "./command.ts";

export const jobFigures = command({
  verb: "JOB FIGURES",
  usage: JOB_FIGURES_USAGE,
  summary: "Tells how long jobs of a type wait and run, or of which types that is known.",
  replies: [
    [
      '${"jobtype":"…","count":…,"failed":…,"wait_ms":{…},"run_ms":{…},…}',
      "of the last seven days",
    ],
    ['${"types":["…"]}', "without a type: those of which there are figures"],
  ],
  states: ["identified"],
  parse: parseJobFigures,
  run: async (jobtype, { engine: { figures } }) => {
    const reply =
      jobtype === undefined
        ? JSON.stringify({ types: await figures.jobtypes() })
        : encodeFigures(await figures.of(jobtype));
    return { reply: bulk(reply) };
  },
});
