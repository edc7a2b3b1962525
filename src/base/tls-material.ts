/** What a TLS client is told, named as `node:tls` names it. Without `ca`, the authorities that Node.js knows. */
export interface TlsMaterial {
  /** PEM texts. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** Name that the certificate must be for, and that is sent by SNI, instead of the host's. */
  readonly servername?: string;
  /** False: any certificate will do. */
  readonly rejectUnauthorized: boolean;
}
