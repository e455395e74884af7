import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { planInstall } from "./install-plan.mjs";
import { runCommand, SetupError } from "./run-command.mjs";

const servers = ["redis-server", "valkey-server"];

/** A server for the embedded store and for the tests. */
export const redisStep = {
  isNeeded: () => !servers.some(isOnPath),
  title: `installing a Redis server (neither ${servers.join(" nor ")} is on the PATH)`,
  run: installServer,
};

function installServer() {
  const plan = planInstall(thisMachine());
  if (plan.impossible !== undefined) throw cannotInstall(plan.impossible);

  const complaints = plan.refresh.map(runCommand);
  const succeeded = plan.attempts.some((line) => {
    const complaint = runCommand(line);
    complaints.push(complaint);
    return complaint === undefined;
  });
  if (!succeeded || redisStep.isNeeded()) {
    console.error(complaints.filter((complaint) => complaint !== undefined).join("\n"));
    throw cannotInstall("the package manager did not, see above");
  }
  // The service is ours to switch off: there was no server before, so nobody relies on it. It may
  // well not run at all, in a container for instance; then these fail, which is just as good.
  plan.afterwards.forEach(runCommand);
}

function thisMachine() {
  const isRoot = process.getuid?.() === 0;
  return {
    has: isOnPath,
    isRoot,
    // -n: never ask for a password, there may be nobody to type it.
    canSudo: !isRoot && isOnPath("sudo") && runCommand(["sudo", "-n", "true"]) === undefined,
    // The documented way (sd_booted) to learn whether systemd is what runs this machine.
    hasSystemd: existsSync("/run/systemd/system"),
  };
}

function isOnPath(command) {
  return (process.env.PATH ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function cannotInstall(reason) {
  return new SetupError(
    `a Redis (6.2 or later) or Valkey server is needed, and could not be installed: ${reason}. ` +
      "Install redis-server or valkey-server so that it is on the PATH, and try again.",
  );
}
