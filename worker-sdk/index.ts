export { type Address, addressFromEnvironment, parseAddress } from "./address.ts";
export { Client, ServerError } from "./client.ts";
