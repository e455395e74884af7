/** What a server tells of itself. FWP: INFO; members that are not named here may be there as well. */
export interface ServerInfo {
  faktory: {
    /** Jobs in each queue. */
    queues: Record<string, number>;
    sets: { scheduled: number; retries: number; working: number; dead: number };
    total_enqueued: number;
    total_queues: number;
    total_processed: number;
    total_failures: number;
    [more: string]: unknown;
  };
  server: {
    description: string;
    faktory_version: string;
    /** Absent on a classic Faktory. */
    millrace_version?: string;
    uptime: number;
    connections: number;
    [more: string]: unknown;
  };
  [more: string]: unknown;
}

/** Checks no more than that it is an account at all: servers differ in what they tell. */
export function readServerInfo(text: string): ServerInfo {
  const info: unknown = JSON.parse(text);
  const isInfo = typeof info === "object" && info !== null && "faktory" in info && "server" in info;
  if (!isInfo) throw new TypeError("INFO was answered with something else");
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as far as it can be checked
  return info as ServerInfo;
}
