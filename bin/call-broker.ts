/** How long a person at a terminal waits for a broker that does not answer. */
const CONNECT_TIMEOUT_MS = 5_000;

/**
 * Sends a line to the broker at the URL, or where the environment points; resolves with the text of a
 * bulk reply. The SDK is read only then: a broker that starts does without.
 */
export async function callBroker(url: string | undefined, line: string): Promise<string> {
  const { addressOf } = await import("../worker-sdk/client-options.ts");
  const { Connection } = await import("../worker-sdk/connection.ts");
  const { ServerError } = await import("../worker-sdk/errors.ts");
  const address = addressOf(url);
  const connection = await Connection.connect(address, { timeoutMs: CONNECT_TIMEOUT_MS }).catch(
    (error: Error) => {
      const reason = error.message || error.constructor.name;
      throw new Error(`no broker at ${address.host}:${address.port}: ${reason}`, { cause: error });
    },
  );
  try {
    const reply = await connection.ask(line);
    if (reply.kind === "error") throw new ServerError(reply.code, reply.message);
    return reply.kind === "bulk" ? reply.body.toString() : "";
  } finally {
    connection.close();
  }
}
