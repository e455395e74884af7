import { suite } from "uvu";
import * as assert from "uvu/assert";
import { HeldBytes } from "../../../broker/server/held-bytes.ts";
import { TestClock } from "../../kit/clock.ts";

const test = suite("server/held-bytes");

const KIBIBYTE = 2 ** 10;

/** Connections by name that together may hold 1,000 KiB, and who of them had to give way. */
function open() {
  const clock = new TestClock();
  const held = new HeldBytes(1_000 * KIBIBYTE, clock);
  const gaveWay: string[] = [];
  const connection = (name: string) => {
    const holder = {
      giveWay: () => {
        gaveWay.push(name);
        held.note(holder, 0, 0);
      },
    };
    return {
      /** Has so many KiB of whole lines, and of one that is unfinished. */
      holds: (whole: number, unfinished: number) =>
        held.note(holder, (whole + unfinished) * KIBIBYTE, unfinished * KIBIBYTE),
      hasRoom: () => held.makeRoomFor(holder),
    };
  };
  return { clock, gaveWay, connection };
}

test("without room whoever holds much has none, and whoever holds little has", () => {
  const { connection } = open();
  const [long, other, small] = [connection("long"), connection("other"), connection("small")];
  long.holds(936, 0);
  small.holds(0, 64);
  other.holds(0, 65);
  assert.equal([long.hasRoom(), other.hasRoom(), small.hasRoom()], [false, false, true]);
  other.holds(0, 64);
  assert.equal([long.hasRoom(), other.hasRoom()], [true, true]);
});

test("nobody gives way while there is room", () => {
  const { clock, connection, gaveWay } = open();
  const [idle, other] = [connection("idle"), connection("other")];
  idle.holds(0, 500);
  clock.advance(60_000);
  other.holds(0, 500);
  assert.ok(other.hasRoom());
  assert.equal(gaveWay, []);
});

test("as many of the idle give way as have to, the oldest first", () => {
  const { clock, connection, gaveWay } = open();
  for (const name of ["first", "second", "third"]) connection(name).holds(0, 300);
  clock.advance(10_000);
  const other = connection("other");
  other.holds(0, 500);
  assert.ok(other.hasRoom());
  assert.equal(gaveWay, ["first", "second"]);
});

test("where that is not enough there is no room", () => {
  const { clock, connection, gaveWay } = open();
  const [busy, idle, other] = [connection("busy"), connection("idle"), connection("other")];
  busy.holds(950, 0);
  idle.holds(0, 100);
  clock.advance(10_000);
  other.holds(0, 100);
  assert.not(other.hasRoom());
  assert.equal(gaveWay, ["idle"]);
});

test("less than 64 KiB in ten seconds is idle as well", () => {
  const { clock, connection, gaveWay } = open();
  const [flowing, trickling, other] = [
    connection("flowing"),
    connection("trickling"),
    connection("other"),
  ];
  flowing.holds(0, 400);
  trickling.holds(0, 400);
  clock.advance(9_999);
  flowing.holds(0, 464);
  trickling.holds(0, 463);
  clock.advance(1);
  other.holds(0, 100);
  assert.ok(other.hasRoom());
  assert.equal(gaveWay, ["trickling"]);
});

test("neither whole lines nor a new one are idle", () => {
  const { clock, connection, gaveWay } = open();
  const [whole, anew, other] = [connection("whole"), connection("anew"), connection("other")];
  whole.holds(400, 64);
  anew.holds(0, 500);
  clock.advance(10_000);
  anew.holds(0, 450);
  other.holds(0, 100);
  assert.not(other.hasRoom());
  assert.equal(gaveWay, []);
});

test.run();
