// The ceiling: speaks the wire and stores nothing. What it does in a second is what the sockets and
// the load generator allow. Started with the length of the job that it hands out.

import { createServer, type Socket } from "node:net";
import { jobText } from "./load/commands.ts";

const LINE_FEED = "\n".charCodeAt(0);
const job = jobText({ jobBytes: Number(process.argv[2]), queue: "default" });

const OK = "+OK\r\n";
const JOB = `$${job.length}\r\n${job}\r\n`;
const NOTHING_WRONG = "$2\r\n{}\r\n";

/** By the first letter; PUSHB and FETCH are told from PUSH and FAIL by another. */
function answer(line: string): string {
  if (line.startsWith("FE")) return JOB;
  if (line.startsWith("PUSHB")) return NOTHING_WRONG;
  return OK;
}

function serve(socket: Socket): void {
  socket.setNoDelay(true);
  socket.write('+HI {"v":2}\r\n');
  let head = ""; // of the line that is under way
  socket.on("data", (chunk: Buffer) => {
    let replies = "";
    let from = 0;
    for (let at = chunk.indexOf(LINE_FEED); at >= 0; at = chunk.indexOf(LINE_FEED, from)) {
      replies += answer(head + chunk.toString("latin1", from, from + 5));
      head = "";
      from = at + 1;
    }
    if (from < chunk.length && head.length < 5) head += chunk.toString("latin1", from, from + 5);
    if (replies !== "") socket.write(replies, "latin1");
  });
  socket.on("error", () => {}); // a load generator has ended
}

const server = createServer(serve);
server.listen({ host: "127.0.0.1", port: 0, backlog: 1024 }, () => {
  const address = server.address();
  if (typeof address === "object") process.send?.({ port: address?.port });
});
