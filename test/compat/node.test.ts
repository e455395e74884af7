// limit: 180 s
import { suite } from "uvu";
import { leftOut } from "../kit/left-out.ts";
import { Checks } from "./checks.ts";
import { playAgainstUs } from "./compat.ts";
import { NODE } from "./libraries.ts";

const test = suite(`the npm package ${NODE.title}`);

const checks = new Checks(({ name, outcome, reason }) => {
  if (outcome === "left out") leftOut(`${NODE.title} ${name}`, reason);
});
await playAgainstUs(NODE, await NODE.build(), checks);

for (const { name, outcome, reason } of checks.list) {
  if (outcome === "left out") continue;
  test(name, () => {
    if (outcome === "failed") throw new Error(reason);
  });
}

test.run();
