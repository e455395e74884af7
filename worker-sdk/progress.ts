import { isUnknownCommand, NotSupported } from "./errors.ts";
import type { Link } from "./link.ts";

/** FWP: TRACK SET, of Faktory Enterprise. @throws NotSupported where the server does not know it */
export async function setProgress(
  link: Link,
  jid: string,
  percent: number,
  description: string | undefined,
): Promise<void> {
  try {
    await link.call(`TRACK SET ${JSON.stringify({ jid, percent, desc: description })}`);
  } catch (error) {
    if (!isUnknownCommand(error)) throw error;
    throw new NotSupported("this server has no TRACK, so a job can't tell of its progress", {
      cause: error,
    });
  }
}
