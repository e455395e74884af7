import { suite } from "uvu";
import * as assert from "uvu/assert";
import { linkOptionsOf } from "../../worker-sdk/client-options.ts";
import { Link } from "../../worker-sdk/link.ts";
import { Service } from "../../worker-sdk/service.ts";
import { ServiceUpkeep } from "../../worker-sdk/service-upkeep.ts";
import { type RecordingLogger, recordingLogger } from "../kit/log.ts";
import { toldOf } from "../kit/scripted-millrace.ts";
import { type ScriptedServer, withScriptedServer } from "../kit/scripted-server.ts";
import { until } from "../kit/until.ts";

const test = suite("worker-sdk/service-upkeep");

/** Longer than a test may take: nothing here may wait for it. */
const CALL_TIMEOUT_MS = 60_000;

const serviceOf = (name: string) => new Service(name, () => {}, {});

interface World {
  server: ScriptedServer;
  log: RecordingLogger;
  link: Link;
  upkeep: ServiceUpkeep;
  /** The jids of all pushes that came so far. */
  pushed: () => unknown[];
}

function withUpkeep(run: (world: World) => Promise<void>): () => Promise<void> {
  return withScriptedServer(async (server) => {
    const log = recordingLogger();
    const options = { url: server.url, callTimeoutMs: CALL_TIMEOUT_MS };
    const link = new Link(linkOptionsOf(options, undefined));
    const upkeep = new ServiceUpkeep({ link, log, intervalMs: 5 });
    const pushed = () => toldOf(server, "PUSH").map(({ jid }) => jid);
    try {
      await run({ server, log, link, upkeep, pushed });
    } finally {
      upkeep.stop();
      link.destroy();
    }
  });
}

test(
  "all services are pushed at the beginning, and again and again",
  withUpkeep(async ({ log, upkeep, pushed }) => {
    await upkeep.begin([serviceOf("a"), serviceOf("b")]);
    assert.equal(pushed(), ["service.a", "service.b"]);
    await until(() => pushed().length >= 6, { what: "they are pushed twice more" });
    assert.equal(pushed().slice(2, 6), ["service.a", "service.b", "service.a", "service.b"]);
    assert.equal(log.lines, []);
  }),
);

test(
  "one that is cancelled stays off, and that is said once for as long as it is so",
  withUpkeep(async ({ server, log, upkeep, pushed }) => {
    const cancelled = () => log.of("service.cancelled").length;
    server.answer = () => "-CANCELLED service.a was cancelled";
    await upkeep.begin([serviceOf("a")]);
    await until(() => pushed().length >= 4, { what: "it is refused again and again" });
    assert.is(cancelled(), 1);
    server.answer = () => "+OK";
    const count = pushed().length;
    await until(() => pushed().length >= count + 2, { what: "it is taken" });
    server.answer = () => "-CANCELLED service.a was cancelled";
    await until(() => cancelled() === 2, { what: "it is cancelled another time" });
    assert.is(log.lines.length, 2);
  }),
);

test(
  "one that is not taken is told of, keeps none of the others, and is tried again",
  withUpkeep(async ({ server, log, upkeep, pushed }) => {
    await upkeep.begin([serviceOf("a"), serviceOf("b")]);
    server.answer = (line) => (line.includes("service.a") ? "-ERR not now" : "+OK");
    await until(() => log.of("service.not-pushed").length >= 2, { what: "it is told of" });
    const count = (name: string) => pushed().filter((jid) => jid === name).length;
    assert.is(count("service.b"), count("service.a"));
  }),
);

test(
  "when it is stopped nothing more is pushed, and nobody waits for what is under way",
  withUpkeep(async ({ server, log, link, upkeep, pushed }) => {
    await upkeep.begin([serviceOf("a")]);
    server.answer = () => undefined;
    const count = pushed().length;
    await until(() => pushed().length > count, { what: "a push is under way" });
    upkeep.stop();
    server.connections[0]?.cut();
    await until(() => server.openCount === 0, { what: "it is cut off" });
    await link.connect();
    await link.close();
    assert.is(pushed().length, count + 1);
    assert.equal(log.lines, []);
  }),
);

test.run();
