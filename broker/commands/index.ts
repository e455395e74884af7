import { ack } from "./ack.ts";
import { batch } from "./batch.ts";
import { beat } from "./beat.ts";
import type { Command } from "./command.ts";
import { control } from "./control.ts";
import { end } from "./end.ts";
import { fail } from "./fail.ts";
import { fetch } from "./fetch.ts";
import { fetchb } from "./fetchb.ts";
import { flush } from "./flush.ts";
import { hello } from "./hello.ts";
import { helpOn } from "./help.ts";
import { info } from "./info.ts";
import { job } from "./job.ts";
import { monitor } from "./monitor.ts";
import { mutate } from "./mutate.ts";
import { push } from "./push.ts";
import { pushb } from "./pushb.ts";
import { queue } from "./queue.ts";
import { track } from "./track.ts";

/** Every verb that the broker knows. */
const all: readonly Command[] = [
  hello,
  push,
  pushb,
  fetch,
  fetchb,
  ack,
  fail,
  beat,
  control,
  queue,
  mutate,
  job,
  batch,
  track,
  info,
  flush,
  monitor,
  helpOn(() => commands),
  end,
];

/** By verb. Sub-commands are there as well, by both words: no line has a space in its verb. */
export const commands: ReadonlyMap<string, Command> = new Map(
  all.flatMap((one) => [one, ...(one.members ?? [])]).map((one) => [one.verb, one]),
);
