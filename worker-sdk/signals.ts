/** What a worker does when its process gets a signal. */
export interface Stoppable {
  quiet(): void;
  stop(): unknown;
}

/**
 * FWP's signals: SIGTERM and SIGINT stop the worker, SIGTSTP makes it quiet. Returns what undoes it.
 */
export function onSignals(worker: Stoppable): () => void {
  const stop = () => void worker.stop();
  const quiet = () => worker.quiet();
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  process.on("SIGTSTP", quiet);
  return () => {
    process.off("SIGTERM", stop);
    process.off("SIGINT", stop);
    process.off("SIGTSTP", quiet);
  };
}
