import type { Row } from "../row.ts";

/** The rows as a Markdown table. */
export function table(rows: readonly Row[]): string {
  const cells = rows.map(({ what, target, measured, verdict }) => [
    what,
    target,
    measured,
    verdict,
  ]);
  const head = [
    ["what", "target", "measured: median (lowest – highest)", ""],
    ["---", "---", "---", "---"],
  ];
  return [...head, ...cells].map((row) => `| ${row.join(" | ")} |`).join("\n");
}
