/** The members of what JSON.parse made of a text that a server sent; of what is no object there are none. */
export function objectOf(value: unknown): Record<string, unknown> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- of an object all members may be asked for
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

export function textOf(value: unknown, otherwise: string): string {
  return findText(value) ?? otherwise;
}

export function findText(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

export function numberOf(value: unknown, otherwise: number): number {
  return findNumber(value) ?? otherwise;
}

export function findNumber(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

/** A time in RFC 3339; undefined for what is none. */
export function findTime(value: unknown): Date | undefined {
  if (typeof value !== "string") return undefined;
  const time = new Date(value);
  return Number.isNaN(time.getTime()) ? undefined : time;
}

export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
