// limit: 90 s
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ReplyError } from "ioredis";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { silentLogger } from "../../../broker/logger.ts";
import { RedisLink } from "../../../broker/store/redis-link.ts";
import { StoreUnavailable } from "../../../broker/store/store.ts";
import { withFolder } from "../../kit/folder.ts";
import { recordingLogger } from "../../kit/log.ts";
import { startProxy } from "../../kit/proxy.ts";
import { type PrivateRedis, startRedis } from "../../kit/redis.ts";
import { until } from "../../kit/until.ts";

const test = suite("store/redis-link");

interface World {
  link: RedisLink;
  redis(): PrivateRedis;
  /** With SIGKILL; resolves when the link has noticed. */
  kill(): Promise<void>;
  startAgain(): Promise<void>;
}

/** A link to a Redis that can be killed and started again in the same place. */
function withLink(run: (world: World) => Promise<void>): () => Promise<void> {
  return withFolder(async (folder) => {
    let redis = await startRedis({ folder });
    const log = recordingLogger();
    const link = new RedisLink({ socket: redis.socketPath }, log);
    const kill = async () => {
      const losses = log.of("redis.lost").length;
      await redis.stop();
      await until(() => log.of("redis.lost").length > losses, { what: "the loss is noticed" });
    };
    try {
      await link.connect();
      await run({
        link,
        redis: () => redis,
        kill,
        async startAgain() {
          redis = await startRedis({ folder });
        },
      });
    } finally {
      link.close();
      await redis.stop();
    }
  });
}

/** How a call fails, and after how long. */
async function failure(call: Promise<unknown>): Promise<{ error: unknown; ms: number }> {
  const startedAt = performance.now();
  try {
    await call;
    throw new Error("it did not fail");
  } catch (error) {
    return { error, ms: performance.now() - startedAt };
  }
}

test(
  "a reply has bytes where Redis sent strings",
  withLink(async ({ link }) => {
    await link.call("SET", "key", Buffer.from([0xff, 0, 0x0d, 0x0a]));
    assert.equal(await link.call("GET", "key"), Buffer.from([0xff, 0, 0x0d, 0x0a]));
    assert.is(await link.call("EXISTS", "key"), 1);
    assert.equal(await link.call("MGET", "key", "none"), [
      Buffer.from([0xff, 0, 0x0d, 0x0a]),
      null,
    ]);
  }),
);

