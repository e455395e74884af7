import { noSuchBatch } from "../../protocol/bid.ts";
import type { BatchRequest } from "../../protocol/commands/batch-new.ts";
import { CommandError, echo } from "../../protocol/errors.ts";
import type { BeginOutcome, Store } from "../store/store.ts";
import { refusedBehalf } from "./refused-behalf.ts";

/** Another batch has a key, and is not to be disturbed. */
export function overlap(bid: string, key: string): CommandError {
  return new CommandError(`batch ${bid} has ${key}, and has not ended`, { code: "OVERLAP" });
}

/** What a client is told whose batch can't be begun. */
export async function refusedBatch(
  store: Store,
  { key, onBehalf }: BatchRequest,
  outcome: Exclude<BeginOutcome, { kind: "begun" }>,
): Promise<CommandError> {
  switch (outcome.kind) {
    case "no batch":
      return noSuchBatch(outcome.bid);
    case "around":
      return new CommandError(`a batch can't wait for ${outcome.bid}, which it is in`);
    case "circle":
      return new CommandError(
        `a batch can't wait for ${outcome.bid}, which waits for one that it is in`,
      );
    case "closed":
      return new CommandError(`batch ${outcome.bid} was cancelled`, { code: "CANCELLED" });
    case "runs":
      return overlap(outcome.bid, `the key ${echo(JSON.stringify(key?.name))}`);
    case "overtaken":
      return overlap(outcome.bid, "the key of one around it");
    case "line":
      return new CommandError("100 batches of this key run or wait already");
    case "parent stale":
    case "parent cancelling":
      return await refusedBehalf(store, onBehalf, outcome);
  }
}
