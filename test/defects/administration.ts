import * as assert from "uvu/assert";
import { Wire } from "../kit/wire.ts";
import type { Defect } from "./defect.ts";

/** MUTATE, QUEUE and FLUSH. */
export const administrationDefects: Defect[] = [
  {
    number: 11,
    title: "FLUSH forgets queues, pauses and reservations",
    run: async (port) => {
      const wire = await Wire.hello(port);
      await wire.push({ jid: "to-be-flushed" });
      assert.is(await wire.fetch("default"), "to-be-flushed");
      await wire.call("QUEUE PAUSE default");
      await wire.call("FLUSH");
      assert.equal((await wire.info()).faktory.queues, {});
      assert.match(await wire.call('FAIL {"jid":"to-be-flushed"}'), /^-ERR Job not found/);
      await wire.push({ jid: "after-the-flush" });
      assert.is(await wire.fetch("default"), "after-the-flush", "the queue is not paused");
    },
  },
  {
    number: 13,
    title: "a job that MUTATE has requeued has a latency like any other",
    run: async (port) => {
      const wire = await Wire.hello(port);
      await wire.push({ jid: "for-much-later", at: "2099-01-01T00:00:00Z" });
      assert.is(await wire.call('MUTATE {"cmd":"requeue","target":"scheduled"}'), "+OK");
      assert.match(await wire.call("QUEUE LATENCY default"), /^\{"default":[\d.]+\}$/);
      assert.match(await wire.call("FETCH default"), /"enqueued_at":"2/);
    },
  },
  {
    number: 14,
    title: "the JSON of MUTATE may have spaces",
    run: async (port) => {
      const wire = await Wire.hello(port);
      await wire.push({ jid: "stays-scheduled", at: "2099-01-01T00:00:00Z", jobtype: "A B" });
      await wire.push({ jid: "goes-away-soon", at: "2099-01-01T00:00:00Z", jobtype: "A C" });
      const filter = '{ "jobtype" : "A C" }';
      assert.is(
        await wire.call(`MUTATE { "cmd": "discard", "target": "scheduled", "filter": ${filter} }`),
        "+OK",
      );
      assert.is((await wire.info()).faktory.sets.scheduled, 1);
    },
  },
];
