import { createServer, type Server as Listener, type Socket } from "node:net";
import {
  createServer as createTlsServer,
  type SecureContextOptions,
  Server as TlsServer,
} from "node:tls";

/** As PEM texts. */
export interface Certificate {
  /** The private key. */
  key: string;
  /** The certificate, and those between it and one that clients know. */
  cert: string;
}

export interface ListenerOptions {
  /** With one, clients have to speak TLS. */
  certificate: Certificate | undefined;
  /** How long TLS may take to agree. */
  handshakeMs: number;
  /** Takes a client; with TLS, after that was agreed on. */
  onClient: (socket: Socket) => void;
  /** A client that did not speak TLS. */
  onStranger: (error: Error, socket: Socket) => void;
}

export function createListener(options: ListenerOptions): Listener {
  const { certificate, handshakeMs, onClient, onStranger } = options;
  const common = { allowHalfOpen: true, noDelay: true, keepAlive: true };
  if (certificate === undefined) return createServer(common, onClient);
  const tls = { ...common, ...secured(certificate), handshakeTimeout: handshakeMs };
  return createTlsServer(tls, onClient).on("tlsClientError", (error, socket) => {
    onStranger(error, socket);
    // Node leaves one that only waits, as a client without TLS does, where it is.
    socket.destroy();
  });
}

/** For clients to come; has no effect without TLS. */
export function replaceCertificate(listener: Listener, certificate: Certificate): void {
  if (listener instanceof TlsServer) listener.setSecureContext(secured(certificate));
}

function secured({ key, cert }: Certificate): SecureContextOptions {
  return { key, cert, minVersion: "TLSv1.2" };
}
