import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { Broker } from "../broker/broker.ts";
import type { Logger } from "../broker/logger.ts";
import { type Durability, EmbeddedRedis } from "../broker/store/embedded-redis.ts";
import type { RedisAddress } from "../broker/store/redis-link.ts";
import { MILLRACE_VERSION } from "../broker/version.ts";
import { type Binding, parseBinding, resolveHost } from "./binding.ts";
import {
  defaultConfigDirectory,
  defaultDirectory,
  ENVIRONMENTS,
  type Environment,
  findPassword,
} from "./environment.ts";
import { createLogger, LOG_LEVELS, type LogLevel } from "./logger.ts";

const DEFAULT_WEB = "localhost:7420";

interface ServeOptions {
  binding: Binding;
  web: string;
  environment: Environment;
  logLevel: LogLevel;
  directory?: string;
  config?: string;
  redis?: string;
  namespace: string;
  durability: Durability;
  singleHash: boolean;
}

export const serve = new Command("serve")
  .summary("run a broker")
  .description(
    "Run a broker. Without --redis it runs a Redis of its own, which ends with it; its data stays in -d.",
  )
  .addOption(
    new Option("-b, --binding <host:port>", "listen for clients here")
      .argParser(asArgument(parseBinding))
      .default({ host: "localhost", port: 7419 }, "localhost:7419"),
  )
  .option(
    "-w, --web <host:port>",
    "listen for browsers here; this version has no web pages yet",
    DEFAULT_WEB,
  )
  .addOption(
    new Option("-e, --environment <name>", "staging and production demand a password")
      .choices(ENVIRONMENTS)
      .env("FAKTORY_ENV")
      .default("development"),
  )
  .addOption(
    new Option("-l, --log-level <level>", "the least that is logged")
      .choices(LOG_LEVELS)
      .default("info"),
  )
  .option(
    "-d, --directory <path>",
    "where the embedded Redis keeps its data (default: ~/.millrace/db in development, else /var/lib/millrace/db)",
  )
  .option(
    "-c, --config <path>",
    "where conf.d is (default: ~/.faktory in development, else /etc/faktory)",
  )
  .addOption(
    new Option(
      "--redis <url>",
      "use this Redis instead of an embedded one: redis://[:password@]host:port[/db], rediss:// or unix:///path",
    ).env("REDIS_URL"),
  )
  .option(
    "--namespace <name>",
    "brokers share jobs when Redis and this name are the same",
    "default",
  )
  .addOption(
    new Option(
      "--durability <when>",
      "of the embedded Redis: an acknowledged job is on the disk before the reply (always), or within a second (everysec), which is faster",
    )
      .choices(["always", "everysec"])
      .default("always"),
  )
  .option(
    "--no-single-hash",
    "refuse clients that hash the password only once (HELLO without v, or v below 2)",
  )
  .addHelpText(
    "after",
    `
Environment:
  FAKTORY_PASSWORD       what clients must know; with a leading slash, the file that holds it
  FAKTORY_SKIP_PASSWORD  yes: staging and production without one
  FAKTORY_ENV, REDIS_URL as -e and --redis

Examples:
  millrace serve                             a broker on localhost:7419, its data in ~/.millrace/db
  millrace serve -b :7419 -d /data           for the whole network
  millrace serve --redis redis://10.0.0.7    one of many brokers on one Redis

Ctrl-C or SIGTERM lets running commands finish; a second one ends at once.`,
  )
  .action(async (options: ServeOptions) => run(options));

async function run(options: ServeOptions): Promise<void> {
  const log = createLogger(options.logLevel);
  const password = findPassword(options.environment, process.env);
  mentionWhatIsIgnored(options, log);
  const { address, stopRedis } = await findRedis(options, log);
  const { host, port } = options.binding;
  const broker = new Broker({
    listen: { host: await resolveHost(host), port },
    redis: address,
    namespace: options.namespace,
    access: { password, allowSingleHash: options.singleHash },
    log,
  });
  stopOnSignals(async () => {
    await broker.stop();
    await stopRedis();
    log.info({ event: "broker.stopped" });
  }, log);
  try {
    const actualPort = await broker.start();
    log.info({ event: "broker.listening", host, port: actualPort, version: MILLRACE_VERSION });
  } catch (error) {
    await stopRedis();
    throw explained(error, options.binding);
  }
}

/** The Redis that is asked for; an embedded one is started. */
async function findRedis(
  options: ServeOptions,
  log: Logger,
): Promise<{ address: RedisAddress; stopRedis: () => Promise<void> }> {
  if (options.redis !== undefined) {
    return { address: { url: options.redis }, stopRedis: async () => {} };
  }
  const redis = await EmbeddedRedis.start({
    directory: resolve(options.directory ?? defaultDirectory(options.environment)),
    durability: options.durability,
    log,
    onGivenUp(err) {
      log.error({ event: "redis.given-up", err });
      process.exit(1);
    },
  });
  return { address: { socket: redis.socket }, stopRedis: () => redis.stop() };
}

/** The first signal stops; the second, from somebody who has no time, ends at once. */
function stopOnSignals(stop: () => Promise<void>, log: Logger): void {
  let isStopping = false;
  const onSignal = (signal: NodeJS.Signals) => {
    if (isStopping) process.exit(1);
    isStopping = true;
    log.info({ event: "broker.stopping", signal });
    stop().then(
      () => process.exit(0),
      (err: unknown) => {
        log.error({ event: "broker.stop-failed", err });
        process.exit(1);
      },
    );
  };
  process.on("SIGTERM", onSignal);
  process.on("SIGINT", onSignal);
}

/** What Faktory would do and this version does not: said, not passed over. */
function mentionWhatIsIgnored({ web, config, environment }: ServeOptions, log: Logger): void {
  if (web !== DEFAULT_WEB && !web.endsWith(":0")) {
    log.warn({ event: "web.unavailable", reason: "this version has no web pages", binding: web });
  }
  const directory = join(config ?? defaultConfigDirectory(environment), "conf.d");
  const files = existsSync(directory) ? readdirSync(directory) : [];
  for (const file of files.filter((name) => name.endsWith(".toml"))) {
    const reason = "this version does not read configuration files";
    log.warn({ event: "config.ignored", reason, file: join(directory, file) });
  }
}

function explained(error: unknown, { host, port }: Binding): unknown {
  if (!(error instanceof Error) || !("code" in error)) return error;
  const where = `${host}:${port}`;
  const reasons: Record<string, string> = {
    EADDRINUSE: `${where} is in use by another program: stop it, or choose another address with -b`,
    EACCES: `this user may not listen on ${where}: choose a port above 1023 with -b`,
    EADDRNOTAVAIL: `this machine has no address ${host}: choose another with -b`,
  };
  const reason = reasons[String(error.code)];
  return reason === undefined ? error : new Error(reason, { cause: error });
}

function asArgument<Value>(parse: (text: string) => Value): (text: string) => Value {
  return (text) => {
    try {
      return parse(text);
    } catch (error) {
      throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
    }
  };
}
