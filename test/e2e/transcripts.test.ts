// limit: 180 s
import { basename } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { listTranscripts, replay } from "../../spec/replay.ts";
import { startBroker, type TestBroker } from "../kit/broker.ts";

const PASSWORD = "foobar";

const test = suite("the transcripts of spec/");

let open: TestBroker;
let guarded: TestBroker;

test.before(async () => {
  open = await startBroker();
  guarded = await startBroker({ access: { password: PASSWORD, allowSingleHash: true } });
});

test.after(async () => {
  await open.stop();
  await guarded.stop();
});

for (const file of await listTranscripts()) {
  test(`${basename(file, ".txt")} holds on this broker`, async () => {
    const host = "127.0.0.1";
    const results = [
      ...(await replay({ host, port: open.port, files: [file] })),
      ...(await replay({ host, port: guarded.port, password: PASSWORD, files: [file] })),
    ];
    assert.equal(
      results.filter(({ outcome }) => outcome === "failed"),
      [],
    );
    assert.is(results.filter(({ outcome }) => outcome === "passed").length, 1);
  });
}

test.run();
