import { checkBid } from "../bid.ts";
import { CommandError, echo } from "../errors.ts";

export const BATCH_RESULTS_USAGE = "BATCH RESULTS <bid> [<cursor>]";

/** BATCH RESULTS, millrace's own. The cursor is "0" at the beginning. @throws CommandError */
export function parseBatchResults(argument: Buffer): { bid: string; cursor: string } {
  const text = argument.toString().trim();
  const [bid = "", cursor = "0", ...rest] = text.split(" ");
  if (bid === "" || rest.length > 0 || !/^\d{1,20}$/.test(cursor)) {
    throw new CommandError(
      `one bid is due, and a cursor of BATCH RESULTS, not ${echo(JSON.stringify(text))}`,
    );
  }
  return { bid: checkBid(bid), cursor };
}
