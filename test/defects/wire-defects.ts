import { administrationDefects } from "./administration.ts";
import type { Defect } from "./defect.ts";
import { framingDefects } from "./framing.ts";
import { jobDefects } from "./jobs.ts";
import { workerDefects } from "./workers.ts";

/** Every defect that shows on the wire, in the order of their numbers. */
export const wireDefects: readonly Defect[] = [
  ...jobDefects,
  ...workerDefects,
  ...administrationDefects,
  ...framingDefects,
].toSorted((a, b) => a.number - b.number);
