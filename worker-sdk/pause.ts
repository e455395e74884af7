import { startTimer } from "./timer.ts";

/** Resolves after so many milliseconds, or as soon as the signal fires; it never rejects. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = startTimer(end, ms);
    signal.addEventListener("abort", end);
  });
}
