/** What a worker tells of a failure, cut to what is kept of it. */
export interface FailureReport {
  errtype: string;
  message: string;
  backtrace: string[];
}

/** What is known of a job's failures. FWP: the `failure` object. Times are epoch milliseconds. */
export interface Failure {
  /** 0 after the first failure. */
  retryCount: number;
  remaining: number;
  /** When it failed first. */
  failedAt?: number;
  nextAt?: number;
  errtype: string;
  message: string;
  backtrace?: string[];
}
