/**
 * One turn of the event loop has room for so much of this work, whoever does it: what many do at
 * once must not add up to a long wait for everybody else.
 */
const MAX_MS_A_TURN = 2;

/** And nobody does more of it at once than this, since the clock is looked at between items only. */
const MAX_BYTES_A_TURN = 2 ** 18;

/** Those that wait for a turn; each gets one of its own. */
const waiting: (() => void)[] = [];

/** When the turn began that is under way, by the process' own clock. */
let turnBegan: number | undefined;

/** Goes through many items, and now and then lets others have a turn of the event loop. */
export async function* unhurried<Item>(
  items: Iterable<Item>,
  bytesOf: (item: Item) => number,
): AsyncGenerator<Item> {
  let bytes = 0;
  for (const item of items) {
    if (bytes >= MAX_BYTES_A_TURN || isTurnOver()) {
      await nextTurn();
      bytes = 0;
    }
    bytes += bytesOf(item);
    yield item;
  }
}

function isTurnOver(): boolean {
  turnBegan ??= beginTurn();
  return performance.now() - turnBegan >= MAX_MS_A_TURN;
}

function nextTurn(): Promise<void> {
  turnBegan ??= beginTurn();
  return new Promise((resolve) => waiting.push(resolve));
}

function beginTurn(): number {
  setImmediate(endTurn);
  return performance.now();
}

function endTurn(): void {
  turnBegan = undefined;
  const next = waiting.shift();
  if (next === undefined) return;
  turnBegan = beginTurn();
  next();
}
