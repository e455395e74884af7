import type { FoundCertificate } from "./certificate.ts";
import type { Resolved } from "./resolve.ts";
import type { Setting } from "./setting.ts";

/** A setting as it is, to show and to compare. */
export interface EffectiveSetting {
  name: string;
  value: unknown;
  /** To show: a secret is masked. */
  text: string;
  origin: string;
  /** A running broker can take another value for it. */
  isLive: boolean;
}

const MASK = "********";

export function describeSetting<Value>(
  { name, kind, isSecret, isLive }: Setting<Value>,
  { value, origin }: Resolved<Value>,
): EffectiveSetting {
  const shown = kind.show(value);
  const text = isSecret && shown !== "" ? MASK : shown || "none";
  return { name, value, text, origin, isLive };
}

/** Another certificate can take its place at any time; switching TLS on or off needs a restart. */
export function describeTls(found: FoundCertificate | undefined): EffectiveSetting {
  const isOn = found !== undefined;
  return {
    name: "tls",
    value: found?.certificate,
    text: isOn ? found.description : "off",
    origin: found?.origin ?? "default",
    isLive: isOn,
  };
}
