import type { Socket } from "node:net";
import { encodeReply } from "../../protocol/reply.ts";
import type { Clock } from "../clock.ts";

/** How long a client that is turned away may take to read why. */
const FAREWELL_MS = 2_000;

/** FWP's words; Faktory says them after HELLO. The number counts the one who is refused. */
export function refuseSocket(socket: Socket, connectionCount: number, clock: Clock): void {
  const destroy = () => void socket.destroy();
  const message = `too many connections: ${connectionCount}`;
  socket.on("error", destroy);
  socket.once("end", destroy);
  socket.once("close", clock.after(FAREWELL_MS, destroy));
  // What it has sent by now is read and dropped: left unread, it would cut the farewell short.
  socket.resume();
  socket.end(encodeReply({ kind: "error", code: "ERR", message }));
}
