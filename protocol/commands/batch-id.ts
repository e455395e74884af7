import { checkBid } from "../bid.ts";
import { CommandError, echo } from "../errors.ts";

/** The bid behind BATCH OPEN, COMMIT and STATUS. @throws CommandError when there is more, or none */
export function parseBid(argument: Buffer): string {
  const bid = argument.toString().trim();
  if (bid === "" || bid.includes(" ")) {
    throw new CommandError(`one bid is due, not ${echo(JSON.stringify(bid))}`);
  }
  return checkBid(bid);
}
