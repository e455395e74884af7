import { existsSync } from "node:fs";
import { resolve as resolvePath } from "node:path";
import type { PasswordOptions } from "../../broker/engine/password.ts";
import type { ServerLimits } from "../../broker/server/limits.ts";
import type { Certificate } from "../../broker/server/listener.ts";
import type { Durability } from "../../broker/store/embedded-redis.ts";
import type { Binding } from "./binding.ts";
import { findCertificate } from "./certificate.ts";
import { checkKeys } from "./check-keys.ts";
import { readConfD } from "./conf-d.ts";
import { describeSetting, describeTls, type EffectiveSetting } from "./effective-setting.ts";
import type { Environment } from "./environment.ts";
import type { LogLevel } from "./log-level.ts";
import { completePassword } from "./password.ts";
import type { Problem } from "./problem.ts";
import { type Resolved, resolve, type Sources } from "./resolve.ts";
import type { Setting } from "./setting.ts";
import { settings } from "./settings.ts";

/** All that a broker is told by the person who runs it. */
export interface Configuration {
  environment: Environment;
  binding: Binding;
  /** Undefined when it is switched off. */
  web: Binding | undefined;
  /** Empty: that of the clients counts. */
  webPassword: string;
  directory: string;
  durability: Durability;
  /** Undefined: an embedded one. */
  redis: string | undefined;
  namespace: string;
  logLevel: LogLevel;
  access: PasswordOptions;
  recoverSilentWorkers: boolean;
  limits: ServerLimits;
  /** TLS is on when there is one. */
  certificate: Certificate | undefined;
}

export interface LoadedConfiguration {
  configuration: Configuration;
  settings: EffectiveSetting[];
  /** With an error among them, the rest is only for showing. */
  problems: Problem[];
  /** What was read of conf.d. */
  files: string[];
}

/** Reads everything there is, and goes on after a mistake: all of them are found at once. */
export function loadConfiguration({ flags, variables }: Sources): LoadedConfiguration {
  const sources: Sources = { flags, variables };
  const effective: EffectiveSetting[] = [];
  const problems: Problem[] = [];
  const report = (problem: Problem) => void problems.push(problem);
  let environment: Environment = "development";

  const find = <Value>(setting: Setting<Value>): Resolved<Value> =>
    resolve(setting, sources, report) ?? {
      value: setting.fallback(environment),
      origin: "default",
    };
  const note = <Value>(setting: Setting<Value>, resolved: Resolved<Value>): Value => {
    effective.push(describeSetting(setting, resolved));
    return resolved.value;
  };
  const take = <Value>(setting: Setting<Value>): Value => note(setting, find(setting));

  environment = take(settings.environment);
  const place = find(settings.configDirectory);
  const configDirectory = note(settings.configDirectory, place);
  if (place.origin !== "default" && !existsSync(configDirectory)) {
    const message = `there is no directory ${configDirectory}`;
    report({ severity: "warning", message, origin: place.origin });
  }
  const confD = readConfD(configDirectory);
  sources.confD = confD;
  problems.push(...confD.problems, ...checkKeys(confD));

  const circumstances = { environment, configDirectory, variables, report };
  const password = completePassword(find(settings.password), circumstances);
  const found = findCertificate(configDirectory, report);
  const configuration: Configuration = {
    environment,
    binding: take(settings.binding),
    access: {
      password: note(settings.password, password),
      allowSingleHash: take(settings.singleHash),
    },
    web: take(settings.web),
    webPassword: take(settings.webPassword),
    directory: resolvePath(take(settings.directory)),
    durability: take(settings.durability),
    redis: take(settings.redis),
    namespace: take(settings.namespace),
    logLevel: take(settings.logLevel),
    recoverSilentWorkers: take(settings.recoverSilentWorkers),
    limits: {
      maxConnections: take(settings.maxConnections),
      maxLineBytes: take(settings.maxLineBytes),
      maxHeldBytes: take(settings.maxHeldBytes),
      handshakeMs: take(settings.handshakeMs),
      maxRunning: take(settings.maxRunning),
      maxWaiting: take(settings.maxWaiting),
      maxUnreadBytes: take(settings.maxUnreadBytes),
      unreadMs: take(settings.unreadMs),
    },
    certificate: found?.certificate,
  };
  effective.push(describeTls(found));
  return { configuration, settings: effective, problems, files: confD.files };
}
