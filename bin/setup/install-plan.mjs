/**
 * How each package manager installs a server. `packages` are tried in turn, since distributions
 * move from one to the other at different times.
 */
const managers = [
  {
    command: "apt-get",
    // A fresh image has no package lists at all.
    refresh: ["apt-get", "update"],
    // No debconf dialogue; by env, since sudo drops variables.
    prefix: ["env", "DEBIAN_FRONTEND=noninteractive"],
    verb: "install",
    // The lock: unattended upgrades may hold it, on a machine that has just started.
    flags: ["-y", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=120"],
    packages: ["redis-server"],
    // The binary comes with a service, which starts at once and at every boot.
    services: true,
  },
  { command: "dnf", verb: "install", flags: ["-y"], packages: ["valkey", "redis"] },
  { command: "apk", verb: "add", flags: ["--no-cache"], packages: ["redis", "valkey"] },
  // Homebrew refuses to run as root, and never needs to.
  { command: "brew", verb: "install", flags: [], packages: ["redis"], asUser: true },
];

const switchOffService = {
  systemd: [["systemctl", "disable", "--now", "redis-server"]],
  sysv: [
    ["service", "redis-server", "stop"],
    ["update-rc.d", "redis-server", "disable"],
  ],
};

/**
 * Chooses the commands that install a server, from what the machine has.
 *
 * `machine` is `{ has(command), isRoot, canSudo, hasSystemd }`. The answer is either
 * `{ refresh, attempts, afterwards }`, where one of the attempts has to succeed and the rest may
 * fail, or `{ impossible }` with the reason.
 */
export function planInstall(machine) {
  const manager = managers.find(({ command }) => machine.has(command));
  if (manager === undefined) {
    const known = managers.map(({ command }) => command).join(", ");
    return { impossible: `none of ${known} is here to install it with` };
  }
  const { command, refresh, prefix = [], verb, flags, packages, services, asUser } = manager;
  const byHand = `${command} ${verb} ${packages[0]}`;
  if (asUser && machine.isRoot) {
    return { impossible: `${command} does not work for root; run as yourself: ${byHand}` };
  }
  if (!asUser && !machine.isRoot && !machine.canSudo) {
    return { impossible: `installing it needs root; run: sudo ${byHand}` };
  }

  const privileged = (line) => (asUser || machine.isRoot ? line : ["sudo", "-n", ...line]);
  const attempts = packages.map((name) => [...prefix, command, verb, ...flags, name]);
  const afterwards = machine.hasSystemd ? switchOffService.systemd : switchOffService.sysv;
  return {
    refresh: refresh === undefined ? [] : [privileged(refresh)],
    attempts: attempts.map(privileged),
    afterwards: services ? afterwards.map(privileged) : [],
  };
}
