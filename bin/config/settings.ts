import { DEFAULT_LIMITS, type ServerLimits } from "../../broker/server/limits.ts";
import type { Durability } from "../../broker/store/embedded-redis.ts";
import { binding, webBinding } from "./binding.ts";
import {
  defaultConfigDirectory,
  defaultDirectory,
  ENVIRONMENTS,
  type Environment,
} from "./environment.ts";
import { choice, type Kind, text, truth, wholeNumber } from "./kind.ts";
import { LOG_LEVELS, type LogLevel, logLevel } from "./log-level.ts";
import { redisUrl } from "./redis-url.ts";
import { type Setting, setting } from "./setting.ts";

const KIB = 2 ** 10;
const GIB = 2 ** 30;

/** Everything that can be configured, in the order in which people are shown it. */
export const settings = {
  environment: setting<Environment>({
    name: "environment",
    isInFiles: false,
    flags: "-e, --environment <name>",
    help: `${ENVIRONMENTS.join(", ")}; the last two demand a password`,
    variable: "FAKTORY_ENV",
    kind: choice(ENVIRONMENTS),
    fallback: () => "development",
    fallbackHelp: "development",
  }),
  configDirectory: setting({
    name: "config directory",
    isInFiles: false,
    flags: "-c, --config <path>",
    help: "where conf.d, the password file and the two PEM files are",
    kind: text,
    fallback: defaultConfigDirectory,
    fallbackHelp: "~/.faktory in development, else /etc/faktory",
  }),
  binding: setting({
    name: "faktory.binding",
    flags: "-b, --binding <host:port>",
    help: "listen for clients here",
    kind: binding,
    fallback: () => ({ host: "localhost", port: 7419 }),
    fallbackHelp: "localhost:7419",
  }),
  password: setting<string>({
    name: "faktory.password",
    variable: "FAKTORY_PASSWORD",
    // FWP: an empty one still goes before that of the files.
    isEmptySaid: true,
    kind: text,
    fallback: () => "",
    isSecret: true,
    isLive: true,
  }),
  web: setting({
    name: "web.binding",
    flags: "-w, --web <host:port>",
    help: "listen for browsers here, :0 is off; this version has no web pages yet",
    kind: webBinding,
    fallback: () => ({ host: "localhost", port: 7420 }),
    fallbackHelp: "localhost:7420",
  }),
  webPassword: setting<string>({
    name: "web.password",
    kind: text,
    fallback: () => "",
    isSecret: true,
  }),
  directory: setting({
    name: "millrace.directory",
    flags: "-d, --directory <path>",
    help: "where the embedded Redis keeps its data",
    kind: text,
    fallback: defaultDirectory,
    fallbackHelp: "~/.millrace/db in development, else /var/lib/millrace/db",
  }),
  durability: setting<Durability>({
    name: "millrace.durability",
    flags: "--durability <when>",
    help: "of the embedded Redis: an acknowledged job is on the disk before the reply (always), or within a second (everysec), which is faster",
    kind: choice(["always", "everysec"]),
    fallback: () => "always",
    fallbackHelp: "always",
  }),
  redis: setting<string | undefined>({
    name: "millrace.redis",
    flags: "--redis <url>",
    help: "use this Redis instead of an embedded one: redis://[:password@]host:port[/db], rediss:// or unix:///path",
    variable: "REDIS_URL",
    provider: "REDIS_PROVIDER",
    kind: redisUrl,
    fallback: () => undefined,
  }),
  namespace: setting<string>({
    name: "millrace.namespace",
    flags: "--namespace <name>",
    help: "brokers share jobs when Redis and this name are the same",
    kind: text,
    fallback: () => "default",
    fallbackHelp: "default",
  }),
  logLevel: setting<LogLevel>({
    name: "millrace.log_level",
    flags: "-l, --log-level <level>",
    help: `the least that is logged: ${LOG_LEVELS.join(", ")}`,
    kind: logLevel,
    fallback: () => "info",
    fallbackHelp: "info",
    isLive: true,
  }),
  singleHash: setting<boolean>({
    name: "millrace.single_hash",
    flags: "--no-single-hash",
    help: "refuse clients that hash the password only once (HELLO without v, or v below 2)",
    kind: truth,
    fallback: () => true,
    isLive: true,
  }),
  recoverSilentWorkers: setting<boolean>({
    name: "millrace.recover_silent_workers",
    flags: "--no-recover-silent-workers",
    help: "leave a worker that stopped beating its jobs until their reservations end",
    variable: "MILLRACE_RECOVER_SILENT_WORKERS",
    kind: truth,
    fallback: () => true,
    isLive: true,
  }),
  maxConnections: limit("maxConnections", "max_connections", wholeNumber(1, 1_000_000), {
    flags: "--max-connections <count>",
    help: "clients beyond these are refused",
  }),
  maxLineBytes: limit("maxLineBytes", "max_line_bytes", wholeNumber(KIB, GIB / 2), {
    flags: "--max-line-bytes <count>",
    help: "a client with a longer line is disconnected",
  }),
  maxHeldBytes: limit("maxHeldBytes", "max_held_bytes", wholeNumber(KIB, 64 * GIB)),
  handshakeMs: limit("handshakeMs", "handshake_ms", wholeNumber(100, 600_000)),
  maxRunning: limit("maxRunning", "max_running", wholeNumber(1, 100_000)),
  maxWaiting: limit("maxWaiting", "max_waiting", wholeNumber(1, 1_000_000)),
  maxUnreadBytes: limit("maxUnreadBytes", "max_unread_bytes", wholeNumber(KIB, GIB)),
  unreadMs: limit("unreadMs", "unread_ms", wholeNumber(100, 3_600_000)),
};

/** New connections get the new limit. */
function limit(
  name: keyof ServerLimits,
  key: string,
  kind: Kind<number>,
  more: Pick<Setting<number>, "flags" | "help"> = {},
): Setting<number> {
  const fallback = DEFAULT_LIMITS[name];
  return setting({
    name: `millrace.limits.${key}`,
    kind,
    fallback: () => fallback,
    fallbackHelp: String(fallback),
    isLive: true,
    ...more,
  });
}
