import type { Row } from "./row.ts";
import type { Figures } from "./run-load.ts";
import type { Settings } from "./settings.ts";

export interface Scenario {
  /** What `--only` takes. */
  name: string;
  /** What it does, in a sentence or two. */
  summary: string;
  run(settings: Settings): Promise<ScenarioResult>;
}

export interface ScenarioResult {
  rows: Row[];
  /** All rounds, by contender. */
  rounds: Record<string, Figures[]>;
  /** What else was measured, for the record. */
  details?: unknown;
}
