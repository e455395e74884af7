import type { Job } from "./job.ts";
import { JobTimedOut, ReservationEnded, WorkerStopping } from "./job-errors.ts";
import { type Outcome, outcomeOf } from "./outcome.ts";

export interface TimeLimits {
  /** After which the job's signal fires; the reservation's end where there is none. */
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
  #timer: NodeJS.Timeout | undefined;

  constructor(job: Job, limits: TimeLimits) {
    this.job = job;
    this.#limits = limits;
    this.outcome = new Promise((resolve) => {
      this.#settle = (outcome) => {
        clearTimeout(this.#timer);
        resolve(outcome);
      };
    });
    const { timeoutMs = Number.POSITIVE_INFINITY } = limits;
    const reservedMs = job.reserveForSeconds * 1_000;
    const isReservation = reservedMs <= timeoutMs;
    this.#timer = setTimeout(
      () =>
        this.#abort(
          isReservation
            ? new ReservationEnded(`its reservation of ${reservedMs} ms has ended`)
            : new JobTimedOut(`it took longer than ${timeoutMs} ms`),
        ),
      Math.min(reservedMs, timeoutMs),
    );
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#abortedFor !== undefined) this.#controller.abort(this.#abortedFor);
    }
    return this.#controller.signal;
  }

  /** The handler has come to its end. What it says counts, unless its signal has fired before. */
  end(outcome: Outcome): void {
    const isAborted = this.#abortedFor !== undefined;
    if (this.#abortedFor instanceof ReservationEnded) this.#settle({ kind: "expired" });
    else if (isAborted && outcome.kind === "failed") this.#giveUp();
    else this.#settle(outcome);
  }

  /** The worker stops: the signal fires, and after the grace the job is handed back. */
  interrupt(): void {
    if (this.#abortedFor === undefined) this.#abort(new WorkerStopping("the worker stops"));
  }

  /** It goes back at once: it has not been begun. */
  handBack(): void {
    this.#settle({ kind: "handedBack" });
  }

  #abort(reason: Error): void {
    clearTimeout(this.#timer);
    this.#abortedFor = reason;
    this.#controller?.abort(reason);
    this.#timer = setTimeout(() => this.#giveUp(), this.#limits.graceMs);
  }

  /** By the reason for which its signal has fired. */
  #giveUp(): void {
    const reason = this.#abortedFor;
    if (reason instanceof ReservationEnded) this.#settle({ kind: "expired" });
    else if (reason instanceof WorkerStopping) this.#settle({ kind: "handedBack" });
    else this.#settle(outcomeOf(reason));
  }
}
