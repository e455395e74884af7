import { EventEmitter } from "node:events";
import { scanJson } from "../protocol/json.ts";
import { bulk, OK, type Reply } from "../protocol/reply.ts";
import { NotSupported } from "./errors.ts";
import { type Job, readJob } from "./job.ts";
import { decodeJson } from "./json-text.ts";
import type { ClientLink, LinkEvents } from "./link.ts";

/** A job that was pushed, and not sent to any server. Integers beyond 2^53 are bigints. */
export interface PushedJob extends Job {
  /** As it would have been sent. */
  readonly text: string;
}

/** Stands where a link to a server would, and keeps the jobs that are pushed over it. */
export class PushRecorder implements ClientLink {
  readonly events = new EventEmitter<LinkEvents>();
  readonly jobs: PushedJob[] = [];
  #batchCount = 0;

  async call(line: string): Promise<Reply> {
    const [verb, argument] = [line.split(" ", 1)[0], line.slice(line.indexOf(" ") + 1)];
    if (verb === "PUSH") {
      this.jobs.push(readPushedJob(argument));
      return OK;
    }
    if (verb === "BATCH") return this.#answerBatch(argument);
    if (verb !== "PUSHB") throw new NotSupported(`a FakeClient has no server to ask for ${verb}`);
    const text = Buffer.from(argument);
    for (const { start, end } of scanJson(text).elements) {
      this.jobs.push(readPushedJob(text.toString("utf8", start, end)));
    }
    return bulk("{}");
  }

  /** Batches take jobs, and nothing ever comes of them: no callback is called. */
  #answerBatch(argument: string): Reply {
    const [subcommand, bid = ""] = argument.split(" ");
    switch (subcommand) {
      case "NEW":
        return bulk(`b-fake-${++this.#batchCount}`);
      case "OPEN":
        return bulk(bid);
      case "COMMIT":
        return OK;
      case "STATUS":
      case "CANCEL":
        return bulk(JSON.stringify({ bid, state: subcommand === "STATUS" ? "open" : "cancelled" }));
      default:
        throw new NotSupported(`a FakeClient has no server to ask for BATCH ${subcommand}`);
    }
  }

  async connect(): Promise<void> {}

  async close(): Promise<void> {}
}

function readPushedJob(text: string): PushedJob {
  return { ...readJob(decodeJson(text, "exact")), text };
}
