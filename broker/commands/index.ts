import { ack } from "./ack.ts";
import { beat } from "./beat.ts";
import type { Command } from "./command.ts";
import { end } from "./end.ts";
import { fail } from "./fail.ts";
import { fetch } from "./fetch.ts";
import { flush } from "./flush.ts";
import { hello } from "./hello.ts";
import { info } from "./info.ts";
import { push } from "./push.ts";

/** Every verb that the broker knows. */
const all: readonly Command[] = [hello, push, fetch, ack, fail, beat, info, flush, end];

export const commands: ReadonlyMap<string, Command> = new Map(all.map((one) => [one.verb, one]));
