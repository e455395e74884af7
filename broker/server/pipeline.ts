import { isLong } from "../commands/argument-parser.ts";
import type { Command } from "../commands/command.ts";
import { type CommandLine, type Outcome, parseLine } from "./dispatch.ts";

export interface PipelineOptions {
  run(line: CommandLine): Promise<Outcome>;
  /** Takes what has been done, in the order in which the commands came. */
  deliver(outcomes: Outcome[]): void;
  /** How many commands may be under way at once. */
  maxRunning: number;
}

/**
 * So much of one connection is begun in one turn of the event loop. Many commands need no store, and
 * without a pause a packet full of them would keep everybody else waiting.
 */
const MAX_BEGUN_A_TURN = 100;
const MAX_BYTES_A_TURN = 2 ** 18;

/** A command that is under way, or that waits for the ones before it to be answered. */
interface Slot {
  bytes: number;
  outcome?: Outcome;
}

/**
 * The commands of one connection. FWP: they are done one after another, and answered in order.
 * Commands of one verb that may be pipelined are under way together, which no client can tell from
 * doing them one by one, since the store keeps their order.
 */
export class Pipeline {
  readonly #options: PipelineOptions;
  /** Those from #next on have not been begun yet. */
  #lines: Buffer[] = [];
  #next = 0;
  readonly #slots: Slot[] = [];
  #heldBytes = 0;
  #begunInTurn = { count: 0, bytes: 0 };
  #isResting = false;
  #runningCommand: Command | undefined;
  #isHeld = false;

  constructor(options: PipelineOptions) {
    this.#options = options;
  }

  add(line: Buffer): void {
    this.#lines.push(line);
    this.#heldBytes += line.length;
  }

  /** How many lines have not been begun. */
  get waiting(): number {
    return this.#lines.length - this.#next;
  }

  /** How long all lines are that wait or are under way. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  get isIdle(): boolean {
    return this.waiting === 0 && this.#slots.length === 0;
  }

  /** Begins what may be begun now. */
  advance(): void {
    while (!this.#isResting) {
      const line = this.#lines[this.#next];
      if (line === undefined) break;
      if (this.#isHeld || this.#slots.length >= this.#options.maxRunning) break;
      const parsed = parseLine(line);
      if (this.#slots.length > 0 && !this.#mayJoin(parsed.command, line.length)) break;
      this.#next++;
      this.#begin(parsed, line.length);
    }
    if (this.#next > 0 && this.#next * 2 >= this.#lines.length) this.#forgetBegun();
  }

  /** While held, nothing more is begun. */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
  }

  /** Forgets what has not been begun. */
  clear(): void {
    this.#forgetBegun();
    for (const line of this.#lines) this.#heldBytes -= line.length;
    this.#lines = [];
  }

  #forgetBegun(): void {
    this.#lines.splice(0, this.#next);
    this.#next = 0;
  }

  #mayJoin(command: Command | undefined, bytes: number): boolean {
    if (isLong(bytes) || command !== this.#runningCommand) return false;
    return command?.isPipelined === true;
  }

  #begin(line: CommandLine, bytes: number): void {
    const slot: Slot = { bytes };
    this.#slots.push(slot);
    // Those behind a long one would be parsed before it.
    this.#runningCommand = isLong(bytes) ? undefined : line.command;
    void this.#run(line, slot);
    this.#begunInTurn.count++;
    this.#begunInTurn.bytes += bytes;
    const { count, bytes: begunBytes } = this.#begunInTurn;
    if (count >= MAX_BEGUN_A_TURN || begunBytes >= MAX_BYTES_A_TURN) this.#rest();
  }

  /** Lets others have a turn. */
  #rest(): void {
    this.#isResting = true;
    setImmediate(() => {
      this.#isResting = false;
      this.#begunInTurn = { count: 0, bytes: 0 };
      this.advance();
    });
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
    for (const { bytes } of this.#slots.splice(0, outcomes.length)) this.#heldBytes -= bytes;
    this.#options.deliver(outcomes);
    this.advance();
  }
}
