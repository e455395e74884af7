import type { CancelReason } from "../protocol/cancel.ts";
import { createAborter } from "./aborter.ts";
import type { Job } from "./job.ts";
import { JobCancelled, JobTimedOut, ReservationEnded, WorkerStopping } from "./job-errors.ts";
import { type Outcome, outcomeOf } from "./outcome.ts";
import { startTimer } from "./timer.ts";

export interface TimeLimits {
  /** From begin() on, after which the job's signal fires; the reservation's end where there is none. */
  timeoutMs: number | undefined;
  /** How long a handler has to end once its signal has fired. */
  graceMs: number;
}

/** A job from its arrival to what the server is told of it. */
export class RunningJob {
  readonly job: Job;
  /** What the server is to be told; the handler may still be running when it was given up. */
  readonly outcome: Promise<Outcome>;
  readonly #limits: TimeLimits;
  #settle: (outcome: Outcome) => void = () => {};
  /** Made when somebody asks for its signal: most handlers don't, and it costs more than the rest. */
  #controller: AbortController | undefined;
  #abortedFor: Error | undefined;
  readonly #arrivedAt = performance.now();
  readonly #reservationEndsAt: number;
  #timer: NodeJS.Timeout | undefined;
  #isSettled = false;

  constructor(job: Job, limits: TimeLimits) {
    this.job = job;
    this.#limits = limits;
    this.outcome = new Promise((resolve) => {
      this.#settle = (outcome) => {
        this.#isSettled = true;
        clearTimeout(this.#timer);
        resolve(outcome);
      };
    });
    const { lease, reserveForSeconds } = job;
    // A lease has no end as long as it is renewed.
    const reservedMs = lease === undefined ? reserveForSeconds * 1_000 : Number.POSITIVE_INFINITY;
    this.#reservationEndsAt = this.#arrivedAt + reservedMs;
    if (lease !== undefined) return;
    this.#timer = startTimer(
      () => this.#abort(new ReservationEnded(`its reservation of ${reservedMs} ms has ended`)),
      reservedMs,
    );
  }

  /** Its handler is called: it has its time from now on, should the reservation not end before. */
  begin(): void {
    const { timeoutMs } = this.#limits;
    if (timeoutMs === undefined || this.#abortedFor !== undefined) return;
    if (performance.now() + timeoutMs >= this.#reservationEndsAt) return;
    clearTimeout(this.#timer);
    this.#timer = startTimer(
      () => this.#abort(new JobTimedOut(`it took longer than ${timeoutMs} ms`)),
      timeoutMs,
    );
  }

  /** Since its arrival. */
  get ageMs(): number {
    return performance.now() - this.#arrivedAt;
  }

  /** Why its signal has fired. */
  get abortedFor(): Error | undefined {
    return this.#abortedFor;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = createAborter();
      if (this.#abortedFor !== undefined) this.#controller.abort(this.#abortedFor);
    }
    return this.#controller.signal;
  }

  /** The handler has come to its end. What it says counts, unless its signal has fired before. */
  end(outcome: Outcome): void {
    const reason = this.#abortedFor;
    if (reason instanceof ReservationEnded) this.#settle({ kind: "expired" });
    else if (reason instanceof JobCancelled)
      this.#settle({ kind: "cancelled", reason, ended: outcome });
    else if (reason !== undefined && outcome.kind === "failed") this.#giveUp();
    else this.#settle(outcome);
  }

  /** The server has taken it away: somebody else may have it by now. */
  lose(): void {
    const reason = new ReservationEnded("its lease has ended");
    if (this.#abortedFor === undefined) this.#fire(reason);
    else if (this.#abortedFor instanceof JobCancelled) this.#abortedFor = reason;
    else return;
    this.#startGrace();
  }

  /**
   * It was called off: the signal fires, and whatever comes of it then, it is not run again. There is no
   * grace: who asks whether it has ended is not told so while it runs.
   */
  cancel(why: CancelReason): void {
    if (this.#abortedFor === undefined) this.#fire(new JobCancelled(why));
  }

  /** The worker stops: the signal fires, and after the grace the job is handed back. */
  interrupt(): void {
    if (this.#abortedFor === undefined) this.#fire(new WorkerStopping("the worker stops"));
    else if (!(this.#abortedFor instanceof JobCancelled)) return;
    this.#startGrace();
  }

  /** It goes back at once, if it is still ours: it has not been begun. */
  handBack(): void {
    this.end({ kind: "handedBack" });
  }

  #abort(reason: Error): void {
    this.#fire(reason);
    this.#startGrace();
  }

  #fire(reason: Error): void {
    // Its report waits for the server, which says no more than what that will be told.
    if (this.#isSettled) return;
    clearTimeout(this.#timer);
    this.#abortedFor = reason;
    this.#controller?.abort(reason);
  }

  #startGrace(): void {
    if (this.#isSettled) return;
    clearTimeout(this.#timer);
    this.#timer = startTimer(() => this.#giveUp(), this.#limits.graceMs);
  }

  /** By the reason for which its signal has fired. */
  #giveUp(): void {
    const reason = this.#abortedFor;
    if (reason instanceof ReservationEnded) this.#settle({ kind: "expired" });
    else if (reason instanceof WorkerStopping) this.#settle({ kind: "handedBack" });
    else if (reason instanceof JobCancelled)
      this.#settle({ kind: "cancelled", reason, ended: { kind: "handedBack" } });
    else this.#settle(outcomeOf(reason));
  }
}
