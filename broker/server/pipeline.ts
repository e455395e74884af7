import type { Command } from "../commands/command.ts";
import { type CommandLine, type Outcome, parseLine } from "./dispatch.ts";

export interface PipelineOptions {
  run(line: CommandLine): Promise<Outcome>;
  /** Takes what has been done, in the order in which the commands came. */
  deliver(outcomes: Outcome[]): void;
  /** How many commands may be under way at once. */
  maxRunning: number;
}

/** A command that is under way, or that waits for the ones before it to be answered. */
interface Slot {
  outcome?: Outcome;
}

/**
 * The commands of one connection. FWP: they are done one after another, and answered in order.
 * Commands of one verb that may be pipelined are under way together, which no client can tell from
 * doing them one by one, since the store keeps their order.
 */
export class Pipeline {
  readonly #options: PipelineOptions;
  /** Not begun yet. */
  #lines: Buffer[] = [];
  readonly #slots: Slot[] = [];
  #runningCommand: Command | undefined;
  #isHeld = false;

  constructor(options: PipelineOptions) {
    this.#options = options;
  }

  add(line: Buffer): void {
    this.#lines.push(line);
  }

  /** How many lines have not been begun. */
  get waiting(): number {
    return this.#lines.length;
  }

  get isIdle(): boolean {
    return this.#lines.length === 0 && this.#slots.length === 0;
  }

  /** Begins what may be begun now. */
  advance(): void {
    let begun = 0;
    for (const line of this.#lines) {
      if (this.#isHeld || this.#slots.length >= this.#options.maxRunning) break;
      const parsed = parseLine(line);
      if (this.#slots.length > 0 && !this.#mayJoin(parsed.command)) break;
      begun++;
      this.#begin(parsed);
    }
    if (begun > 0) this.#lines = this.#lines.slice(begun);
  }

  /** While held, nothing more is begun. */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
  }

  /** Forgets what has not been begun. */
  clear(): void {
    this.#lines = [];
  }

  #mayJoin(command: Command | undefined): boolean {
    return command?.isPipelined === true && command === this.#runningCommand;
  }

  #begin(line: CommandLine): void {
    const slot: Slot = {};
    this.#slots.push(slot);
    this.#runningCommand = line.command;
    void this.#run(line, slot);
  }

  async #run(line: CommandLine, slot: Slot): Promise<void> {
    slot.outcome = await this.#options.run(line);
    this.#deliver();
  }

  #deliver(): void {
    const outcomes: Outcome[] = [];
    for (const { outcome } of this.#slots) {
      if (outcome === undefined) break;
      outcomes.push(outcome);
    }
    if (outcomes.length === 0) return;
    this.#slots.splice(0, outcomes.length);
    this.#options.deliver(outcomes);
    this.advance();
  }
}
