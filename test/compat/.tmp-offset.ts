import { serve } from "/work/main/test/kit/serve.ts";
import { Wire } from "/work/main/test/kit/wire.ts";
for (let i = 0; i < 6; i++) {
  const s = await serve();
  const w = await Wire.hello(s.port);
  let best = { rtt: Infinity, off: 0 };
  for (let k = 0; k < 30; k++) {
    const a = Date.now(); const t0 = performance.now();
    const info = JSON.parse(await w.call("INFO")) as { now: string };
    const rtt = performance.now() - t0;
    if (rtt < best.rtt) best = { rtt, off: Date.parse(info.now) - (a + rtt / 2) };
  }
  console.log(JSON.stringify(best));
  w.close(); await s.stop();
}
