import type { Broker } from "../broker/broker.ts";
import type { Logger } from "../broker/logger.ts";

/** What a broker has in hand, for somebody who wonders; cheap enough when it is in trouble. */
export function dump(broker: Broker, log: Logger): void {
  const handles: Record<string, number> = {};
  for (const name of process.getActiveResourcesInfo()) handles[name] = (handles[name] ?? 0) + 1;
  const { rss, heapUsed } = process.memoryUsage();
  log.info({
    event: "broker.dump",
    uptimeSeconds: Math.round(process.uptime()),
    rssBytes: rss,
    heapBytes: heapUsed,
    handles,
    ...broker.describe(),
  });
}
