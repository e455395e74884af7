// Pushes some jobs, and tells what the server has then.

import { Client, ServerUnavailable } from "millrace";
import type { Jobs } from "./images.ts";

const client = new Client<Jobs>({ callTimeoutMs: 5_000 });

try {
  const jid = await client.push("import", ["holiday"], { queue: "images", priority: 9 });
  await client.push("import", ["empty"], { queue: "images", delayMs: 60_000 });
  const { faktory } = await client.info();
  console.log(`pushed ${jid}; ${faktory.queues["images"]} queued, ${faktory.sets.scheduled} later`);
} catch (error) {
  if (!(error instanceof ServerUnavailable)) throw error;
  console.error(`try again later: ${error.message}`);
  process.exitCode = 1;
} finally {
  await client.close();
}
