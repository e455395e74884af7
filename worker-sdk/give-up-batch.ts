import { cutBytes } from "../protocol/cut-bytes.ts";
import type { BatchAdministration } from "./batch-administration.ts";
import { isNoSuchBatch, NotSupported, ServerError } from "./errors.ts";

/** So much of an error's text is told; a server takes 1,000. */
const MAX_BYTES = 500;

/**
 * Calls off a batch that will not be committed, since its program has failed. A classic server can't: there its
 * jobs run, and nothing is called.
 * @throws AggregateError, with what the program threw and what went wrong then, when it may go on
 */
export async function giveUpBatch(
  batches: BatchAdministration,
  bid: string,
  cause: unknown,
): Promise<void> {
  try {
    const reason = `its program has failed: ${describe(cause)}`;
    await batches.cancel(bid, { reason: cutBytes(reason.toWellFormed(), MAX_BYTES) });
  } catch (error) {
    if (error instanceof NotSupported || isNoSuchBatch(error)) return;
    if (error instanceof ServerError && (await isClassic(batches, bid))) return;
    throw new AggregateError(
      [cause, error],
      `batch ${bid} was given up, and could not be called off: ${describe(error)}`,
      { cause: error },
    );
  }
}

/** A Faktory Enterprise has batches, and no state of them; its words for what it has not are not known. */
async function isClassic(batches: BatchAdministration, bid: string): Promise<boolean> {
  const status = await batches.status(bid).catch(() => undefined);
  return status?.state === "unknown";
}

/** Whatever was thrown. */
function describe(error: unknown): string {
  try {
    return String(error);
  } catch {
    return "something that has no text";
  }
}
