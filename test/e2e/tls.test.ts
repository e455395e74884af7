// limit: 120 s
import { once } from "node:events";
import { connect as connectPlain } from "node:net";
import { join } from "node:path";
import { connect, type TLSSocket } from "node:tls";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Client } from "../../worker-sdk/client.ts";
import { Worker } from "../../worker-sdk/worker.ts";
import { hasOpenssl, makeCertificate } from "../kit/certificate.ts";
import { configDirectory, writeConfig } from "../kit/config.ts";
import { failureOf } from "../kit/failure-of.ts";
import { leftOut } from "../kit/left-out.ts";
import { millrace } from "../kit/millrace.ts";
import { type Serving, serve } from "../kit/serve.ts";
import { until } from "../kit/until.ts";
import { Wire } from "../kit/wire.ts";

const test = suite("TLS");

interface Certificate {
  key: string;
  cert: string;
}

const asFiles = ({ key, cert }: Certificate) => ({
  "private.key.pem": key,
  "public.cert.pem": cert,
});

/** A connection that trusts this certificate and no other. */
async function secure(broker: Serving, { cert }: Certificate, options = {}): Promise<TLSSocket> {
  const { port } = broker;
  const socket = connect({ host: "127.0.0.1", port, ca: cert, ...options });
  await once(socket, "secureConnect");
  return socket;
}

if (hasOpenssl) {
  const one = makeCertificate("one.example");

  test("the SDK speaks TLS as well, on all connections of a worker, and proves its password", async () => {
    const directory = configDirectory(asFiles(one));
    const broker = await serve({ directory, environment: { FAKTORY_PASSWORD: "s3cret" } });
    const url = `tcp+tls://:s3cret@127.0.0.1:${broker.port}`;
    const stranger = new Client({ url });
    const refusal = await failureOf(stranger.push("T", [], { timeoutMs: 300 }));
    assert.match(String(refusal), /^ServerUnavailable: .*self[- ]signed certificate/);
    await stranger.close();

    const tls = { ca: one.cert };
    const client = new Client({ url, tls });
    const wrong = new Client({ url: url.replace("s3cret", "guess"), tls });
    assert.match(String(await failureOf(wrong.info())), /^HandshakeRefused: Invalid password/);
    await wrong.close();
    let done = 0;
    const worker = new Worker({ url, tls }).handle("T", () => done++);
    await worker.start();
    await client.push("T", []);
    await until(() => done === 1, { what: "it is done" });
    // A thread has them from a copy of the options.
    await until(async () => (await client.info()).server.connections === 5, {
      what: "it beats",
      withinMs: 15_000,
    });
    await worker.stop();
    await client.close();
    assert.is(await broker.stop(), 0);
  });

  test("with both PEM files, clients speak TLS and nothing else", async () => {
    const directory = configDirectory(asFiles(one));
    const environment = { FAKTORY_PASSWORD: "s3cret" };
    const broker = await serve({ directory, environment });
    const url = `tcp+tls://:s3cret@127.0.0.1:${broker.port}`;
    const trust = { NODE_EXTRA_CA_CERTS: join(directory, "public.cert.pem") };
    const push = millrace(["push", "T", "--jid", "over-tls-1", "--url", url], trust);
    assert.is(push.stderr, "");
    assert.is(push.stdout, "over-tls-1\n");

    const silent = await Wire.open(broker.port);
    assert.is(silent.greeting, "(closed)", "after the two seconds of the handshake");
    const talking = connectPlain(broker.port, "127.0.0.1").end('HELLO {"v":2}\r\n');
    talking.resume();
    await once(talking, "close");
    const stranger = await until(() => broker.log.find(({ event }) => event === "tls.failed"), {
      what: "the plain client is in the log",
    });
    assert.is(stranger["address"], "127.0.0.1");

    const info = millrace(["info", "--url", url], trust);
    assert.match(info.stdout, /^faktory\.queues\.default +1$/m, "the others notice nothing");
    assert.is(await broker.stop(), 0);
  });

  test("1.1 is refused, 1.2 and 1.3 are spoken", async () => {
    const broker = await serve({ directory: configDirectory(asFiles(one)) });
    for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
      const socket = await secure(broker, one, { minVersion: version, maxVersion: version });
      assert.is(socket.getProtocol(), version);
      socket.destroy();
    }
    // What OpenSSL no longer offers at its usual level of security.
    const old = { minVersion: "TLSv1.1", maxVersion: "TLSv1.1", ciphers: "DEFAULT:@SECLEVEL=0" };
    const refused = await secure(broker, one, old).then(
      () => "let in",
      (error: unknown) => String(error),
    );
    assert.match(refused, /protocol version/);
    assert.is(await broker.stop(), 0);
  });

  test("SIGHUP takes another certificate, and those who are there stay", async () => {
    const directory = configDirectory(asFiles(one));
    const broker = await serve({ directory });
    const before = await secure(broker, one);
    const other = makeCertificate("other.example");
    writeConfig(directory, asFiles(other));
    broker.process.kill("SIGHUP");
    await until(() => broker.log.some(({ event }) => event === "config.reloaded"), {
      what: "the configuration is read again",
    });
    const after = await secure(broker, other);
    assert.is(after.getPeerCertificate().subject.CN, "other.example");
    before.write('HELLO {"v":2}\r\n');
    const replies: string[] = [];
    before.on("data", (data: Buffer) => replies.push(data.toString()));
    await until(() => replies.join("").endsWith("+OK\r\n"), { what: "the old one is answered" });
    assert.is(await broker.stop(), 0);
  });

  test("a broken file at SIGHUP keeps the certificate, and TLS is not switched off", async () => {
    const directory = configDirectory(asFiles(one));
    const broker = await serve({ directory });
    writeConfig(directory, { "private.key.pem": "-----BEGIN PRIVATE KEY-----\nnonsense\n" });
    broker.process.kill("SIGHUP");
    const mistake = await until(() => broker.log.find(({ event }) => event === "config.error"), {
      what: "the mistake is in the log",
    });
    assert.match(String(mistake["origin"]), /private\.key\.pem$/);
    (await secure(broker, one)).destroy();
    assert.is(await broker.stop(), 0);
  });

  test("a client too many is told so through TLS", async () => {
    const directory = configDirectory(asFiles(one));
    const broker = await serve({ directory, args: ["--max-connections", "1"] });
    await secure(broker, one);
    const refused = await secure(broker, one);
    const [line] = (await once(refused, "data")) as [Buffer];
    assert.is(line.toString(), "-ERR too many connections: 2\r\n");
    assert.is(await broker.stop(), 0);
  });
} else {
  leftOut("TLS with a real certificate", "openssl is not installed");
}

test("only one of the two files ends it at once, and names the other", () => {
  const directory = configDirectory({ "public.cert.pem": "" });
  const run = millrace(["serve", "-c", directory, "-d", directory]);
  assert.is(run.status, 1);
  assert.match(run.stderr, /^millrace: .*private\.key\.pem: is missing: TLS needs it/);
});

test.run();