test("a Redis that is not there is told of with the reason, within four seconds", async () => {
  const link = new RedisLink({ socket: join(tmpdir(), "millrace-nobody.sock") }, silentLogger);
  const { error, ms } = await failure(link.connect());
  link.close();
  assert.instance(error, StoreUnavailable);
  assert.match(String(error), /Redis can't be reached: .*ENOENT/);
  assert.ok(ms < 4_000, `${ms} ms`);
});

test(
  "connect waits for a Redis that is just being started",
  withFolder(async (folder) => {
    const link = new RedisLink({ socket: join(folder, "redis.sock") }, silentLogger);
    const connected = link.connect();
    const redis = await startRedis({ folder });
    await connected;
    assert.equal(await link.call("PING"), Buffer.from("PONG"));
    link.close();
    await redis.stop();
  }),
);

test(
  "what is under way when Redis dies fails at once",
  withLink(async ({ link, redis, kill, startAgain }) => {
    process.kill(redis().pid, "SIGSTOP"); // so that it can't answer before it dies
    const failures = [failure(link.call("PING")), failure(link.call("PING"))];
    await kill();
    for (const { error, ms } of await Promise.all(failures)) {
      assert.instance(error, StoreUnavailable);
      assert.is((error as Error).message, "the connection to Redis was lost");
      assert.ok(ms < 3_000, `${ms} ms`);
    }
    await startAgain();
    assert.equal(await link.call("PING"), Buffer.from("PONG"));
  }),
);

test(
  "what is called while Redis is away waits for it, in order",
  withLink(async ({ link, kill, startAgain }) => {
    await kill();
    const replies = ["a", "b", "c"].map((value) => link.call("APPEND", "key", value));
    await startAgain();
    assert.equal(await Promise.all(replies), [1, 2, 3]);
    assert.equal(await link.call("GET", "key"), Buffer.from("abc"));
  }),
);

test(
  "when it stays away calls fail within four seconds, and when it is back all is well",
  withLink(async ({ link, kill, startAgain }) => {
    await kill();
    const { error, ms } = await failure(link.call("PING"));
    assert.instance(error, StoreUnavailable);
    assert.is((error as Error).message, "Redis can't be reached at the moment");
    assert.ok(ms < 4_000, `${ms} ms`);
    await startAgain();
    assert.equal(await link.call("PING"), Buffer.from("PONG"));
  }),
);

test(
  "a Redis that does not answer is given up after five seconds, and asked again when it does",
  withLink(async ({ link, redis }) => {
    process.kill(redis().pid, "SIGSTOP");
    const { error, ms } = await failure(link.call("PING"));
    process.kill(redis().pid, "SIGCONT");
    assert.instance(error, StoreUnavailable);
    assert.is((error as Error).message, "Redis did not answer within 5000 ms");
    assert.ok(ms >= 4_990 && ms < 8_000, `${ms} ms`);
    const answers = () =>
      link.call("PING").then(
        () => true,
        () => false,
      );
    await until(answers, { what: "it is asked again" });
  }),
);

const states = ["LOADING", "READONLY", "OOM", "MISCONF", "CLUSTERDOWN", "MASTERDOWN", "NOAUTH"];

for (const state of states) {
  test(
    `${state} means that the store is not available`,
    withLink(async ({ link }) => {
      const script = `return redis.error_reply('${state} for a reason')`;
      const { error } = await failure(link.call("EVAL", script, 0));
      assert.instance(error, StoreUnavailable);
      assert.is((error as Error).message, `Redis refuses: ${state} for a reason`);
      assert.instance((error as Error).cause, ReplyError);
    }),
  );
}

test(
  "any other error of Redis is a fault of ours",
  withLink(async ({ link }) => {
    const { error } = await failure(link.call("NOSUCHCOMMAND"));
    assert.instance(error, ReplyError);
    const loading = await failure(link.call("EVAL", "return redis.error_reply('LOADINGS')", 0));
    assert.instance(loading.error, ReplyError);
  }),
);

test(
  "what can't be sent at all is a fault of ours as well, and the connection stands",
  withLink(async ({ link }) => {
    const nothing = undefined as unknown as string;
    assert.instance((await failure(link.call(nothing))).error, TypeError);
    assert.equal(await link.call("PING"), Buffer.from("PONG"));
  }),
);

test(
  "after the end there is no connection, and that is told",
  withLink(async ({ link, redis }) => {
    process.kill(redis().pid, "SIGSTOP");
    const underWay = failure(link.call("PING"));
    link.close();
    for (const { error } of [await underWay, await failure(link.call("PING"))]) {
      assert.instance(error, StoreUnavailable);
    }
  }),
);

test(
  "after READONLY it looks for a Redis that can be written to",
  withLink(async ({ link }) => {
    let reconnects = 0;
    link.onReconnected(() => reconnects++);
    await failure(link.call("EVAL", "return redis.error_reply('READONLY replica')", 0));
    await until(() => reconnects === 1, { what: "it has connected anew" });
    assert.equal(await link.call("PING"), Buffer.from("PONG"));
  }),
);

test(
  "messages arrive, and after each gap it is told that some may be missing",
  withLink(async ({ link, kill, startAgain }) => {
    const heard: string[] = [];
    const onGap = () => heard.push("gap");
    await link.subscribe("channel", (message) => heard.push(message), onGap);
    await link.call("PUBLISH", "channel", "one");
    await until(() => heard.length === 1, { what: "the first message" });
    await kill();
    await startAgain();
    await until(() => heard.length === 2, { what: "the gap" });
    assert.is(await link.call("PUBLISH", "channel", "two"), 1);
    await until(() => heard.length === 3, { what: "the second message" });
    assert.equal(heard, ["one", "gap", "two"]);
  }),
);

test(
  "a connection that breaks again while it subscribes does no harm: the next one does",
  withFolder(async (folder) => {
    const redis = await startRedis({ folder });
    const proxy = await startProxy(redis.socketPath);
    const link = new RedisLink({ socket: proxy.socketPath }, silentLogger);
    const heard: string[] = [];
    await link.connect();
    const onGap = () => heard.push("gap");
    await link.subscribe("channel", (message) => heard.push(message), onGap);
    proxy.cutAtWord("subscribe", 3);
    proxy.cut();
    await until(() => heard.length > 0, { what: "it has subscribed again" });
    // That it is told of the gap means that it hears everything from here on.
    assert.is(await link.call("PUBLISH", "channel", "message"), 1);
    await until(() => heard.length > 1, { what: "the message" });
    assert.equal(heard, ["gap", "message"]);
    link.close();
    proxy.stop();
    await redis.stop();
  }),
);

test(
  "the loss and the return of a connection are logged",
  withFolder(async (folder) => {
    const log = recordingLogger();
    const first = await startRedis({ folder });
    const link = new RedisLink({ socket: first.socketPath }, log);
    await link.connect();
    await first.stop();
    await until(() => log.of("redis.lost").length === 1, { what: "the loss is logged" });
    const second = await startRedis({ folder });
    await until(() => log.of("redis.connected").length === 2, { what: "so is the return" });
    link.close();
    await second.stop();
  }),
);

test.run();
