export type EgressRequest = {
  method: 'POST' | 'HEAD' | 'OPTIONS' | 'GET';
  url: string;
  /** A flat list: name, value, name, value. `host` is not among them, it is the URL's. */
  headers: string[];
  body: Buffer | null;
  /** One deadline over everything, from resolving the name to the last byte of the body. */
  timeoutMs: number;
};

/**
 * A phase that did not happen (a reused connection is neither resolved nor opened) or did not end is -1.
 */
export type EgressTimings = {
  /** Epoch milliseconds. */
  startedAt: number;
  durationMs: number;
  dnsMs: number;
  connectMs: number;
  tlsMs: number;
  /** From handing the request to the socket to the first byte of the answer. */
  firstByteMs: number;
};

export type EgressReason =
  'dns' | 'connect' | 'tls' | 'timeout' | 'refused-address' | 'refused-url' | 'reset' | 'protocol' | 'closed';

export type EgressResult =
  | {
      kind: 'response';
      status: number;
      headers: Record<string, string>;
      body: Buffer;
      /** The body was longer than what is kept. */
      truncated: boolean;
      timings: EgressTimings;
      remoteAddress: string;
    }
  | { kind: 'error'; reason: EgressReason; message: string; timings: EgressTimings };

/** Why there is no connection or no answer. */
export type Failure = { reason: EgressReason; message: string };
