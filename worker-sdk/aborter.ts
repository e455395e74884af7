import { setMaxListeners } from "node:events";

/** An AbortController on whose signal any number may listen; Node warns of a leak beyond ten. */
export function createAborter(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}
