// Runs the worker until SIGTERM or SIGINT, and says what it does. `npx millrace work ./images.ts` does
// much the same, in its own words.

import { worker } from "./images.ts";

worker.events.on("done", ({ type, args }, tookMs) => {
  console.log(`${type} ${args.join(" ")}: ${tookMs.toFixed()} ms`);
});
worker.events.on("failed", ({ type, jid }, error) =>
  console.error(`${type} ${jid} failed:`, error),
);
worker.events.on("disconnected", ({ message }) => console.error(message));

const { jobs } = await worker.run();
const left = jobs.filter(({ outcome }) => outcome === "handedBack");
console.log(`stopped; ${left.length} jobs were handed back`);
