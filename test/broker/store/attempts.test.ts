import { suite } from "uvu";
import { findAttempts } from "../../../broker/store/attempts.ts";
import { assertTable } from "../../protocol/table.ts";

const test = suite("store/attempts");

const lost = { attempt: 2, endedAt: 9, wid: "w", outcome: "lost", errtype: "E", message: "m" };

test("each line is a run that is over", () => {
  assertTable(
    {
      '{"attempt":1,"startedAt":null,"endedAt":5,"wid":"","outcome":"snoozed"}': [
        { attempt: 1, endedAt: 5, wid: "", outcome: "snoozed" },
      ],
      [`{"attempt":1,"startedAt":3.5,"endedAt":5,"wid":"w","outcome":"failed","errtype":"","message":""}
${JSON.stringify({ startedAt: 8, ...lost })}`]: [
        {
          attempt: 1,
          startedAt: 3.5,
          endedAt: 5,
          wid: "w",
          outcome: "failed",
          errtype: "",
          message: "",
        },
        { startedAt: 8, ...lost },
      ],
    },
    findAttempts,
  );
});

test("anything else is none", () => {
  assertTable(
    {
      "": undefined,
      "[]": undefined,
      null: undefined,
      '{"attempt":1,"endedAt":5,"outcome":"lost"}\n': undefined,
      '{"attempt":1,"endedAt":5,"outcome":"found"}': undefined,
      '{"attempt":"1","endedAt":5,"outcome":"lost"}': undefined,
      '{"attempt":1,"outcome":"lost"}': undefined,
    },
    findAttempts,
  );
});

test.run();
