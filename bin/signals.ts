import { closeSync, openSync } from "node:fs";
import type { Logger } from "../broker/logger.ts";

export interface SignalActions {
  /** SIGTERM, SIGINT. */
  stop: () => Promise<void>;
  /** SIGHUP. */
  reload: () => void;
  /** SIGTTIN. FWP: where Faktory writes down what it is doing. */
  dump: () => void;
}

/** From now on signals do these. The process ends with 0 when `stop` is done. */
export function handleSignals({ stop, reload, dump }: SignalActions, log: Logger): void {
  const hadTerminal = process.stdin.isTTY;
  let isStopping = false;
  const onStop = (signal: NodeJS.Signals) => {
    // The second one is from somebody who has no time.
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
  process.on("SIGTERM", onStop);
  process.on("SIGINT", onStop);
  process.on("SIGHUP", (signal) => {
    // A window that was closed sends the same: then nobody wants the broker any longer.
    if (hadTerminal && !hasTerminal()) onStop(signal);
    else if (!isStopping) reload();
  });
  process.on("SIGTTIN", dump);
}

function hasTerminal(): boolean {
  try {
    closeSync(openSync("/dev/tty", "r"));
    return true;
  } catch {
    return false;
  }
}
