import { asJson } from "../job.ts";
import { JsonError, scanJson } from "../json.ts";

/**
 * FWP: PUSHB. The texts of the jobs, which have not been looked into: there may be a hundred thousand.
 * @throws CommandError when the argument is not an array of objects
 */
export function parsePushb(argument: Buffer): Buffer[] {
  return asJson(() => {
    const { kind, elements } = scanJson(argument);
    if (kind !== "array" && kind !== "null") {
      throw new JsonError(`json: cannot unmarshal ${kind} into Go value of type []client.Job`);
    }
    return elements.map(({ start, end }) => argument.subarray(start, end));
  });
}

/** A reply: which jobs were not pushed, and why; by jid. */
export class RefusedJobs {
  readonly #reasons = new Map<string, string>();

  /**
   * @param index the job's place in the array; it tells jobs with the same jid, or with none, from
   *   each other, since FWP has room for only one of them
   */
  add(jid: string, index: number, reason: string): void {
    this.#reasons.set(this.#reasons.has(jid) ? `${jid} [${index}]` : jid, reason);
  }

  encode(): string {
    const sorted = [...this.#reasons].toSorted(([one], [other]) => (one < other ? -1 : 1));
    return JSON.stringify(Object.fromEntries(sorted));
  }
}
