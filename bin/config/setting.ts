import type { Environment } from "./environment.ts";
import type { Kind } from "./kind.ts";

/** One thing that can be configured: where it may be said, and what it then is. */
export interface Setting<Value> {
  /** Its key in conf.d, such as `faktory.binding`, unless it cannot be there; then just a name. */
  name: string;
  isInFiles: boolean;
  /** As commander writes them; a flag goes before a variable, and that before the files. */
  flags?: string;
  /** What --help says of the flag, without the default. */
  help?: string;
  /** An environment variable. Empty counts as not there, unless `isEmptySaid`. */
  variable?: string;
  isEmptySaid?: boolean;
  /** A variable that names another one to be read instead, as FAKTORY_PROVIDER does for clients. */
  provider?: string;
  kind: Kind<Value>;
  fallback(environment: Environment): Value;
  /** What --help says of it. */
  fallbackHelp?: string;
  /** Its value is never shown. */
  isSecret: boolean;
  /** A running broker takes the new value at SIGHUP; others need a restart. */
  isLive: boolean;
}

type Given<Value> = Partial<Setting<Value>> & Pick<Setting<Value>, "name" | "kind" | "fallback">;

/** In the files, open, and fixed for as long as the broker runs, unless it says otherwise. */
export function setting<Value>(given: Given<Value>): Setting<Value> {
  return { isInFiles: true, isSecret: false, isLive: false, ...given };
}
