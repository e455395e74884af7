import { HELD_UNTIL } from "./keys.ts";
import { parseReservation } from "./reservation.ts";
import type { Place } from "./scripts.ts";
import type { JobLocation } from "./store.ts";

/** Where a script has found a job; what the score means depends on the set. */
export function readLocation({ state, score, reservation }: Place): JobLocation {
  switch (state) {
    case "enqueued":
      return { state };
    case "scheduled":
    case "retries":
      return score === HELD_UNTIL ? { state } : { state, dueAt: score };
    case "working": {
      const { wid, reservedAt, token } = parseReservation(reservation);
      return { state, reservation: { wid, reservedAt, endsAt: score, token } };
    }
    case "dead":
    case "cancelled":
      return { state, endedAt: score };
    case "done":
      return { state, forgetAt: score };
  }
}
