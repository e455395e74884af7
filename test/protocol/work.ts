import { mock } from "node:test";

/** How many bytes were searched and copied: what a time would tell, if no machine were ever busy. */
export interface Work {
  searched: number;
  copied: number;
  /** The most buffers that were ever joined into one. */
  pieces: number;
}

/** Counts what `run` does by `buffer.indexOf` and `Buffer.concat`. */
export function countWork(run: () => void): Work {
  const indexOf = mock.method(Buffer.prototype as Buffer, "indexOf");
  const concat = mock.method(Buffer, "concat");
  try {
    run();
    const searches = indexOf.mock.calls.map(
      ({ this: buffer, result = -1, arguments: [, start] }) => {
        return (result === -1 ? (buffer as Buffer).length : result) - Number(start ?? 0);
      },
    );
    const copies = concat.mock.calls.map(({ result }) => result?.length ?? 0);
    const pieces = concat.mock.calls.map(({ arguments: [list] }) => list.length);
    return { searched: sum(searches), copied: sum(copies), pieces: Math.max(0, ...pieces) };
  } finally {
    indexOf.mock.restore();
    concat.mock.restore();
  }
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
