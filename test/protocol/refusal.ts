/** What a call throws, as `Name: message`. It is an error that it returns. */
export function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return String(error);
  }
  throw new Error("it was not refused");
}
