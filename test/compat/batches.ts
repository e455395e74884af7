import * as assert from "node:assert/strict";
import type { Checks } from "./checks.ts";
import { Control } from "./control.ts";
import type { Library } from "./libraries.ts";
import { type Built, Program } from "./program.ts";
import { Recorder } from "./recorder.ts";
import { type Target, urlOf } from "./target.ts";

/** What a program that does it all by itself has to see: of each check its name, and that. */
const WITH_CLIENT: Readonly<Record<string, unknown>> = {
  "takes the server for an Enterprise": { isEnterprise: true },
  "counts the jobs of a batch before its commit": {
    status: { total: 3, pending: 3, failed: 0, complete: "", success: "" },
    description: "three jobs",
    hasParent: false,
  },
  "sees nothing called before the commit": {
    status: { total: 3, pending: 0, failed: 0, complete: "", success: "" },
    isQueueEmpty: true,
  },
  "sees complete called at the commit, and success behind it": {
    atCommit: ["1", ""],
    first: { type: "Completed", kind: "complete", isOfBatch: true, isMember: false },
    afterFirst: ["2", "1"],
    second: { type: "Succeeded", kind: "success", isOfBatch: true, isMember: false },
    atEnd: ["2", "2"],
  },
  "opens a batch that has ended, and nothing is called again": {
    order: ["Late"],
    status: { total: 4, pending: 0, failed: 0, complete: "2", success: "2" },
  },
  "sees an empty batch called at the commit": {
    atCommit: ["1", ""],
    order: ["Completed", "Succeeded"],
    status: { total: 0, pending: 0, failed: 0, complete: "2", success: "2" },
  },
  "puts batches into batches, which are called from the inside out": {
    totals: [1, 2, 1],
    parents: [false, true, true],
    order: ["Outer", "Inner", "Inner", "Innermost", "InnermostDone", "InnerDone", "OuterDone"],
  },
  "opens a batch from within one of its jobs": {
    order: ["Opener", "Added", "Succeeded"],
    status: { total: 2, pending: 0, failed: 0, complete: "", success: "2" },
  },
  "sees a job of a batch fail, and be done later": {
    atFailure: { total: 2, pending: 0, failed: 1, complete: "1", success: "" },
    order: ["Steady", "Flaky", "Completed", "Flaky", "Succeeded"],
    status: { total: 2, pending: 0, failed: 0, complete: "2", success: "2" },
  },
  "pushes 100 jobs into a batch at once": {
    status: { total: 100, pending: 100, failed: 0, complete: "", success: "" },
    ran: 101,
  },
  "is told of a batch that is not there": { isRefused: true },
};

/** The same of one that only has the library's worker. */
const WITH_WORKER: Readonly<Record<string, unknown>> = {
  "opens a batch from within one of its jobs, which need not commit it": {
    order: ["Opener", "Added", "Completed", "Succeeded"],
    memberKnowsBatch: true,
    callbacksKnowBatch: true,
    callbacksAreMembers: false,
    outsideOfBatch: "No batch associated with this job",
  },
};

const CHECKS = { client: WITH_CLIENT, worker: WITH_WORKER };

/** A FETCH that finds nothing takes 2 seconds. */
const LIMIT_MS = 60_000;

/** Plays the batch program of a library. The server has to be idle otherwise, and may know no batches. */
export async function playBatches(
  library: Library,
  built: Built,
  target: Target,
  checks: Checks,
): Promise<void> {
  const { batches } = library;
  if (batches === undefined) {
    checks.leaveOut("begins batches", "not in this library");
    return;
  }
  if (!(await hasBatches(target))) {
    checks.leaveOut("begins batches", "this server has none");
    return;
  }
  const recorder = await Recorder.start(target.host, target.port);
  const program = Program.start(built, ["batches"], { url: urlOf(target, recorder.port) });
  try {
    const code = await program.end(LIMIT_MS);
    await checks.group(() =>
      compareAll(CHECKS[batches], program, code, checks, () => recorder.lastLines),
    );
    await checks.group(() => playExample(library, target, checks));
  } finally {
    recorder.stop();
  }
}

/** Runs the chain of docs/examples: three stages, each only when all of the one before is done. */
async function playExample(library: Library, target: Target, checks: Checks): Promise<void> {
  if (library.buildExample === undefined) return;
  const built = await library.buildExample();
  await checks.check("runs the chain of docs/examples", async () => {
    const program = Program.start(built, [], { url: urlOf(target) });
    assert.equal(await program.end(LIMIT_MS), 0, program.lastErrors);
    const isLog = (line: string) => /^\d/.test(line);
    const lines = program.lastErrors.split("\n").filter((line) => line !== "" && !isLog(line));
    // Jobs of one stage run at the same time.
    const told = [
      ...lines.splice(0, 2).toSorted(),
      lines.shift(),
      ...lines.splice(0, 2).toSorted(),
    ];
    const stages = [
      "download a.xml",
      "download b.xml",
      "DOWNLOAD",
      "convert a.xml",
      "convert b.xml",
    ];
    assert.deepEqual(told, stages);
    assert.deepEqual(lines, ["CONVERT", "publish catalogue", "PUBLISH", "imported"]);
  });
}

async function compareAll(
  wanted: Readonly<Record<string, unknown>>,
  program: Program,
  code: number | NodeJS.Signals,
  checks: Checks,
  lastLines: () => string,
): Promise<void> {
  const told = program.events.filter((event) => event.event === "batch");
  for (const [name, expected] of Object.entries(wanted)) {
    const run = async () => {
      const found = told.find(({ check }) => check === name);
      assert.ok(found, `it ended with ${code} before that:\n${program.lastErrors}`);
      assert.deepEqual(found.seen, expected);
    };
    await checks.check(name, run, () => `The last on the wire:\n${lastLines()}`);
  }
}

async function hasBatches(target: Target): Promise<boolean> {
  const control = await Control.connect(target);
  try {
    return await control.hasBatches();
  } finally {
    control.close();
  }
}
