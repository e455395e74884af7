/** The type of the job that a chain with compensations calls when it has failed. Every worker can run it. */
export const COMPENSATE = "millrace.compensate";
