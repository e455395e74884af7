import { Command } from "commander";
import type { Broker } from "../broker/broker.ts";
import type { Logger } from "../broker/logger.ts";
import { EmbeddedRedis } from "../broker/store/embedded-redis.ts";
import type { RedisAddress } from "../broker/store/redis-link.ts";
import { MILLRACE_VERSION } from "../broker/version.ts";
import { type Binding, resolveHost, showBinding } from "./config/binding.ts";
import {
  type Configuration,
  type LoadedConfiguration,
  loadConfiguration,
} from "./config/configuration.ts";
import type { EffectiveSetting } from "./config/effective-setting.ts";
import { addFlags, readFlags } from "./config/flags.ts";
import { describeProblem } from "./config/problem.ts";
import { dump } from "./dump.ts";
import { fitLimits } from "./fit-limits.ts";
import { logProblems } from "./log-problems.ts";
import { createLogger, type ProcessLogger } from "./logger.ts";
import { Reloader } from "./reloader.ts";
import { handleSignals } from "./signals.ts";

export const serve = addFlags(
  new Command("serve")
    .summary("run a broker")
    .description(
      "Run a broker. Without --redis it runs a Redis of its own, which ends with it; its data stays in -d. Faktory's flags and files are read as Faktory does; a flag goes before a variable, and that before conf.d/*.toml.",
    ),
)
  .addHelpText(
    "after",
    `
Environment:
  FAKTORY_PASSWORD       what clients must know; with a leading slash, the file that holds it
  FAKTORY_SKIP_PASSWORD  yes: staging and production without one
  FAKTORY_ENV, REDIS_URL as -e and --redis; REDIS_PROVIDER names the variable that holds the URL

Examples:
  millrace serve                             a broker on localhost:7419, its data in ~/.millrace/db
  millrace serve -b :7419 -d /data           for the whole network
  millrace serve --redis redis://10.0.0.7    one of many brokers on one Redis
  millrace check-config -e production        what all that comes to, and its mistakes

Ctrl-C or SIGTERM lets running commands finish; a second one ends at once. SIGHUP reads the files
again. SIGTTIN logs what is going on.`,
  )
  .action(async (_options, command: Command) => {
    const flags = readFlags(command);
    await run(() => loadConfiguration({ flags, variables: process.env }));
  });

async function run(load: () => LoadedConfiguration): Promise<void> {
  const { configuration, settings, problems, files } = load();
  const errors = problems.filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new Error(errors.map(describeProblem).join("\n  "));
  const log = await createLogger(configuration.logLevel);
  logProblems(problems, log);
  if (files.length > 0) log.info({ event: "config.read", files });
  mentionWeb(configuration, settings, log);
  // Reading the broker, with all its libraries, takes as long as Redis takes to start.
  const [{ address, stopRedis }, { Broker }] = await Promise.all([
    findRedis(configuration, log),
    import("../broker/broker.ts"),
  ]);
  const { namespace, access, recoverSilentWorkers, limits, certificate, binding } = configuration;
  const { host, port } = binding;
  const broker = new Broker({
    listen: { host: await resolveHost(host), port },
    redis: address,
    namespace,
    access,
    recoverSilentWorkers,
    limits: fitLimits(limits, log),
    certificate,
    log,
  });
  const apply = (changed: Configuration) => change(broker, changed, log);
  const reloader = new Reloader({ running: settings, load, apply, log });
  const stop = async () => {
    await broker.stop();
    await stopRedis();
    log.info({ event: "broker.stopped" });
  };
  handleSignals({ stop, reload: () => reloader.reload(), dump: () => dump(broker, log) }, log);
  try {
    const listening = { host, port: await broker.start(), tls: certificate !== undefined };
    log.info({ event: "broker.listening", ...listening, version: MILLRACE_VERSION });
  } catch (error) {
    await stopRedis();
    throw explained(error, binding);
  }
}

function change(broker: Broker, configuration: Configuration, log: ProcessLogger): void {
  const { logLevel, access, recoverSilentWorkers, limits, certificate } = configuration;
  log.level = logLevel;
  broker.change({ access, recoverSilentWorkers, limits: fitLimits(limits, log), certificate });
}

/** The Redis that is asked for; an embedded one is started. */
async function findRedis(
  { redis: url, directory, durability }: Configuration,
  log: Logger,
): Promise<{ address: RedisAddress; stopRedis: () => Promise<void> }> {
  if (url !== undefined) return { address: { url }, stopRedis: async () => {} };
  const redis = await EmbeddedRedis.start({
    directory,
    durability,
    log,
    onGivenUp(err) {
      log.error({ event: "redis.given-up", err });
      process.exit(1);
    },
  });
  return { address: { socket: redis.socket }, stopRedis: () => redis.stop() };
}

/** What Faktory would do and this version does not: said, not passed over. */
function mentionWeb({ web }: Configuration, settings: EffectiveSetting[], log: Logger): void {
  const asked = settings.find(({ name, origin }) => name === "web.binding" && origin !== "default");
  if (web === undefined || asked === undefined) return;
  const reason = "this version has no web pages";
  log.warn({ event: "web.unavailable", reason, binding: asked.text, origin: asked.origin });
}

function explained(error: unknown, { host, port }: Binding): unknown {
  if (!(error instanceof Error) || !("code" in error)) return error;
  const where = showBinding({ host, port });
  const reasons: Record<string, string> = {
    EADDRINUSE: `${where} is in use by another program: stop it, or choose another address with -b`,
    EACCES: `this user may not listen on ${where}: choose a port above 1023 with -b`,
    EADDRNOTAVAIL: `this machine has no address ${host}: choose another with -b`,
  };
  const reason = reasons[String(error.code)];
  return reason === undefined ? error : new Error(reason, { cause: error });
}
