import { CALLBACK_KINDS, type CallbackKind, OVERLAPS, type Overlap } from "../batch.ts";
import { checkBid } from "../bid.ts";
import { CommandError } from "../errors.ts";
import { checkText } from "../id.ts";
import { asJson } from "../job.ts";
import { JsonError, type JsonMember, scanJson } from "../json.ts";
import { type LeasedJob, readOnBehalf } from "../leased-job.ts";
import {
  MAX_BATCH_KEY_BYTES,
  MAX_BATCH_META_BYTES,
  MAX_BATCH_TIMEOUT_SECONDS,
  MAX_PREDECESSORS,
} from "../limits.ts";
import { type Members, readMembers } from "../members.ts";
import { checkTags } from "../tags.ts";

/** A batch as a client asks for it. Millrace's own but for the first three. */
export interface BatchRequest {
  /** The batch that it is to be in. */
  parent: string | undefined;
  description: string;
  /** The jobs that it calls, as they came; `death` is millrace's own. */
  callbacks: Partial<Record<CallbackKind, Buffer>>;
  /** Any JSON, kept byte by byte. */
  meta?: Buffer;
  /** By which it is listed. */
  tags?: string[];
  /** Only one batch of a key runs at a time; and what becomes of it when one does. */
  key?: { name: string; overlap: Overlap };
  /** The batches that have to succeed, and to end, before any of its jobs is handed out. */
  after?: string[];
  afterEnd?: string[];
  /** None of its jobs is handed out before it is committed. */
  isHeld?: boolean;
  /** So long after it has started it is called off, if it has not ended. */
  timeoutSeconds?: number;
  /** The job that begins it. */
  onBehalf?: LeasedJob;
}

/** FWP: a client may name a `bid`, which counts for nothing. */
const SHAPE = {
  parent_bid: "string",
  description: "string",
  complete: "object",
  success: "object",
  death: "object",
  meta: "value",
  tags: "strings",
  key: "string",
  overlap: "string",
  after: "strings",
  after_end: "strings",
  hold: "bool",
  timeout: "number",
  on_behalf: "object",
} as const;

type Told = Members<typeof SHAPE>;

/** FWP: BATCH NEW. @throws CommandError */
export function parseBatchNew(argument: Buffer): BatchRequest {
  const told = asJson(() => {
    const json = scanJson(argument);
    if (json.kind !== "object")
      throw new JsonError(`json: cannot unmarshal ${json.kind} into a batch`);
    return readMembers(json, SHAPE, "Batch");
  });
  const cut = ({ start, end }: JsonMember) => Buffer.from(argument.subarray(start, end));
  const callbacks: BatchRequest["callbacks"] = {};
  for (const kind of CALLBACK_KINDS) {
    const member = told[kind];
    if (member !== undefined) callbacks[kind] = cut(member);
  }
  const own = { ...readOwn(told), ...(told.meta && { meta: checkMeta(cut(told.meta)) }) };
  if (Object.keys(callbacks).length === 0 && Object.keys(own).length === 0) {
    throw new CommandError("a batch needs a callback: success, complete or death");
  }
  return {
    parent: told.parent_bid ? checkBid(told.parent_bid) : undefined,
    description: told.description ?? "",
    callbacks,
    ...own,
    ...(told.on_behalf && { onBehalf: readOnBehalf(cut(told.on_behalf)) }),
  };
}

/** What no Faktory knows. */
function readOwn(told: Told): Omit<BatchRequest, "parent" | "description" | "callbacks" | "meta"> {
  const { tags, key, overlap, after, after_end: afterEnd, hold, timeout } = told;
  for (const [name, bids] of Object.entries({ after, after_end: afterEnd })) {
    if (bids !== undefined) checkPredecessors(name, bids);
  }
  if (timeout !== undefined) checkTimeout(timeout);
  return {
    ...(tags && tags.length > 0 && { tags: checkTags(tags) }),
    ...readKey(key, overlap),
    ...(after && after.length > 0 && { after }),
    ...(afterEnd && afterEnd.length > 0 && { afterEnd }),
    ...(hold && { isHeld: true }),
    ...(timeout !== undefined && { timeoutSeconds: timeout }),
  };
}

function readKey(name: string | undefined, word: string | undefined): Pick<BatchRequest, "key"> {
  if (name === undefined || name === "") {
    if (word === undefined) return {};
    throw new CommandError("overlap needs a key");
  }
  checkText("key", name, MAX_BATCH_KEY_BYTES);
  const overlap = OVERLAPS.find((one) => one === (word ?? "skip"));
  if (overlap === undefined)
    throw new CommandError(`overlap must be one of ${OVERLAPS.join(", ")}`);
  return { key: { name, overlap } };
}

function checkPredecessors(name: string, bids: readonly string[]): void {
  if (bids.length > MAX_PREDECESSORS) {
    throw new CommandError(`${name} names at most ${MAX_PREDECESSORS} batches`);
  }
  for (const bid of bids) checkBid(bid);
}

function checkMeta(meta: Buffer): Buffer {
  if (meta.length <= MAX_BATCH_META_BYTES) return meta;
  throw new CommandError(`meta has at most ${MAX_BATCH_META_BYTES} bytes`);
}

function checkTimeout(seconds: number): void {
  if (seconds > 0 && seconds <= MAX_BATCH_TIMEOUT_SECONDS) return;
  throw new CommandError(
    `timeout must be above 0 and at most ${MAX_BATCH_TIMEOUT_SECONDS} seconds`,
  );
}

/** A batch as a client writes it; callbacks and meta are JSON already. */
export function encodeBatchNew(request: BatchRequest): string {
  const { parent, description, callbacks, meta, tags, key, after, afterEnd, isHeld, onBehalf } =
    request;
  const members = JSON.stringify({
    parent_bid: parent,
    description,
    tags,
    key: key?.name,
    overlap: key?.overlap,
    after,
    after_end: afterEnd,
    hold: isHeld,
    timeout: request.timeoutSeconds,
    on_behalf: onBehalf && { jid: onBehalf.jid, lease: onBehalf.token },
  });
  let text = members.slice(0, -1);
  for (const kind of CALLBACK_KINDS) {
    const callback = callbacks[kind];
    if (callback !== undefined) text += `,"${kind}":${callback.toString()}`;
  }
  if (meta !== undefined) text += `,"meta":${meta.toString()}`;
  return `BATCH NEW ${text}}`;
}
