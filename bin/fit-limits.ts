import type { Logger } from "../broker/logger.ts";
import { DOORSTEP, type ServerLimits } from "../broker/server/limits.ts";

/** For Redis, the log, what Node keeps for itself, and clients that are being turned away. */
const RESERVE = 100 + DOORSTEP;

/**
 * Allows no more clients than the system lets a process have files. These are told that they are
 * too many; on those beyond the system's limit it would hang up without a word.
 */
export function fitLimits(limits: ServerLimits, log: Logger): ServerLimits {
  const { maxConnections } = limits;
  const openFiles = readOpenFilesLimit(process.report.getReport());
  if (typeof openFiles !== "number" || openFiles >= maxConnections + RESERVE) return limits;
  const allowed = Math.max(1, openFiles - RESERVE);
  const reason = `a process may have ${openFiles} open files, and needs ${maxConnections + RESERVE}: raise ulimit -n, or LimitNOFILE of systemd`;
  log.warn({ event: "limits.lowered", reason, maxConnections, allowed });
  return { ...limits, maxConnections: allowed };
}

/** A number or "unlimited", and undefined where Node can't tell. It raised it as far as it may be. */
function readOpenFilesLimit(report: unknown): unknown {
  return ["userLimits", "open_files", "soft"].reduce<unknown>(
    (value, name) =>
      typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined,
    report,
  );
}
