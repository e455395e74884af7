/** What a run of the benchmarks is to do. */
export interface Settings {
  rounds: number;
  /** One round with small numbers: whether everything works, and nothing more. */
  isQuick: boolean;
  warmUpMs: number;
  measureMs: number;
  /** The length of a job's JSON text. */
  jobBytes: number;
  shape: "cycle" | "halves";
  /** The path of a Faktory's program. */
  faktory: string | undefined;
  peer: URL | undefined;
}
