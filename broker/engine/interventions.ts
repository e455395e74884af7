import { CommandError, echo, quote } from "../../protocol/errors.ts";
import type { FoundJob, JobHold, Store } from "../store/store.ts";
import { cancelledJob } from "./cancelled-job.ts";
import { describeNow } from "./describe-now.ts";

/** From where a job can be put into its queue. */
const RETRIED = ["scheduled", "retries", "dead"] as const;

/** What a person does to a single job that waits. */
export class Interventions {
  readonly #store: Store;
  readonly #wake: (queue: string) => void;

  /** @param wake is told of every job that has got into a queue */
  constructor(store: Store, wake: (queue: string) => void) {
    this.#store = store;
    this.#wake = wake;
  }

  /**
   * Puts a job into its queue that waits for its time, or is dead. One that is there already is where it
   * is to be: who has not heard the answer may ask again.
   */
  async retry(jid: string): Promise<void> {
    let found = await this.#requeue(jid);
    // It may have come there in between.
    if (RETRIED.some((set) => set === found?.state)) found = await this.#requeue(jid);
    if (found !== undefined && found.state !== "enqueued") throw await this.#refusedRetry(found);
  }

  /** Deletes a job, unless it is being worked on. */
  async delete(jid: string): Promise<void> {
    const outcome = await this.#store.catalogue.delete(jid);
    if (outcome === "unknown") throw new CommandError(`Job not found ${echo(jid)}`);
    if (outcome === "deleted") return;
    const location = await this.#store.locate(jid);
    throw new CommandError(`job ${echo(jid)} ${describeNow(location)}: it can't be deleted`);
  }

  async #refusedRetry(found: FoundJob): Promise<CommandError> {
    const { jid, state, cancel } = found;
    if (state === "cancelled" && cancel !== undefined) {
      return cancelledJob(jid, "was cancelled", cancel);
    }
    const hold = state === "dead" ? await this.#store.waiting.findHold(jid) : undefined;
    if (hold !== undefined) return heldJob(jid, hold);
    return new CommandError(`job ${echo(jid)} ${describeNow(found)}: it can't be retried`);
  }

  /** Undefined when the job is in its queue by this; otherwise where it is. */
  async #requeue(jid: string): Promise<FoundJob | undefined> {
    const places = RETRIED.map((set) => ({ set, jid }));
    const [enqueued] = await this.#store.waiting.enqueue(places, Number.POSITIVE_INFINITY);
    if (enqueued !== undefined) {
      this.#wake(enqueued.queue);
      return undefined;
    }
    const found = await this.#store.catalogue.find(jid);
    if (found === undefined) throw new CommandError(`Job not found ${echo(jid)}`);
    return found;
  }
}

function heldJob(jid: string, { kind, name }: JobHold): CommandError {
  const refuse = (why: string, code = "ERR") =>
    new CommandError(`job ${echo(jid)} is in dead, and ${why}`, { code });
  switch (kind) {
    case "waits":
      return refuse(`batch ${name}, which it is in, waits`);
    case "runs":
      return refuse(`batch ${name} has the key of its own, and has not ended`, "OVERLAP");
    case "tag":
      return refuse(`tag ${quote(name)} is being cancelled`, "CANCELLING");
    case "batch":
      return refuse(`batch ${name} was cancelled`, "CANCELLED");
  }
}
