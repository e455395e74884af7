import * as fc from "fast-check";

/** The bytes as TCP may deliver them: whole, byte by byte, and in every two-way split. */
export function everyCut(bytes: Buffer): Buffer[][] {
  const splits = Array.from({ length: bytes.length + 1 }, (_, at) => cut(bytes, [at]));
  return [[bytes], [...bytes].map((byte) => Buffer.from([byte])), ...splits];
}

/** Cuts the bytes at these places, which may repeat: then a chunk is empty. */
export function cut(bytes: Buffer, places: number[]): Buffer[] {
  const ends = [...places, bytes.length].toSorted((a, b) => a - b);
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

/** Bytes of a text, with up to ten places to cut them at. */
export function randomCuts(text: fc.Arbitrary<string>): fc.Arbitrary<Buffer[]> {
  return text.chain((given) => {
    const bytes = Buffer.from(given);
    const places = fc.array(fc.nat({ max: bytes.length }), { maxLength: 10 });
    return places.map((chosen) => cut(bytes, chosen));
  });
}
