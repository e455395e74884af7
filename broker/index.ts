/** For programs that run a broker inside themselves. */
export { Broker, type BrokerOptions } from "./broker.ts";
export { type LogFields, type Logger, silentLogger } from "./logger.ts";
