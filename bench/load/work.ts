import type { Client, Reply } from "./client.ts";
import { AckCommand, fetchCommand, LeasedAckCommand } from "./commands.ts";

export interface WorkOptions {
  queues: readonly string[];
  hasLeases?: boolean | undefined;
  onFetched?: (reply: Reply, tookMs: number) => void;
  onAcked?: (tookMs: number) => void;
  /** A FETCH was answered with nothing. */
  onNothing?: () => void;
}

/** A worker's connection: FETCH, ACK, and again. */
export function work(client: Client, options: WorkOptions): void {
  const { queues, hasLeases = false, onFetched, onAcked, onNothing } = options;
  const fetch = fetchCommand(queues);
  const ack = hasLeases ? new LeasedAckCommand() : new AckCommand();
  const sendFetch = () =>
    client.send(fetch, (reply, ms) => {
      if (reply.isNil) {
        onNothing?.();
        return sendFetch();
      }
      onFetched?.(reply, ms);
      client.send(ack.of(reply), (_reply, ackMs) => {
        onAcked?.(ackMs);
        sendFetch();
      });
    });
  sendFetch();
}
