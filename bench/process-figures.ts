import { readFileSync } from "node:fs";

/** The unit of /proc/<pid>/stat, the same on all Linux systems: USER_HZ is 100. */
const TICK_MS = 10;

/** The CPU time that a process has used, all threads, user and system. */
export function readCpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The second field, in parentheses, is the name and may hold spaces; then comes the state.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [userTicks, systemTicks] = [fields[11], fields[12]];
  return (Number(userTicks) + Number(systemTicks)) * TICK_MS;
}

/** The memory that a process has at the moment. */
export function readRssBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
}
