/** What was checked, and how it went. */
export interface Check {
  /** What the library does when all is well. */
  name: string;
  outcome: "passed" | "failed" | "left out";
  /** What went wrong, or why it was left out. */
  reason: string;
}

/** Runs the checks of one library, one after another. The first failure ends its group. */
export class Checks {
  readonly list: Check[] = [];
  readonly #onCheck: (check: Check) => void;

  constructor(onCheck: (check: Check) => void) {
    this.#onCheck = onCheck;
  }

  /** Runs one check. Rejects, after having noted it, when it fails. */
  async check(name: string, run: () => Promise<void>, explain = () => ""): Promise<void> {
    try {
      await run();
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      this.#add({ name, outcome: "failed", reason: `${text}\n${explain()}` });
      throw new GroupEnded(name, { cause: error });
    }
    this.#add({ name, outcome: "passed", reason: "" });
  }

  leaveOut(name: string, reason: string): void {
    this.#add({ name, outcome: "left out", reason });
  }

  /** Runs checks of which each needs the one before. */
  async group(run: () => Promise<void>): Promise<void> {
    try {
      await run();
    } catch (error) {
      if (!(error instanceof GroupEnded)) throw error;
    }
  }

  #add(check: Check): void {
    this.list.push(check);
    this.#onCheck(check);
  }
}

class GroupEnded extends Error {}
