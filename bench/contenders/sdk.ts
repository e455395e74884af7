import { fileURLToPath } from "node:url";
import type { Contender } from "./contender.ts";
import { startMillrace } from "./millrace.ts";

const GENERATOR = fileURLToPath(new URL("../load/sdk.ts", import.meta.url));

/** A millrace that is loaded through its SDK. */
export async function startWithSdk(): Promise<Contender> {
  return { ...(await startMillrace("everysec")), name: "SDK", generator: GENERATOR };
}
