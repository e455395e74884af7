/** So much is done without a pause for other connections: a few milliseconds' work. */
const MAX_ITEMS = 1_000;
const MAX_BYTES = 2 ** 18;

/** Goes through many items, and now and then lets others have a turn of the event loop. */
export async function* unhurried<Item>(
  items: Iterable<Item>,
  bytesOf: (item: Item) => number,
): AsyncGenerator<Item> {
  let count = 0;
  let bytes = 0;
  for (const item of items) {
    count++;
    bytes += bytesOf(item);
    yield item;
    if (count < MAX_ITEMS && bytes < MAX_BYTES) continue;
    await new Promise((resolve) => setImmediate(resolve));
    count = 0;
    bytes = 0;
  }
}
