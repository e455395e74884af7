import type { Keys } from "./keys.ts";
import type { RedisLink } from "./redis-link.ts";
import { list, pairs, text } from "./redis-reply.ts";

/** What is kept of a job while it is being worked on; keys.ts has the form of the text. */
export interface Reservation {
  /** The call to the store that handed it out. */
  call: string;
  reservedAt: number;
  /** Of its lease; undefined without one. */
  token: number | undefined;
  wid: string;
}

export function parseReservation(written: string): Reservation {
  const [token, , , call = "", reservedAt, ...wid] = written.split(" ");
  return {
    call,
    reservedAt: Number(reservedAt),
    token: token === "0" ? undefined : Number(token),
    wid: wid.join(" "),
  };
}

/** All reservations there are, in steps; as many as workers are busy. */
export async function* scanReservations(
  link: RedisLink,
  keys: Keys,
): AsyncGenerator<Reservation & { jid: string }> {
  let cursor = "0";
  do {
    const reply = await link.call("HSCAN", keys.reservations, cursor, "COUNT", 100);
    const [next, found] = list(reply);
    for (const [jid, reservation] of pairs(found)) {
      yield { jid, ...parseReservation(reservation.toString()) };
    }
    cursor = text(next);
  } while (cursor !== "0");
}
