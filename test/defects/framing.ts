import * as assert from "uvu/assert";
import { hashPassword } from "../../protocol/handshake.ts";
import { Wire } from "../kit/wire.ts";
import { type Defect, within } from "./defect.ts";

const PASSWORD = "a-password";

/** The line, the reply, the handshake. */
export const framingDefects: Defect[] = [
  {
    number: 16,
    title: "CR and LF of a JSON string do not end the line of an error",
    run: async (port) => {
      const wire = await Wire.hello(port);
      for (const line of [
        String.raw`FAIL {"jid":"x\r\n+FORGED"}`,
        String.raw`BEAT {"wid":"x\r\n+FORGED"}`,
        String.raw`FAIL {"jid":"x\n+FORGED"}`,
        String.raw`PUSH {"jid":"12345678","jobtype":"T","args":[],"queue":"x\r\n+FORGED"}`,
        String.raw`PUSH {"jid":"12345678","jobtype":"T","args":[],"at":"x\r\n+FORGED"}`,
      ]) {
        assert.match(await wire.call(line), /^-ERR /);
        assert.match(await wire.call("INFO"), /^\{/, "the next reply is that to the next command");
      }
    },
  },
  {
    number: 17,
    title: "a line over 32 MiB is refused, and not kept in memory for ever",
    run: async (port) => {
      const wire = await Wire.hello(port);
      const mebibyte = Buffer.alloc(2 ** 20, "x");
      for (let index = 0; index < 33; index++) wire.socket.write(mebibyte);
      assert.is(await within(5_000, wire.read()), "-ERR line is longer than 33554432 bytes");
      assert.is(await within(5_000, wire.read()), "(closed)");
    },
  },
  {
    number: 20,
    title: "a password that is hashed only once is not taken, where the operator says so",
    password: PASSWORD,
    run: async (port) => {
      const wire = await Wire.open(port);
      const { s: salt } = JSON.parse(wire.greeting.slice("+HI ".length)) as { s: string };
      const pwdhash = hashPassword(PASSWORD, { salt, iterations: 1 });
      assert.is(await wire.call(`HELLO {"pwdhash":"${pwdhash}"}`), "-ERR Invalid password");
    },
  },
];
