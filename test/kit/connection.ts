import { type Duplex, duplexPair } from "node:stream";
import { ArgumentParser } from "../../broker/commands/argument-parser.ts";
import type { CommandContext } from "../../broker/commands/command.ts";
import { CommandFeed } from "../../broker/commands/command-feed.ts";
import { Password } from "../../broker/engine/password.ts";
import { Connection } from "../../broker/server/connection.ts";
import { HeldBytes } from "../../broker/server/held-bytes.ts";
import { DEFAULT_LIMITS, type ServerLimits } from "../../broker/server/limits.ts";
import { type TestEngine, withEngine } from "./engine.ts";
import { Wire } from "./wire.ts";

export interface TestServer extends TestEngine {
  context: Omit<CommandContext, "session">;
  /** A connection without a socket; HI has been read. */
  connect(options?: ConnectOptions): Promise<TestConnection>;
}

export interface ConnectOptions {
  limits?: Partial<ServerLimits>;
  /** What HELLO says besides its version; null for none, and no HELLO. */
  hello?: Record<string, unknown> | null;
}

export interface TestConnection {
  connection: Connection;
  /** The client's side. */
  wire: Wire;
  /** The server's side. */
  stream: Duplex;
}

/** A test's body with all that connections need. */
export function withConnections(
  run: (world: TestServer) => Promise<void>,
  { password = "" } = {},
): () => Promise<void> {
  return withEngine(async (world) => {
    const { engine, clock, log } = world;
    const access = new Password({ password, allowSingleHash: true });
    const parser = new ArgumentParser();
    const context = { engine, password: access, feed: new CommandFeed(), parser, clock, log };
    const held = new HeldBytes(DEFAULT_LIMITS.maxHeldBytes, clock);
    const opened: TestConnection[] = [];
    const open = async ({ limits, hello = {} }: ConnectOptions = {}) => {
      const [stream, near] = duplexPair();
      const all = { ...DEFAULT_LIMITS, ...limits };
      held.max = all.maxHeldBytes;
      const connection = new Connection(opened.length + 1, stream, all, context, held);
      const wire = Wire.over(near);
      opened.push({ connection, wire, stream });
      wire.greeting = await wire.read();
      if (hello !== null) {
        const reply = await wire.call(`HELLO ${JSON.stringify({ v: 2, ...hello })}`);
        if (reply !== "+OK") throw new Error(`HELLO was answered with ${reply}`);
      }
      return { connection, wire, stream };
    };
    try {
      await run({ ...world, context, connect: open });
    } finally {
      for (const { connection } of opened) connection.close("the test is over");
      await world.flaky.untilIdle();
      await parser.stop();
    }
  });
}
