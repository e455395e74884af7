/** msgpackr without its native part; the types that it has for this entry don't resolve. */
declare module "msgpackr/pack" {
  export { Packr } from "msgpackr";
}
