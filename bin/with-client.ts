import { addressFromEnvironment, parseAddress } from "../worker-sdk/address.ts";
import { Client } from "../worker-sdk/client.ts";

/** Runs something with a client of the broker at the URL, or where the environment points. */
export async function withClient<Result>(
  url: string | undefined,
  use: (client: Client) => Promise<Result>,
): Promise<Result> {
  const address = url === undefined ? addressFromEnvironment(process.env) : parseAddress(url);
  const client = await connect(address);
  try {
    return await use(client);
  } finally {
    client.close();
  }
}

async function connect(address: Parameters<typeof Client.connect>[0]): Promise<Client> {
  try {
    return await Client.connect(address);
  } catch (error) {
    const reason = error instanceof Error ? error.message || error.constructor.name : String(error);
    throw new Error(`no broker at ${address.host}:${address.port}: ${reason}`, { cause: error });
  }
}
