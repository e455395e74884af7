import { Connection, REPLY_TIMEOUT_MS } from "./connection.ts";
import type { Server } from "./play.ts";
import { substitute } from "./substitute.ts";

/**
 * The replayer's own connection to the server: it finds out what the server is, and empties it
 * before each transcript.
 */
export class Control {
  readonly asksForPassword: boolean;
  /** Whether it is a Faktory, and not a millrace. */
  readonly isClassic: boolean;
  readonly #connection: Connection;

  static async open({ host, port, password }: Server): Promise<Control> {
    const connection = await Connection.open(host, port);
    try {
      const greeting = await connection.read(REPLY_TIMEOUT_MS);
      const asksForPassword = greeting.includes('"s":');
      if (asksForPassword && password === undefined) {
        throw new Error("the server asks for a password");
      }
      const hello = asksForPassword ? '{"v":2,"pwdhash":"${pwdhash}"}' : '{"v":2}';
      await request(
        connection,
        substitute(`HELLO ${hello}`, { greeting: greeting, password: password }),
        "+OK",
      );
      const info = await request(connection, "INFO", "$ ");
      return new Control(connection, asksForPassword, !info.includes('"millrace_version":'));
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  private constructor(connection: Connection, asksForPassword: boolean, isClassic: boolean) {
    this.#connection = connection;
    this.asksForPassword = asksForPassword;
    this.isClassic = isClassic;
  }

  async reset(): Promise<void> {
    if (this.isClassic) {
      // There the last job's `retry` is the default of the next one (DEFECT-1): set it to 25.
      const job = '{"jid":"set-retry-back","jobtype":"Any","args":[],"retry":25}';
      await request(this.#connection, `PUSH ${job}`, "+OK");
      // Nor does a FLUSH make it forget queues and their pauses (DEFECT-11).
      await request(this.#connection, "QUEUE RESUME *", "+OK");
      await request(this.#connection, "QUEUE REMOVE *", "+OK");
    }
    await request(this.#connection, "FLUSH", "+OK");
  }

  close(): void {
    this.#connection.close();
  }
}

async function request(connection: Connection, line: string, expected: string): Promise<string> {
  connection.send(`${line}\r\n`);
  const reply = await connection.read(REPLY_TIMEOUT_MS);
  if (!reply.startsWith(expected)) throw new Error(`${line} was answered ${reply}`);
  return reply;
}
