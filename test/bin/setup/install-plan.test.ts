import { suite } from "uvu";
import * as assert from "uvu/assert";

interface Machine {
  readonly has: (command: string) => boolean;
  readonly isRoot: boolean;
  readonly canSudo: boolean;
  readonly hasSystemd: boolean;
}
interface Plan {
  readonly refresh: string[][];
  readonly attempts: string[][];
  readonly afterwards: string[][];
  readonly impossible?: string;
}

// Plain Node, which has no types of its own.
const url = new URL("../../../bin/setup/install-plan.mjs", import.meta.url);
const { planInstall } = (await import(url.href)) as { planInstall: (machine: Machine) => Plan };

const test = suite("set-up: the plan to install Redis");

const machine = (command: string, rest: Partial<Machine> = {}): Machine => ({
  has: (name) => name === command,
  isRoot: true,
  canSudo: false,
  hasSystemd: false,
  ...rest,
});
const lines = (commands: string[][]) => commands.map((command) => command.join(" "));

test("root on Debian refreshes the lists, installs, and switches the service off", () => {
  const { refresh, attempts, afterwards } = planInstall(machine("apt-get"));
  assert.equal(lines(refresh), ["apt-get update"]);
  const [install = ""] = lines(attempts);
  assert.match(install, /^env DEBIAN_FRONTEND=noninteractive apt-get install -y .* redis-server$/);
  assert.match(install, " --no-install-recommends ");
  assert.is(lines(afterwards)[0], "service redis-server stop");
});

test("systemd is asked where it runs", () => {
  const { afterwards } = planInstall(machine("apt-get", { hasSystemd: true }));
  assert.equal(lines(afterwards), ["systemctl disable --now redis-server"]);
});

test("who may use sudo uses it for every step, and is never asked for a password", () => {
  const user = machine("apt-get", { isRoot: false, canSudo: true });
  const { refresh, attempts, afterwards } = planInstall(user);
  const all = lines([...refresh, ...attempts, ...afterwards]);
  assert.ok(all.every((line) => line.startsWith("sudo -n ")));
});

test("who has no rights is told the command", () => {
  const { impossible } = planInstall(machine("apt-get", { isRoot: false }));
  assert.is(impossible, "installing it needs root; run: sudo apt-get install redis-server");
});

test("dnf and apk try one package after the other, and start no service", () => {
  const dnf = planInstall(machine("dnf"));
  assert.equal(lines(dnf.attempts), ["dnf install -y valkey", "dnf install -y redis"]);
  assert.equal(dnf.afterwards, []);
  const apk = planInstall(machine("apk"));
  assert.equal(lines(apk.attempts), ["apk add --no-cache redis", "apk add --no-cache valkey"]);
  assert.equal(apk.afterwards, []);
});

test("Homebrew needs no rights, and refuses root", () => {
  const { attempts } = planInstall(machine("brew", { isRoot: false }));
  assert.equal(lines(attempts), ["brew install redis"]);
  assert.match(planInstall(machine("brew")).impossible ?? "", "brew does not work for root");
});

test("an unknown system is told which package managers are known", () => {
  assert.match(planInstall(machine("pacman")).impossible ?? "", "none of apt-get, dnf, apk, brew");
});

test.run();
