import { playBatches } from "./batches.ts";
import type { Checks } from "./checks.ts";
import type { Library } from "./libraries.ts";
import type { Built } from "./program.ts";
import { Scenario } from "./scenario.ts";
import { PASSWORD, startBroker, startTlsBroker, type Target } from "./target.ts";
import { MissingToolchain } from "./toolchains.ts";

/** Plays a library against brokers of its own: with a password, without, with batches, and with TLS. */
export async function playAgainstUs(library: Library, built: Built, checks: Checks): Promise<void> {
  await using(await startBroker(PASSWORD), (target) =>
    new Scenario(library, built, target, checks).play(),
  );
  await using(await startBroker(""), (target) =>
    new Scenario(library, built, target, checks).playBriefly("without a password"),
  );
  await using(await startBroker(PASSWORD), (target) => playBatches(library, built, target, checks));
  const target = await findTlsTarget(library);
  if (typeof target === "string") {
    checks.leaveOut("pushes and works over TLS", target);
    return;
  }
  await using(target, () =>
    new Scenario(library, built, target, checks).playBriefly("over TLS, with a password"),
  );
}

/** A broker that speaks TLS, or why there is none for this library. */
async function findTlsTarget(library: Library): Promise<Target | string> {
  const obstacle = await library.findTlsObstacle?.();
  if (obstacle !== undefined) return obstacle;
  try {
    return (await startTlsBroker(PASSWORD)) ?? "this broker speaks no TLS";
  } catch (error) {
    if (error instanceof MissingToolchain) return error.message;
    throw error;
  }
}

async function using(target: Target, use: (target: Target) => Promise<void>): Promise<void> {
  try {
    await use(target);
  } finally {
    await target.stop();
  }
}
