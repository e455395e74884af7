/** Parts of a list, each but the last of that size: what one call to Redis may take. */
export function* inSteps<Item>(items: readonly Item[], size: number): Generator<Item[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}
