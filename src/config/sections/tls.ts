import * as v from 'valibot';
import { about, flag, host, section, text } from '../values.ts';

const file = text('the path of a file');

/** A section `tls`: how a server is trusted, and the client known by it. Keys as Prometheus writes them. */
export const tlsSchema = section({
  ca_file: v.optional(about(file, 'PEM file of the authorities to trust', { otherwise: "Node.js's own" })),
  cert_file: v.optional(about(file, 'PEM file of the client certificate; with `key_file`')),
  key_file: v.optional(about(file, 'PEM file of its private key; with `cert_file`')),
  server_name: v.optional(about(host, 'the name in the certificate', { otherwise: 'the host' })),
  insecure_skip_verify: v.optional(about(flag, 'takes any certificate: for tests only'), false),
});
