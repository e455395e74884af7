import { suite } from "uvu";
import * as assert from "uvu/assert";
import { findCertificate } from "../../../bin/config/certificate.ts";
import { describeProblem, type Problem } from "../../../bin/config/problem.ts";
import { hasOpenssl, makeCertificate } from "../../kit/certificate.ts";
import { configDirectory } from "../../kit/config.ts";
import { leftOut } from "../../kit/left-out.ts";

const test = suite("the two PEM files");

function find(files: Record<string, string>) {
  const directory = configDirectory(files);
  const problems: Problem[] = [];
  const found = findCertificate(directory, (problem) => problems.push(problem));
  const lines = problems.map((one) => describeProblem(one).replaceAll(`${directory}/`, ""));
  return { found, lines };
}

test("without them there is no TLS", () => {
  assert.equal(find({}), { found: undefined, lines: [] });
});

test("only one of them is an error that names the other", () => {
  assert.equal(find({ "public.cert.pem": "x" }).lines, [
    "private.key.pem: is missing: TLS needs it beside public.cert.pem; without both there is none",
  ]);
  assert.equal(find({ "private.key.pem": "x" }).lines, [
    "public.cert.pem: is missing: TLS needs it beside private.key.pem; without both there is none",
  ]);
});

if (hasOpenssl) {
  const one = makeCertificate("one.example");

  test("both are the certificate, shown with its name and its end", () => {
    const { found, lines } = find({ "private.key.pem": one.key, "public.cert.pem": one.cert });
    assert.equal(lines, []);
    assert.equal(found?.certificate, one);
    assert.match(found?.description ?? "", /^CN=one\.example, until \w+ +\d+ .* GMT$/);
  });

  test("a file that is damaged is named, and its content is not", () => {
    const damaged = (text: string) => text.slice(0, 60);
    const key = find({ "private.key.pem": damaged(one.key), "public.cert.pem": one.cert });
    assert.is(key.lines.length, 1);
    assert.match(key.lines[0] ?? "", /^private\.key\.pem: is of no use for TLS: /);
    const cert = find({ "private.key.pem": one.key, "public.cert.pem": damaged(one.cert) });
    assert.is(cert.lines.length, 1);
    assert.match(cert.lines[0] ?? "", /^public\.cert\.pem: is of no use for TLS: /);
  });

  test("a key of another certificate is an error", () => {
    const { key } = makeCertificate("other.example");
    const { lines } = find({ "private.key.pem": key, "public.cert.pem": one.cert });
    assert.equal(lines, ["private.key.pem: is not the key of public.cert.pem"]);
  });
} else {
  leftOut("certificates that are good, damaged and mixed up", "openssl is not installed");
}

test.run();
