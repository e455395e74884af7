// limit: 180 s
import { suite } from "uvu";
import { startBroker } from "../kit/broker.ts";
import { nameOf } from "./defect.ts";
import { wireDefects } from "./wire-defects.ts";

// The same bodies run against a real Faktory: see against.ts

const test = suite("defects of Faktory that show on the wire");

for (const defect of wireDefects) {
  test(nameOf(defect), async () => {
    const { password = "" } = defect;
    const broker = await startBroker({ access: { password, allowSingleHash: false } });
    try {
      await defect.run(broker.port);
    } finally {
      await broker.stop();
    }
  });
}

test.run();
