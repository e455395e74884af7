import { isDeepStrictEqual } from "node:util";
import type { Logger } from "../broker/logger.ts";
import type { Configuration, LoadedConfiguration } from "./config/configuration.ts";
import type { EffectiveSetting } from "./config/effective-setting.ts";
import { hasError } from "./config/problem.ts";
import { logProblems } from "./log-problems.ts";

export interface ReloaderOptions {
  /** What the broker runs with. */
  running: readonly EffectiveSetting[];
  load: () => LoadedConfiguration;
  /** Takes what a running broker can take. */
  apply: (configuration: Configuration) => void;
  log: Logger;
}

/** Lets a running broker follow what its owner has changed. */
export class Reloader {
  readonly #options: ReloaderOptions;
  #running: readonly EffectiveSetting[];

  constructor(options: ReloaderOptions) {
    this.#options = options;
    this.#running = options.running;
  }

  /** Reads everything again, and says by name what changes. After a mistake all stays as it is. */
  reload(): void {
    const { load, apply, log } = this.#options;
    const { configuration, settings, problems } = load();
    logProblems(problems, log);
    if (hasError(problems)) {
      log.error({ event: "config.not-reloaded", reason: "it has mistakes; nothing has changed" });
      return;
    }
    apply(configuration);
    this.#running = settings.map((setting) => this.#follow(setting));
    log.info({ event: "config.reloaded" });
  }

  /** What counts from now on: the new setting, or the old one when only a restart can change it. */
  #follow(setting: EffectiveSetting): EffectiveSetting {
    const { log } = this.#options;
    const { name, text, origin } = setting;
    const old = this.#running.find((running) => running.name === name);
    if (old === undefined || isDeepStrictEqual(old.value, setting.value)) return setting;
    const change = { setting: name, from: old.text, to: text, origin };
    if (old.isLive && setting.isLive) {
      log.info({ event: "config.changed", ...change });
      return setting;
    }
    log.warn({ event: "config.needs-restart", ...change });
    return old;
  }
}
