import type { Client } from "../worker-sdk/client.ts";

/**
 * Runs something with a client of the broker at the URL, or where the environment points. The SDK is
 * read only then: a broker that starts does without.
 */
export async function withClient<Result>(
  url: string | undefined,
  use: (client: Client) => Promise<Result>,
): Promise<Result> {
  const { addressFromEnvironment, parseAddress } = await import("../worker-sdk/address.ts");
  const address = url === undefined ? addressFromEnvironment(process.env) : parseAddress(url);
  const client = await connect(address);
  try {
    return await use(client);
  } finally {
    client.close();
  }
}

async function connect(address: Parameters<typeof Client.connect>[0]): Promise<Client> {
  const { Client } = await import("../worker-sdk/client.ts");
  try {
    return await Client.connect(address);
  } catch (error) {
    const reason = error instanceof Error ? error.message || error.constructor.name : String(error);
    throw new Error(`no broker at ${address.host}:${address.port}: ${reason}`, { cause: error });
  }
}
