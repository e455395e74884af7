import type { CallbackKind } from "../protocol/batch.ts";
import { type BatchRequest, encodeBatchNew } from "../protocol/commands/batch-new.ts";
import { ask } from "./ask.ts";
import { type BatchOptions, bidOf, callbacksOf } from "./batch-options.ts";
import type { JobMap } from "./job-map.ts";
import { encodeJson } from "./json-text.ts";
import { encodeOutgoingJob, outgoingJob } from "./outgoing-job.ts";
import { type PushingParts, prepareJob } from "./prepare-job.ts";

/**
 * Begins a batch, and resolves with its bid. FWP: BATCH NEW.
 *
 * When the reply is lost there may be a batch whose bid nobody knows, and that nobody will ever commit. As a
 * rule that does no harm: the server forgets it after half an hour, so a second one is begun. But one in
 * another batch would hold up that one's end for so long, and one with a key the next run. There the call
 * fails, with ServerUnavailable: what is around it is given up with it, and a key's can be cancelled.
 * @throws NotSupported where the server has no batches; Overlap
 */
export async function beginBatch<Jobs extends JobMap<Jobs>>(
  parts: PushingParts<Jobs>,
  options: BatchOptions<Jobs>,
  parentBid?: string,
): Promise<string> {
  const { key, timeoutMs, signal } = options;
  const isRepeatable = key === undefined && parentBid === undefined;
  const line = encodeBatchNew(await requestOf(parts, options, parentBid));
  return await ask(parts.link, line, { timeoutMs, signal, isRepeatable });
}

async function requestOf<Jobs extends JobMap<Jobs>>(
  parts: PushingParts<Jobs>,
  options: BatchOptions<Jobs>,
  parent: string | undefined,
): Promise<BatchRequest> {
  const { description = "", tags, meta, key, overlap, after, afterEnd } = options;
  const { hold = false, timeoutSeconds } = options;
  if (overlap !== undefined && key === undefined) throw new RangeError("overlap needs a key");
  const { jid, lease } = parts.pusher ?? {};
  return {
    parent,
    description,
    callbacks: await encodeCallbacks(parts, options),
    ...(tags && { tags: [...tags] }),
    ...(meta !== undefined && { meta: Buffer.from(encodeJson(meta)) }),
    ...(key !== undefined && { key: { name: key, overlap: overlap ?? "skip" } }),
    ...(after && { after: after.map(bidOf) }),
    ...(afterEnd && { afterEnd: afterEnd.map(bidOf) }),
    ...(hold && { isHeld: true }),
    ...(timeoutSeconds !== undefined && { timeoutSeconds }),
    ...(jid !== undefined && lease !== undefined && { onBehalf: { jid, token: lease } }),
  };
}

/** Checked, and inside of all middleware, as if they were pushed: the server will do that without asking. */
async function encodeCallbacks<Jobs extends JobMap<Jobs>>(
  parts: PushingParts<Jobs>,
  options: BatchOptions<Jobs>,
): Promise<Partial<Record<CallbackKind, Buffer>>> {
  const callbacks: Partial<Record<CallbackKind, Buffer>> = {};
  for (const [kind, { type, args, ...jobOptions }] of callbacksOf(options)) {
    const job = outgoingJob(type, args, jobOptions);
    await prepareJob(parts, job, async () => {
      callbacks[kind] = Buffer.from(encodeOutgoingJob(job));
    });
  }
  return callbacks;
}
