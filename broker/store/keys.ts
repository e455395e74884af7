/**
 * The data model: every key that millrace has in Redis.
 *
 * All of them start with `mr:{<namespace>}:`. The braces put a namespace into one Cluster slot, so
 * that every script may touch any of its keys. Times are epoch milliseconds.
 *
 * While a job has a record in `jobs`, its jid is in exactly one of the sorted sets a queue,
 * `scheduled`, `retries`, `working`, `dead`, `done` and `cancelled`; in the first four it is live: pushing
 * it again changes nothing. Or it is in none of them; then it has been removed, and a `removed:…` has it.
 */
export interface Keys {
  /** Hash: jid → record, see record.ts. */
  jobs: string;
  /** Sorted set a queue, by this prefix and its name: jid scored by priority, then by sequence. */
  queue: string;
  /** Set: the names of all queues that ever held a job. */
  queues: string;
  /**
   * Integer: the sequence number of the newest place in any queue. It also grows when a job comes back to
   * its old one, and when a queue is no longer paused, so that who waits may know that nothing has come.
   */
  sequence: string;
  /** Sorted set: jid scored by when it is to be put into its queue. */
  scheduled: string;
  /** Sorted set: jid of a failed job scored by when it is to be put into its queue again. */
  retries: string;
  /** Sorted set: jid scored by when its reservation ends. */
  working: string;
  /**
   * Hash: jid → `<token> <lease's milliseconds> <place, its score in the queue> <call that handed it out>
   * <when> <wid>`; without a lease, token and milliseconds are 0.
   */
  reservations: string;
  /**
   * Hash: jid → MessagePack, what its end concerns besides itself, as long as it has a record; few jobs
   * have an entry. `tags`, and `queue`, so that it is found without reading its record; `track`, since
   * when it is tracked, see shared/tracking.lua; `batch`, and `hasFailed` once it has (`isUntried` when it
   * only was called off), or `callback`, of which kind of that batch it is.
   */
  ties: string;
  /**
   * Of groups of jobs, which may be called off as a whole: those that have a tag, `tag:<tag>`, and those of
   * a batch that are not done, with its callbacks, `batch:<bid>`. By this prefix and
   *
   * - `jobs:<group>`, sorted set: each jid of it that has a record; scored 0 when it is to run or
   *   runs, 1 when it runs and is called off, 2 when it has ended and is kept. One that is removed and not
   *   deleted yet may have any of these
   * - `names`, set: the groups that have jobs
   * - `closed`, set: the groups that are being called off
   * - `cancel:<group>`, hash: `at`, `reason`, `by`, `waiting` and `endedAt` of its last cancellation: when,
   *   why and by whom, how many jobs were called off before they ran, and when the last one had ended
   * - `ended`, sorted set: tags that were called off scored by when that had ended; of batches it is kept as
   *   long as they are
   */
  groups: string;
  /**
   * Of batches; ADR 0017 has what it means. By this prefix and
   *
   * - `<bid>`, hash, all of a batch that has one value:
   *   - what it is: `description`, `meta`, `tags`, `key`, `timeoutMs`; `parent`, the bid of the one around it
   *   - when, as times, and absent while it is not so: `createdAt`, `committedAt`, `startedAt`; `completedAt` and
   *     `succeededAt`, `complete` and `success` are due; `overAt`, the one around it need not wait for it; `wonAt`, it
   *     has succeeded; `failedAt`, it can't any more by itself; `isActive`, something of it waits or runs;
   *     `cancelledAt`; `endedAt`, over, and nothing of it is to come
   *   - counts of its jobs: `total`, `pending` (no outcome yet), `failed`, `gone`
   *   - counts of the batches in it: `children` and, of these, `openChildren` (not over), `unwonChildren`,
   *     `unendedChildren`, `activeChildren` and `closingChildren` (being called off with it)
   *   - `waits`, for how many things; `isGated`, that it did at first; `forsakenBy`, one that it waits for, and that
   *     is forgotten; `skipped`, how many were not begun since it has their key
   *   - of the chores that are under way: `isClosingChildren` and `retriedChildren`, how far they are;
   *     `isRetrying`; `isClosedWithParent`; `releasedAt` and `released`, since when and how many jobs were let go
   *   - of each callback, with its kind and `_` before: `jid`, `record`, `queue` and `band`; `spareJid` and
   *     `spareRecord`, should something have its jid by then; `ties`, which it has besides; `st`; `lostAt`, it has
   *     died, or is gone, and `isGone`
   * - `<bid>:children`, sorted set: the batches in it, scored by their order
   * - `<bid>:held`, sorted set: the jids of those that it holds, scored by when they are to run, or below 0
   *   by their order
   * - `<bid>:start`, `:success` and `:end`, sets: the batches that wait for it to come so far
   * - `<bid>:results`, hash: jid → JSON, what came of its jobs
   * - `all`, set: the bids of all there are
   * - `list:`, `list:key:<key>` and `list:tag:<tag>`, sorted sets: those that are in no other, and those with
   *   a key or a tag, scored by when they were begun
   * - `line:<key>`, sorted set: those with a key that have not ended, scored by when they were begun
   * - `uncommitted`, `deadlines` and `finished`, sorted sets: scored by when they expire, when they are called
   *   off, and when they ended
   * - `chores`, sorted set: what is still to be done in steps, scored by since when: `tell <moment> <bid>`, those
   *   that wait for it; `release <bid>`, its jobs; `close <bid>` and `retry <bid>`, the batches in it; `settle
   *   <bid>`, what follows for it; `free <bid>`, those in one that is forgotten
   */
  batch: string;
  /**
   * Hash for each job of whose progress something was told, or which was tracked and has ended, by this
   * prefix, the number of `flushes` and its jid; expires. `percent`, `desc`, `result`, `seq`, `updatedAt`;
   * `run`, the call that handed the job out to whom this is from; `stallMs`, how long that run may be
   * silent, `onStall`, what becomes of it then, `stalledAt`; and after its end `state`.
   */
  progress: string;
  /** Sorted set: jid scored by when its run is stalled; also of runs that have ended since. */
  stalling: string;
  /** Sorted set: jobtype scored by when jobs of it were last measured; at most 1,000. */
  jobtypes: string;
  /**
   * Hash a jobtype and day, by this prefix, the number of `flushes`, the day (YYYY-MM-DD, UTC) and the
   * jobtype; expires. `w<bucket>` and `r<bucket>`: how many of its jobs waited, and ran, for so long, see
   * engine/histogram.ts; `failed`: how many of them failed.
   */
  figures: string;
  /** Integer: how often everything was deleted. */
  flushes: string;
  /** Integer: no lease has had a greater token. Tokens only grow, also when a fail-over loses some. */
  tokens: string;
  /** Time: when a broker was last there, to within half a second. */
  alive: string;
  /** `<from> <to>`, times: the last while without any broker; see shared/presence.lua. */
  outage: string;
  /** Sorted set: jid scored by its time of death. */
  dead: string;
  /** Set: jids in `working` that are called off. However such a job ends, it is cancelled. */
  cancelling: string;
  /** Sorted set: jid scored by when it was cancelled. */
  cancelled: string;
  /**
   * Hash: jid → MessagePack `{at, reason, by}`, of which the last two may be missing: when, why and by
   * whom it was called off. Of the jobs in `cancelling` and `cancelled`.
   */
  cancels: string;
  /** Sorted set: jid of a job that is done, scored by when it is to be forgotten; most are so at once. */
  done: string;
  /** Set: the names of queues that hand out nothing; a queue need not be known for that. */
  paused: string;
  /** Set: the numbers of what was removed and is not deleted yet. */
  removals: string;
  /**
   * Sorted set a removal, by this prefix and its number: jids of jobs whose records are still to be
   * deleted, unless they were pushed anew since.
   */
  removed: string;
  /**
   * Hash: jid → how many of the removals that have it are to leave its record alone, since it was
   * pushed anew after them.
   */
  revived: string;
  /** Sorted set: wid scored by its last beat. */
  workers: string;
  /**
   * Sorted set: wid of a worker whose connections have all closed, scored by its last beat; until it is
   * there again, or what it had was taken from it.
   */
  departed: string;
  /** Hash a worker, by this prefix and its wid: see register-worker.lua. */
  worker: string;
  /** Hash: `processed` and `failures`, counted since the namespace began. */
  counters: string;
  /** Hash: `processed:<YYYY-MM-DD>` and `failures:<YYYY-MM-DD>`, days in UTC; of the last 400 days. */
  history: string;
  /**
   * Pub/sub channel: `queue <name> <broker that did it>` when an empty queue got a job, `resumed
   * <name> …` when paused queues were resumed, `worker <state> <wid>` when a worker changed its state
   * or was forgotten, `cancel {"wid","jid","lease","reason","by"}` when a job was called off that a
   * worker works on, `chores` when there is something to be done for batches, and `flushed`.
   */
  notices: string;
}

