import { type CancelReason, readCancelReason } from "../cancel.ts";
import { readObject } from "./arguments.ts";
import { parseBid } from "./batch-id.ts";

export const BATCH_CANCEL_USAGE = 'BATCH CANCEL <bid> [{"reason":"…","by":"…"}]';

const SHAPE = { reason: "string", by: "string" } as const;

/** BATCH CANCEL, millrace's own. @throws CommandError */
export function parseBatchCancel(argument: Buffer): CancelReason & { bid: string } {
  const brace = argument.indexOf("{");
  if (brace < 0) return { bid: parseBid(argument) };
  const told = readObject("BATCH CANCEL", argument.subarray(brace), SHAPE);
  return { bid: parseBid(argument.subarray(0, brace)), ...readCancelReason(told) };
}

export function encodeBatchCancel({ bid, ...told }: CancelReason & { bid: string }): string {
  const isTold = told.reason !== undefined || told.by !== undefined;
  return `BATCH CANCEL ${bid}${isTold ? ` ${JSON.stringify(told)}` : ""}`;
}
