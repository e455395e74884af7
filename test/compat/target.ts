import { once } from "node:events";
import { join } from "node:path";
import { connect } from "node:tls";
import { serve, temporaryDirectory } from "../kit/serve.ts";
import { run } from "./toolchains.ts";

/** A server to play against. */
export interface Target {
  host: string;
  port: number;
  password: string;
  /** The certificate that vouches for it, when it speaks TLS. */
  caFile?: string;
  stop(): Promise<unknown>;
}

/** Of letters, digits and hyphens: some libraries do not decode what is escaped in a URL. */
export const PASSWORD = "compat-passw0rd";

export function urlOf({ password, caFile, ...where }: Target, port = where.port): string {
  const scheme = caFile === undefined ? "tcp" : "tcp+tls";
  const user = password === "" ? "" : `:${encodeURIComponent(password)}@`;
  return `${scheme}://${user}${where.host}:${port}`;
}

export async function startBroker(password: string): Promise<Target> {
  const broker = await serve({ environment: { FAKTORY_PASSWORD: password } });
  return { host: "127.0.0.1", port: broker.port, password, stop: () => broker.stop() };
}

/** A broker with a certificate in its configuration directory; undefined when it makes no use of it. */
export async function startTlsBroker(password: string): Promise<Target | undefined> {
  const directory = temporaryDirectory();
  const caFile = await makeCertificate(directory);
  const broker = await serve({
    args: ["-c", directory],
    environment: { FAKTORY_PASSWORD: password },
  });
  const target = {
    host: "localhost", // its certificate is for this name
    port: broker.port,
    password,
    caFile,
    stop: () => broker.stop(),
  };
  if (await speaksTls(broker.port)) return target;
  await target.stop();
  return undefined;
}

async function speaksTls(port: number): Promise<boolean> {
  const socket = connect({ host: "localhost", port, rejectUnauthorized: false });
  try {
    await once(socket, "secureConnect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** Puts a key and a certificate where the broker looks for them; returns that of their authority. */
async function makeCertificate(directory: string): Promise<string> {
  const file = (name: string) => join(directory, name);
  const make = async (key: string, certificate: string, ...more: string[]) => {
    const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    const files = ["-keyout", file(key), "-out", file(certificate)];
    await run(["openssl", "req", "-x509", "-days", "2", ...kind, ...files, ...more]);
  };
  await make("ca.key", "ca.pem", "-subj", "/CN=millrace compat");
  const signed = ["-CA", file("ca.pem"), "-CAkey", file("ca.key")];
  const names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
  const role = ["-addext", "basicConstraints=critical,CA:FALSE"];
  await make("private.key.pem", "public.cert.pem", ...signed, ...names, ...role);
  return file("ca.pem");
}
