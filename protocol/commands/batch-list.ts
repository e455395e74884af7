import { CommandError, echo } from "../errors.ts";
import { checkText } from "../id.ts";
import { MAX_BATCH_KEY_BYTES } from "../limits.ts";
import { checkTag } from "../tags.ts";
import { readObject } from "./arguments.ts";

export const BATCH_LIST_USAGE = 'BATCH LIST [{"key":"…" or "tag":"…","cursor":"…","count":25}]';

/** How many are told of where nobody says: as many as fit on a screen. */
const DEFAULT_COUNT = 25;

/** Each is looked up by itself. */
const MAX_COUNT = 100;

/** Which batches are to be told of: all that are in no other, or all with a key or a tag. */
export interface BatchListRequest {
  key?: string;
  tag?: string;
  /** As the reply before had it. */
  cursor?: string;
  count: number;
}

const SHAPE = { key: "string", tag: "string", cursor: "string", count: "int" } as const;

/** BATCH LIST, millrace's own. @throws CommandError */
export function parseBatchList(argument: Buffer): BatchListRequest {
  if (argument.length === 0) return { count: DEFAULT_COUNT };
  const { key, tag, cursor, count = DEFAULT_COUNT } = readObject("BATCH LIST", argument, SHAPE);
  const refuse = (why: string) => new CommandError(`invalid BATCH LIST ${echo(argument)}: ${why}`);
  if (count < 1 || count > MAX_COUNT) throw refuse(`count must be from 1 to ${MAX_COUNT}`);
  if (key !== undefined && tag !== undefined) throw refuse("it is either by key or by tag");
  if (key !== undefined) checkText("key", key, MAX_BATCH_KEY_BYTES);
  if (tag !== undefined) checkTag(tag);
  return {
    count,
    ...(key !== undefined && { key }),
    ...(tag !== undefined && { tag }),
    ...(cursor !== undefined && cursor !== "" && { cursor }),
  };
}

export function encodeBatchList({ key, tag, cursor, count }: Partial<BatchListRequest>): string {
  return `BATCH LIST ${JSON.stringify({ key, tag, cursor, count })}`;
}
