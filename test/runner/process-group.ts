import { readdirSync, readFileSync } from "node:fs";

/** Ends every process of a group, if there is any left. */
export function killGroup(groupId: number): void {
  signalGroup(groupId, "SIGKILL");
}

/** The processes of a group that still live, each as its name and process id. */
export function findMembers(groupId: number): string[] {
  if (!signalGroup(groupId, 0)) return [];
  if (process.platform !== "linux") return [`process group ${groupId}`];
  const processIds = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return processIds.flatMap((processId) => {
    const stat = findStat(processId);
    // A zombie (Z) is dead already. It stays while the container's first process reaps nobody.
    const isMember = stat !== undefined && stat.groupId === groupId && stat.state !== "Z";
    return isMember ? [`${stat.name} (${processId})`] : [];
  });
}

function signalGroup(groupId: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-groupId, signal);
  } catch {
    return false; // nobody is left
  }
}

/** proc(5): `pid (name) state parent group ...`, where the name may hold spaces and brackets. */
function findStat(processId: string) {
  try {
    const text = readFileSync(`/proc/${processId}/stat`, "utf8");
    const nameEnd = text.lastIndexOf(")");
    const [state, , groupId] = text.slice(nameEnd + 2).split(" ");
    return { name: text.slice(text.indexOf("(") + 1, nameEnd), state, groupId: Number(groupId) };
  } catch {
    return undefined; // it has ended meanwhile
  }
}
