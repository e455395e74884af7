import type { Settings } from "../settings.ts";
import type { Starter } from "./contender.ts";
import { startFaktory } from "./faktory.ts";
import { peerAt } from "./peer.ts";

/** The other servers that this run compares with. */
export function others({ faktory, peer }: Settings): Starter[] {
  const starters: Starter[] = [];
  if (faktory !== undefined) starters.push(() => startFaktory(faktory));
  if (peer !== undefined) starters.push(async () => peerAt(peer));
  return starters;
}