export function keysOf(namespace: string): Keys {
  const key = (name: string) => `mr:{${namespace}}:${name}`;
  return {
    jobs: key("jobs"),
    queue: key("queue:"),
    queues: key("queues"),
    sequence: key("sequence"),
    scheduled: key("scheduled"),
    retries: key("retries"),
    working: key("working"),
    reservations: key("reservations"),
    ties: key("ties"),
    groups: key("groups:"),
    batch: key("batch:"),
    progress: key("progress:"),
    stalling: key("stalling"),
    jobtypes: key("jobtypes"),
    figures: key("figures:"),
    flushes: key("flushes"),
    tokens: key("tokens"),
    alive: key("alive"),
    outage: key("outage"),
    dead: key("dead"),
    cancelling: key("cancelling"),
    cancelled: key("cancelled"),
    cancels: key("cancels"),
    done: key("done"),
    paused: key("paused"),
    removals: key("removals"),
    removed: key("removed:"),
    revived: key("revived"),
    workers: key("workers"),
    departed: key("departed"),
    worker: key("worker:"),
    counters: key("counters"),
    history: key("history"),
    notices: key("notices"),
  };
}

/**
 * Each priority owns a band of places in a queue, 9 the first. A place is the start of the band
 * plus a sequence number, and the sum stays below 2^53, exact in a sorted set's score.
 * The scripts know the same number.
 */
export const PLACES_A_PRIORITY = 2 ** 48;

const MAX_PRIORITY = 9;

/** Where the places of a priority begin. */
export function placeBandOf(priority: number): number {
  return (MAX_PRIORITY - priority) * PLACES_A_PRIORITY;
}

/** When jobs are due that their batch holds: the last date there is. The scripts know it as well. */
export const HELD_UNTIL = 8_640_000_000_000_000;
