import { createPrivateKey, X509Certificate } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Certificate } from "../../broker/server/listener.ts";
import type { Problem } from "./problem.ts";

export interface FoundCertificate {
  certificate: Certificate;
  /** Who it is for and until when, to show. */
  description: string;
  origin: string;
}

/** Faktory's names for them. */
const KEY_FILE = "private.key.pem";
const CERTIFICATE_FILE = "public.cert.pem";

/** TLS is on when both files are in the configuration directory. */
export function findCertificate(
  configDirectory: string,
  report: (problem: Problem) => void,
): FoundCertificate | undefined {
  const keyFile = join(configDirectory, KEY_FILE);
  const certificateFile = join(configDirectory, CERTIFICATE_FILE);
  const fail = (message: string, origin: string) => report({ severity: "error", message, origin });
  if (!existsSync(keyFile) && !existsSync(certificateFile)) return undefined;
  for (const [file, other] of [
    [keyFile, CERTIFICATE_FILE],
    [certificateFile, KEY_FILE],
  ] as const) {
    if (!existsSync(file)) {
      fail(`is missing: TLS needs it beside ${other}; without both there is none`, file);
      return undefined;
    }
  }
  const key = read(keyFile, createPrivateKey, fail);
  const certificate = read(certificateFile, (pem) => new X509Certificate(pem), fail);
  if (key === undefined || certificate === undefined) return undefined;
  if (!certificate.parsed.checkPrivateKey(key.parsed)) {
    fail(`is not the key of ${certificateFile}`, keyFile);
    return undefined;
  }
  const { validTo, subject } = certificate.parsed;
  if (Date.parse(validTo) < Date.now()) {
    const message = `the certificate has expired: ${validTo}`;
    report({ severity: "warning", message, origin: certificateFile });
  }
  return {
    certificate: { key: key.pem, cert: certificate.pem },
    description: `${subject?.replaceAll("\n", ", ") ?? "no name"}, until ${validTo}`,
    origin: certificateFile,
  };
}

function read<Parsed>(
  file: string,
  parse: (pem: string) => Parsed,
  fail: (message: string, origin: string) => void,
): { pem: string; parsed: Parsed } | undefined {
  try {
    const pem = readFileSync(file, "utf8");
    return { pem, parsed: parse(pem) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    fail(`is of no use for TLS: ${reason}`, file);
    return undefined;
  }
}
