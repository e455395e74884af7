import type { BeginOutcome, CommitOutcome, RetryBatchOutcome } from "./batch-store.ts";
import { readBehalfRefusal } from "./behalf.ts";
import { integer, list, text, unexpected } from "./redis-reply.ts";
import { Script } from "./script.ts";

const REFUSED_FOR = ["no batch", "around", "circle", "closed", "runs", "overtaken"] as const;

export const beginBatch = new Script({
  name: "begin-batch",
  keys: [
    "ties",
    "groups",
    "notices",
    "batch",
    "jobs",
    "queue",
    "queues",
    "sequence",
    "reservations",
    "cancelling",
    "cancels",
  ],
  fixed: ["now", "expiresAt", "bid", "parent", "after", "key", "overlap", "described", "behalf"],
  each: ["kind", "jid", "record", "spareJid", "spareRecord", "queue", "band", "ties"],
  parse: (reply): BeginOutcome => {
    const [word, bid] = list(reply);
    const kind = text(word);
    if (kind === "begun" || kind === "line") return { kind };
    const named = REFUSED_FOR.find((one) => one === kind);
    if (named !== undefined) return { kind: named, bid: text(bid) };
    return readBehalfRefusal(reply) ?? unexpected(kind);
  },
});

export const findBatch = new Script({
  name: "find-batch",
  keys: ["batch", "groups"],
  fixed: ["bid"],
  each: ["field"],
  parse: (reply) => {
    const [values, isClosed, cause] = list(reply);
    return { values: list(values), isClosed: integer(isClosed) === 1, cause: list(cause) };
  },
});

export const commitBatch = new Script({
  name: "commit-batch",
  keys: ["jobs", "queue", "queues", "sequence", "notices", "ties", "groups", "batch"],
  fixed: ["now", "bid"],
  each: [],
  parse: (reply): CommitOutcome => {
    const outcome = reply === null ? "no batch" : text(reply);
    return outcome === "no batch" || outcome === "committed" || outcome === "cancelled"
      ? outcome
      : unexpected(outcome);
  },
});

export const cancelBatch = new Script({
  name: "cancel-batch",
  keys: ["jobs", "queue", "queues", "sequence", "notices", "ties", "groups", "batch"],
  fixed: ["now", "bid", "reason", "by"],
  each: [],
  parse: (reply): "called off" | "won" | undefined => {
    if (reply === null) return undefined;
    const word = text(reply);
    return word === "called off" || word === "won" ? word : unexpected(word);
  },
});

export const retryBatch = new Script({
  name: "retry-batch",
  keys: ["jobs", "queue", "queues", "sequence", "notices", "ties", "groups", "batch"],
  fixed: ["now", "bid"],
  each: [],
  parse: (reply): RetryBatchOutcome => {
    const [word, bid] = list(reply);
    const kind = text(word);
    if (kind === "retried" || kind === "no batch") return { kind };
    if (kind === "uncommitted" || kind === "cancelling") return { kind };
    if (kind === "forsaken" || kind === "cancelled" || kind === "runs")
      return { kind, bid: text(bid) };
    return unexpected(kind);
  },
});

export const expireBatches = new Script({
  name: "expire-batches",
  keys: ["jobs", "queue", "queues", "sequence", "notices", "ties", "groups", "batch"],
  fixed: ["now", "limit"],
  each: [],
  parse: (reply) => list(reply).map(text),
});

export const expireDeadlines = new Script({
  name: "expire-deadlines",
  keys: ["jobs", "queue", "queues", "sequence", "notices", "ties", "groups", "batch"],
  fixed: ["now", "limit"],
  each: [],
  parse: (reply) => {
    const bids = list(reply).map(text);
    const nextAt = bids.pop();
    return { bids, nextAt: nextAt ? Number(nextAt) : undefined };
  },
});

export const forgetBatches = new Script({
  name: "forget-batches",
  keys: ["jobs", "queue", "queues", "sequence", "notices", "ties", "groups", "batch"],
  fixed: ["endedBefore", "limit", "now"],
  each: [],
  parse: integer,
});

/** What each chore does in a step; true when there is more of it. */
const isMore = (reply: unknown) => integer(reply) === 1;

export const tellFollowers = new Script({
  name: "tell-followers",
  keys: ["jobs", "queue", "queues", "sequence", "notices", "ties", "groups", "batch"],
  fixed: ["now", "bid", "moment", "limit"],
  each: [],
  parse: isMore,
});

export const releaseHeld = new Script({
  name: "release-held",
  keys: ["scheduled", "batch", "ties"],
  fixed: ["now", "bid", "limit"],
  each: [],
  parse: isMore,
});

export const settleBatch = new Script({
  name: "settle-batch",
  keys: ["batch", "ties", "groups", "jobs", "queue", "queues", "sequence", "notices"],
  fixed: ["now", "bid"],
  each: [],
  parse: isMore,
});

export const closeChildren = new Script({
  name: "close-children",
  keys: ["jobs", "queue", "queues", "sequence", "notices", "ties", "groups", "batch"],
  fixed: ["now", "bid", "limit"],
  each: [],
  parse: isMore,
});

export const freeChildren = new Script({
  name: "free-children",
  keys: ["batch", "sequence", "notices", "ties", "groups", "jobs", "queue", "queues"],
  fixed: ["bid", "limit"],
  each: [],
  parse: isMore,
});

export const retryMembers = new Script({
  name: "retry-members",
  keys: [
    "jobs",
    "queue",
    "queues",
    "sequence",
    "notices",
    "ties",
    "groups",
    "batch",
    "scheduled",
    "dead",
    "cancelled",
    "cancels",
  ],
  fixed: ["now", "bid", "limit"],
  each: [],
  parse: isMore,
});
