import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryDirectory } from "./serve.ts";

export const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;

/** A certificate for 127.0.0.1 that nobody has signed, and its key, as PEM texts. */
export function makeCertificate(name: string): { key: string; cert: string } {
  const directory = temporaryDirectory();
  const [keyFile, certFile] = [join(directory, "key.pem"), join(directory, "cert.pem")];
  const kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const subject = ["-subj", `/CN=${name}`, "-addext", "subjectAltName=IP:127.0.0.1"];
  const files = ["-keyout", keyFile, "-out", certFile];
  const run = spawnSync("openssl", ["req", ...kind, ...subject, ...files, "-days", "30"]);
  if (run.status !== 0) throw new Error(`openssl: ${run.stderr.toString()}`);
  return { key: readFileSync(keyFile, "utf8"), cert: readFileSync(certFile, "utf8") };
}
