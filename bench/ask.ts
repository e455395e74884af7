import { Client } from "./load/client.ts";

/** Sends a few commands, one after another, on a connection of their own; gives the last reply. */
export async function ask(
  server: { host: string; port: number },
  ...commands: string[]
): Promise<string> {
  const { promise: failed, reject } = withReject();
  const client = await Client.connect(server, reject);
  let text = "";
  for (const command of commands) {
    const answered = new Promise<string>((resolve) => {
      client.send(Buffer.from(`${command}\r\n`), ({ bytes, bodyAt, bodyEnd }) => {
        resolve(bytes.toString("utf8", bodyAt, bodyEnd));
      });
    });
    text = await Promise.race([answered, failed]);
  }
  client.close();
  return text;
}

function withReject(): { promise: Promise<never>; reject: (error: Error) => void } {
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<never>((_, rejectIt) => {
    reject = rejectIt;
  });
  promise.catch(() => {}); // it may fail when nobody waits for it any longer
  return { promise, reject };
}
