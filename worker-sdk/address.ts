/** Where a Faktory-protocol server is, and what it takes to be let in. */
export interface Address {
  host: string;
  port: number;
  isTls: boolean;
  password: string;
}

const DEFAULT_URL = "tcp://localhost:7419";

/**
 * Where FWP's environment variables point: FAKTORY_PROVIDER names the variable that holds the URL;
 * without it that is FAKTORY_URL. FAKTORY_PASSWORD counts when the URL has no password.
 */
export function addressFromEnvironment(environment: NodeJS.ProcessEnv): Address {
  const { FAKTORY_PROVIDER: provider, FAKTORY_URL: url, FAKTORY_PASSWORD: password } = environment;
  if (provider?.includes(":")) {
    throw new Error(
      "FAKTORY_PROVIDER is to be the name of the variable that holds the URL, not a URL: set FAKTORY_URL instead",
    );
  }
  const found = provider ? environment[provider] : url;
  if (provider && !found) {
    throw new Error(`FAKTORY_PROVIDER names the variable ${provider}, which is not set`);
  }
  return withPassword(parseAddress(found || DEFAULT_URL), password);
}

/** The password counts where the URL had none. */
export function withPassword(address: Address, password: string | undefined): Address {
  return address.password === "" ? { ...address, password: password ?? "" } : address;
}

/** Reads `tcp://[:password@]host[:port]`, or `tcp+tls://…`. Throws for anything else. */
export function parseAddress(url: string): Address {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const isTls = parsed?.protocol === "tcp+tls:";
  const password = parsed && decode(parsed.password);
  if (
    parsed === undefined ||
    password === undefined ||
    (!isTls && parsed.protocol !== "tcp:") ||
    parsed.hostname === ""
  ) {
    throw new Error(
      `not the URL of a Faktory server: ${hidePassword(url)}, expected tcp://[:password@]host:port`,
    );
  }
  return {
    host: parsed.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: Number(parsed.port || 7419),
    isTls,
    password,
  };
}

/** Undefined where a percent sign stands for nothing. */
function decode(escaped: string): string | undefined {
  try {
    return decodeURIComponent(escaped);
  } catch {
    return undefined;
  }
}

/** Whatever stands before the last at sign: it may have slashes and colons of its own. */
function hidePassword(url: string): string {
  return url.replace(/^([a-z+]*:\/\/)?.*@/, "$1…@");
}
