// Pushes the pictures of an album as a batch, which has the next album imported when all are done.

import { Client } from "millrace";
import type { Jobs } from "./images.ts";

const client = new Client<Jobs>();

const batch = await client.batch(
  {
    description: "holiday",
    success: { type: "import", args: ["the next album"], queue: "images" },
  },
  async (album) => {
    await album.push("resize", ["holiday/cover.png", 600], { queue: "images" });
    await album.pushBulk(
      ["a", "b"].map((name) => ({
        type: "resize",
        args: [`holiday/${name}.png`, 300],
        queue: "bulk",
      })),
    );
  },
);
const { total, pending } = await batch.status();
console.log(`batch ${batch.bid}: ${pending} of ${total} jobs are left`);
await client.close();
