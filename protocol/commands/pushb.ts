import { asJson, readJob } from "../job.ts";
import { JsonError, scanJson } from "../json.ts";

/** The jobs of a PUSHB, each known to be one, and not kept otherwise: there may be 100,000. */
export interface JobArray {
  text: Buffer;
  /** Where each job starts and ends in the text, one pair after another. */
  bounds: Uint32Array;
}

/**
 * FWP: PUSHB. One element that is no job at all refuses the whole array.
 * @throws CommandError when the argument is not an array of jobs
 */
export function parsePushb(text: Buffer): JobArray {
  return asJson(() => {
    const { kind, elements } = scanJson(text);
    if (kind !== "array" && kind !== "null") {
      throw new JsonError(`json: cannot unmarshal ${kind} into Go value of type []client.Job`);
    }
    for (const { start, end } of elements) readJob(text.subarray(start, end));
    return { text, bounds: Uint32Array.from(elements.flatMap(({ start, end }) => [start, end])) };
  });
}

/** The text of each job. */
export function* jobTexts({ text, bounds }: JobArray): Generator<Buffer> {
  for (let index = 0; index < bounds.length; index += 2) {
    yield text.subarray(bounds[index], bounds[index + 1]);
  }
}

/** So long a piece of the reply is gathered before it becomes bytes, which cost less to keep. */
const PIECE_CHARACTERS = 2 ** 16;

/** A reply: which jobs were not pushed, and why; by jid. */
export class RefusedJobs {
  readonly #names = new Set<string>();
  readonly #pieces: Buffer[] = [];
  #piece = "{";

  /**
   * @param index the job's place in the array; it tells jobs with the same jid, or with none, from
   *   each other, since FWP has room for only one of them
   */
  add(jid: string, index: number, reason: string): void {
    let name = jid;
    // More than once where another job's jid looks like that.
    while (this.#names.has(name)) name += ` [${index}]`;
    const comma = this.#names.size === 0 ? "" : ",";
    this.#names.add(name);
    this.#piece += `${comma}${JSON.stringify(name)}:${JSON.stringify(reason)}`;
    if (this.#piece.length >= PIECE_CHARACTERS) this.#endPiece();
  }

  /** JSON, bit by bit as they were added: so this is little work, however many there are. */
  encode(): Buffer {
    this.#piece += "}";
    this.#endPiece();
    return Buffer.concat(this.#pieces);
  }

  #endPiece(): void {
    this.#pieces.push(Buffer.from(this.#piece));
    this.#piece = "";
  }
}
