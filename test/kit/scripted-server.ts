import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { LineReader } from "../../protocol/line-reader.ts";

/** What the server answers to a line: replies without their line end, or nothing for silence. */
export type Answer = (line: string, connection: ScriptedConnection) => string | undefined;

export interface ScriptedConnection {
  /** What it said in HELLO. */
  hello: Record<string, unknown>;
  send(reply: string): void;
  /** Hangs up without a word. */
  cut(): void;
}

/** A server that says what a test tells it to, and remembers what it was told. */
export class ScriptedServer {
  /** All lines but HELLO, over all connections, in the order in which they came. */
  readonly lines: string[] = [];
  readonly connections: ScriptedConnection[] = [];
  /** How many writes of the clients arrived. */
  packets = 0;
  /** Nothing at all when undefined. */
  greeting: string | undefined = '+HI {"v":2}';
  /** What HELLO is answered with; nothing at all when undefined. */
  welcome: string | undefined = "+OK";
  /** Whether it does when a client says END, or hangs up. */
  hangsUp = true;
  answer: Answer;
  /** What is still sent to a client that has said its last. */
  farewell: (connection: ScriptedConnection) => void = () => {};
  readonly #open = new Set<Socket>();
  #server: Server | undefined;
  #port = 0;

  constructor(answer: Answer = () => "+OK") {
    this.answer = answer;
  }

  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `tcp://127.0.0.1:${this.#port}`;
  }

  get openCount(): number {
    return this.#open.size;
  }

  /** On the port that it had before, if it had one. */
  async start(): Promise<this> {
    const server = createServer({ allowHalfOpen: true }, (socket) => this.#serve(socket));
    this.#server = server.listen(this.#port, "127.0.0.1");
    await once(this.#server, "listening");
    this.#port = (this.#server.address() as AddressInfo).port;
    return this;
  }

  /** Hangs up on all, and is not there any longer. */
  async stop(): Promise<void> {
    const closed = this.#server && once(this.#server, "close");
    this.#server?.close();
    this.cutAll();
    await closed;
  }

  cutAll(): void {
    for (const socket of this.#open) socket.destroy();
  }

  #serve(socket: Socket): void {
    this.#open.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => this.#open.delete(socket));
    socket.on("end", () => {
      this.farewell(connection);
      if (this.hangsUp) socket.end();
    });
    const connection: ScriptedConnection = {
      hello: {},
      send: (reply) => socket.write(`${reply}\r\n`),
      cut: () => socket.destroy(),
    };
    const reader = new LineReader(2 ** 26);
    socket.on("data", (chunk) => {
      this.packets++;
      reader.read(chunk, (line) => this.#hear(line.toString(), connection, socket));
    });
    if (this.greeting !== undefined) connection.send(this.greeting);
  }

  #hear(line: string, connection: ScriptedConnection, socket: Socket): void {
    if (line.startsWith("HELLO ")) {
      connection.hello = JSON.parse(line.slice("HELLO ".length)) as Record<string, unknown>;
      this.connections.push(connection);
      if (this.welcome !== undefined) connection.send(this.welcome);
      return;
    }
    this.lines.push(line);
    if (line === "END") {
      if (this.hangsUp) socket.end();
      return;
    }
    const reply = this.answer(line, connection);
    if (reply !== undefined) connection.send(reply);
  }
}

/** A bulk reply. */
export function bulkReply(text: string): string {
  return `$${Buffer.byteLength(text)}\r\n${text}`;
}

/** A test's body with a server of its own. */
export function withScriptedServer(
  run: (server: ScriptedServer) => Promise<void>,
): () => Promise<void> {
  return async () => {
    const server = await new ScriptedServer().start();
    try {
      await run(server);
    } finally {
      await server.stop();
    }
  };
}
