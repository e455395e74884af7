/**
 * Which jobs there are, and their arguments: `{ resize: [id: string, width: number] }`. Producers
 * and handlers that name the same map are checked against each other by the compiler.
 */
export type JobMap<Jobs> = { [Type in keyof Jobs]: readonly unknown[] };

/** Any job with any arguments: handlers have to look what they are. */
export type AnyJobs = Record<string, readonly unknown[]>;

export type JobType<Jobs> = keyof Jobs & string;
