import { CommandError, echo } from "./errors.ts";

/** FWP: as a server makes them. */
const BID = /^b-[\w-]{14}$/;

/** @throws CommandError for what no batch can be named: it could be the name of something else in the store */
export function checkBid(bid: string): string {
  if (BID.test(bid)) return bid;
  throw noSuchBatch(bid);
}

/** FWP: clients look for these words. */
export function noSuchBatch(bid: string): CommandError {
  return new CommandError(`No such batch ${echo(bid)}`);
}
